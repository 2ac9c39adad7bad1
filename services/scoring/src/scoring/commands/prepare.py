"""`scoring prepare`: clean compiled releases as Cardinal's `prepare` does.

Corrected releases go to standard output (or `--output`), what is still wrong to standard error
(or `--errors`) as CSV: line, ocid, path, positions, value, problem. The exit status is one of
`scoring.console.Ending`.
"""

import argparse
import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO, Any

from scoring.cardinal.ini import SettingsError
from scoring.cardinal.prepare import csv_line, prepare, rows
from scoring.cardinal.settings import Settings, read_settings
from scoring.cardinal.written import read, write
from scoring.console import Ending, end_unheard, fail, target, warn
from scoring.lines import NotJsonError, Source, lines_of, open_source


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments, which are Cardinal's own."""
    parser.add_argument("file", metavar="FILE", help="JSON Lines, plain or gzip; - = stdin")
    parser.add_argument("--settings", "-s", type=Path, help="Cardinal's settings.ini")
    parser.add_argument("--output", "-o", help="file for the releases; - = standard output")
    parser.add_argument("--errors", "-e", help="file for the issues; - = standard output")


def run(arguments: argparse.Namespace) -> int:
    """Prepare the file; returns an Ending."""
    try:
        settings = read_settings(arguments.settings) if arguments.settings else Settings({})
        return _prepare_file(arguments, settings)
    except SettingsError as error:
        return fail(error, Ending.MISUSED)
    except BrokenPipeError:
        return end_unheard()
    except NothingUsableError:
        return fail(f"no line could be used: {arguments.file}", Ending.UNUSABLE)
    except OSError as error:
        return fail(error, Ending.UNUSABLE)


class NothingUsableError(ValueError):
    """There was something to read, and none of it could be used."""


def _prepare_file(arguments: argparse.Namespace, settings: Settings) -> Ending:
    with (
        open_source(arguments.file, check=False) as source,
        _target(arguments.output, sys.stdout) as output,
        _target(arguments.errors, sys.stderr) as errors,
    ):
        refused, usable = _prepare(source, settings, output, errors)
        for damage in source.damage:
            warn(f"warning: {arguments.file}: {damage}")
        if (refused or source.damage) and not usable:
            raise NothingUsableError
    return Ending.DAMAGED if source.damage else Ending.DONE


def _prepare(
    source: Source, settings: Settings, output: IO[str], errors: IO[str]
) -> tuple[int, int]:
    """Prepare line by line; returns how many were refused and how many could be used."""
    refused = usable = 0
    for number, line in lines_of(source):
        release = _release(number, line)
        if release is None:
            refused += 1
            continue
        usable += 1
        prepared = prepare(release, settings)
        for warning in prepared.warnings:
            warn(f"warning: line {number}: {warning}")
        errors.writelines(map(csv_line, rows(number, release, prepared.issues)))
        output.write(write(release) + "\n")
    return refused, usable


def _release(number: int, line: bytes) -> dict[str, Any] | None:
    try:
        release: Any = read(line)
    except NotJsonError as error:
        warn(f"warning: Line {number} is invalid JSON, skipping. [{error}]")
        return None
    if not isinstance(release, dict):
        warn(f"warning: Line {number} is not a JSON object, skipping.")
        return None
    return release


def _target(name: str | None, default: IO[str]) -> AbstractContextManager[IO[str]]:
    if name is None or name == "-":
        return target(None, default if name is None else sys.stdout)
    return target(Path(name), default)
