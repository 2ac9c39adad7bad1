"""`scoring evaluate`: judge compiled releases from files, with no server and no database.

    scoring evaluate --profile cardinal --settings settings.ini --format cardinal releases.jsonl

Lines that cannot be read are named on standard error; everything else in the file is judged.
"""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from scoring.cardinal.ini import SettingsError
from scoring.cardinal.settings import apply_settings, read_settings
from scoring.profiles import Profile, load_profile

PROFILES = ("kz", "cardinal")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare files and options; those after `--format` are Cardinal's own."""
    parser.add_argument(
        "files", nargs="+", metavar="FILE", help="JSON Lines, plain or gzip; - = stdin"
    )
    parser.add_argument("--profile", choices=PROFILES, default="kz", help="habits to judge by")
    parser.add_argument("--settings", type=Path, help="Cardinal's settings.ini")
    parser.add_argument("--format", choices=("ndjson", "cardinal"), default="ndjson")
    parser.add_argument("--out", type=Path, help="file to write to instead of standard output")
    parser.add_argument("--no-meta", action="store_true", help="leave out Meta (cardinal)")
    parser.add_argument("--map", action="store_true", help="add Maps (cardinal)")
    parser.add_argument("--memory", default="600MB", help="bound of DuckDB's buffers")
    parser.add_argument("--threads", type=int, default=1, help="more are sooner, at more CPU")


def run(arguments: argparse.Namespace) -> int:
    """Judge the files; the exit status is 1 for a file or settings that cannot be used."""
    try:
        profile = _profile(arguments)
        _evaluate(arguments, profile)
    except (SettingsError, OSError) as error:
        _warn(f"error: {error}")
        return 1
    return 0


def _profile(arguments: argparse.Namespace) -> Profile:
    profile = load_profile(arguments.profile)
    if arguments.settings is None:
        return profile
    settings = read_settings(arguments.settings)
    for warning in settings.warnings:
        _warn(f"warning: {warning}")
    return apply_settings(profile, settings)


def _evaluate(arguments: argparse.Namespace, profile: Profile) -> None:
    from scoring.offline import judge_files  # noqa: PLC0415 (--help need not load DuckDB)

    with _target(arguments.out) as target:
        report = judge_files(
            arguments.files,
            profile,
            target,
            cardinal=arguments.format == "cardinal",
            meta=not arguments.no_meta,
            maps=arguments.map,
            memory=arguments.memory,
            threads=arguments.threads,
        )
    for warning in report.warnings:
        _warn(f"warning: {warning}")
    _warn(f"{report.lines} lines read, {report.processes} processes judged")


@contextmanager
def _target(path: Path | None) -> Iterator[IO[str]]:
    if path is None:
        yield sys.stdout
        return
    with path.open("w", encoding="utf-8") as file:
        yield file


def _warn(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201 (a command speaks to its user)
