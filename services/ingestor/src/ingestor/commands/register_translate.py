"""Translate lists offline: what lists of several days say of a register, as lines of its feed.

Each file is a whole list, 2026-03-01=FILE of that day, FILE alone of today; they are read in the
order of their days. Written to standard output; nothing is stored and no server is asked. A row
that cannot be used is said on standard error. PSEUDONYM_KEY makes the pseudonyms of persons.

Exit status: 0 every list was read; 1 one could not be used, or not to its end; 2 wrong usage.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import NamedTuple

from msgspec import json

from ingestor.commands.output import complain
from ingestor.commands.translate import pseudonym_key
from ingestor.registers.book import Book
from ingestor.registers.cells import Flaw, is_empty
from ingestor.registers.judge import Judge, Statement
from ingestor.registers.mapping import Known, known_lists
from ingestor.registers.rows import Unusable, read_rows
from shared.clock import SystemClock

USAGE, FAILED = 2, 1


class Dated(NamedTuple):
    """A list and the moment at which it stood so."""

    at: datetime
    path: Path


def configure(parser: argparse.ArgumentParser) -> None:
    """Which list it is, and its files."""
    parser.add_argument("files", nargs="+", metavar="[DAY=]FILE")
    parser.add_argument("--register", required=True, help="a known list")
    parser.add_argument("--quiet", action="store_true", help="say nothing of rows set aside")


def run(arguments: argparse.Namespace) -> int:
    """Read every list, then write what they come to."""
    known = known_lists().get(arguments.register)
    if known is None or known.mapping.extent == "answers":
        complain(f"No whole list is named {arguments.register!r}")
        return USAGE
    try:
        lists = sorted(_dated(one) for one in arguments.files)
    except ValueError as fault:
        complain(f"A day is written as 2026-03-01: {fault}")
        return USAGE
    book = Book(known.mapping, known.source)
    try:
        for one in lists:
            book.take(list(_statements(one, known, quiet=arguments.quiet)), one.at)
    except (Unusable, OSError) as fault:
        complain(f"{one.path}: {fault}")
        return FAILED
    _write(book)
    return 0


def _dated(written: str) -> Dated:
    day, given, path = written.partition("=")
    if not given:
        return Dated(SystemClock().now(), Path(written))
    return Dated(datetime.combine(date.fromisoformat(day), time(12), UTC), Path(path))


def _statements(one: Dated, known: Known, *, quiet: bool) -> Iterator[Statement]:
    judge = Judge(known.mapping, known.source, pseudonym_key())
    flaws: Counter[str] = Counter()
    for row in read_rows(one.path, judge):
        if all(map(is_empty, row.cells.values())):
            continue
        try:
            yield judge.judge(row.cells)
        except Flaw as flaw:
            flaws[flaw.reason] += 1
    for reason, count in () if quiet else flaws.items():
        complain(f"{one.path}: {reason} ({count} times)")


def _write(book: Book) -> None:
    for number, row in enumerate(book.rows(), start=1):
        line = {"seq": number, "key": row.key, "deleted": False, "body": row}
        sys.stdout.buffer.write(json.encode(line) + b"\n")
    sys.stdout.buffer.flush()
