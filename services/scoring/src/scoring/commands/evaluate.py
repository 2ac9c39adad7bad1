"""`scoring evaluate`: judge compiled releases from files, with no server and no database.

    scoring evaluate --profile cardinal --settings settings.ini --format cardinal releases.jsonl

Lines that cannot be read are named on standard error; everything else in the file is judged.
The exit status is one of `scoring.console.Ending`.
"""

import argparse
import re
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from scoring.cardinal.ini import SettingsError
from scoring.cardinal.settings import apply_settings, read_settings
from scoring.console import Ending, end_unheard, fail, target, warn
from scoring.profiles import Profile, load_profile

if TYPE_CHECKING:
    from scoring.raw import Report

PROFILES = ("kz", "cardinal")
MOST_THREADS = 1024
MEMORY = re.compile(r"[0-9]+([.][0-9]+)? ?([KMGT]i?B|B)", re.IGNORECASE)
"""An amount as DuckDB reads it."""


class OptionError(ValueError):
    """An option cannot have this value."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare files and options; those after `--format` are Cardinal's own."""
    parser.add_argument(
        "files", nargs="+", metavar="FILE", help="JSON Lines, plain or gzip; - = stdin"
    )
    parser.add_argument("--profile", choices=PROFILES, default="kz", help="habits to judge by")
    parser.add_argument(
        "--registers",
        action="append",
        default=[],
        metavar="FILE",
        help="lines of the feed of registers; may be given again",
    )
    parser.add_argument(
        "--as-of",
        type=date.fromisoformat,
        metavar="DAY",
        help="the day by which terms have passed or not; else that of the newest release",
    )
    parser.add_argument("--settings", type=Path, help="Cardinal's settings.ini")
    parser.add_argument("--format", choices=("ndjson", "cardinal"), default="ndjson")
    parser.add_argument("--out", type=Path, help="file to write to instead of standard output")
    parser.add_argument("--no-meta", action="store_true", help="leave out Meta (cardinal)")
    parser.add_argument("--map", action="store_true", help="add Maps (cardinal)")
    parser.add_argument("--memory", default="600MB", help="bound of DuckDB's buffers")
    parser.add_argument("--threads", type=int, default=1, help="more are sooner, at more CPU")


def run(arguments: argparse.Namespace) -> int:
    """Judge the files; returns an Ending."""
    try:
        _check_options(arguments)
        return _evaluate(arguments, _profile(arguments))
    except (OptionError, SettingsError) as error:
        return fail(error, Ending.MISUSED)
    except BrokenPipeError:
        return end_unheard()
    except OSError as error:
        return fail(error, Ending.UNUSABLE)


def _check_options(arguments: argparse.Namespace) -> None:
    if MEMORY.fullmatch(arguments.memory) is None:
        raise OptionError(f"--memory is an amount such as 600MB, not {arguments.memory!r}")
    if arguments.registers and arguments.profile == "cardinal":
        raise OptionError("--registers says nothing to the profile cardinal")
    if not 1 <= arguments.threads <= MOST_THREADS:
        raise OptionError(f"--threads is 1 to {MOST_THREADS}, not {arguments.threads}")


def _profile(arguments: argparse.Namespace) -> Profile:
    profile = load_profile(arguments.profile)
    if arguments.settings is None:
        return profile
    settings = read_settings(arguments.settings)
    for warning in settings.warnings:
        warn(f"warning: {warning}")
    return apply_settings(profile, settings)


def _evaluate(arguments: argparse.Namespace, profile: Profile) -> Ending:
    import duckdb  # noqa: PLC0415 (--help need not load DuckDB)

    from scoring.offline import NothingUsableError  # noqa: PLC0415 (nor this)

    try:
        report = _judge(arguments, profile)
    except NothingUsableError as error:
        _tell(error.report)
        return fail(f"{error}: {', '.join(arguments.files)}", Ending.UNUSABLE)
    except duckdb.Error as error:
        return fail(str(error).splitlines()[0], Ending.UNUSABLE)
    _tell(report)
    warn(f"{report.lines} lines read, {report.processes} processes judged")
    return Ending.DAMAGED if report.damage else Ending.DONE


def _judge(arguments: argparse.Namespace, profile: Profile) -> "Report":
    from scoring.offline import judge_files  # noqa: PLC0415 (--help need not load DuckDB)

    with target(arguments.out, sys.stdout) as stream:
        return judge_files(
            arguments.files,
            profile,
            stream,
            registers=arguments.registers,
            cardinal=arguments.format == "cardinal",
            meta=not arguments.no_meta,
            maps=arguments.map,
            memory=arguments.memory,
            threads=arguments.threads,
            as_of=arguments.as_of,
        )


def _tell(report: "Report") -> None:
    for warning in [*report.warnings, *report.damage]:
        warn(f"warning: {warning}")
