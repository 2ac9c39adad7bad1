"""`scoring prepare`: clean compiled releases as Cardinal's `prepare` does.

Corrected releases go to standard output (or `--output`), what is still wrong to standard error
(or `--errors`) as CSV: line, ocid, path, positions, value, problem.
"""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from scoring.cardinal.ini import SettingsError
from scoring.cardinal.prepare import csv_line, prepare, rows
from scoring.cardinal.settings import Settings, read_settings
from scoring.cardinal.written import read, write
from scoring.lines import NotJsonError, Source, lines_of, open_source


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments, which are Cardinal's own."""
    parser.add_argument("file", metavar="FILE", help="JSON Lines, plain or gzip; - = stdin")
    parser.add_argument("--settings", "-s", type=Path, help="Cardinal's settings.ini")
    parser.add_argument("--output", "-o", help="file for the releases; - = standard output")
    parser.add_argument("--errors", "-e", help="file for the issues; - = standard output")


def run(arguments: argparse.Namespace) -> int:
    """Prepare the file; the exit status is 1 for a file or settings that cannot be used."""
    try:
        settings = read_settings(arguments.settings) if arguments.settings else Settings({})
        with (
            open_source(arguments.file, check=False) as source,
            _target(arguments.output, sys.stdout) as output,
            _target(arguments.errors, sys.stderr) as errors,
        ):
            _prepare(source, settings, output, errors)
    except (SettingsError, OSError) as error:
        _warn(f"error: {error}")
        return 1
    return 0


def _prepare(source: Source, settings: Settings, output: IO[str], errors: IO[str]) -> None:
    for number, line in lines_of(source):
        try:
            release: Any = read(line)
        except NotJsonError as error:
            _warn(f"warning: Line {number} is invalid JSON, skipping. [{error}]")
            continue
        if not isinstance(release, dict):
            _warn(f"warning: Line {number} is not a JSON object, skipping.")
            continue
        prepared = prepare(release, settings)
        for warning in prepared.warnings:
            _warn(f"warning: line {number}: {warning}")
        errors.writelines(map(csv_line, rows(number, release, prepared.issues)))
        output.write(write(release) + "\n")


@contextmanager
def _target(name: str | None, default: IO[str]) -> Iterator[IO[str]]:
    if name is None or name == "-":
        yield default if name is None else sys.stdout
        return
    with Path(name).open("w", encoding="utf-8", newline="") as file:
        yield file


def _warn(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201 (a command speaks to its user)
