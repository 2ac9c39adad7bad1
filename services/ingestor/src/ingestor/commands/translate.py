"""Translate recorded answers of a source to OCDS: compiled releases as JSON Lines on stdout.

Answers of any interface, in any number of files, are joined across them; "-" is stdin. What cannot
be used is said on stderr with its reason. Nothing is stored and no server is asked.

PSEUDONYM_KEY makes the pseudonyms of natural persons; without it they hold for this run only.

Exit status: 0 every file was read, whatever was set aside; 1 a file could not be used at all; 2
wrong usage; 3 a file did not arrive whole.
"""

import argparse
import os
import secrets
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from msgspec import json

from ingestor.commands.output import complain
from ingestor.source import STANDARD_INPUT
from ingestor.sources.goszakup.dictionaries import Dictionaries
from ingestor.sources.goszakup.join import Collection
from ingestor.sources.goszakup.kinds import Kind
from ingestor.sources.goszakup.payload import Refused, Report
from ingestor.sources.goszakup.prefix import PREFIX, checked
from ingestor.sources.goszakup.recorded import Fault, Found, Rows, recorded
from ingestor.sources.goszakup.translate import translate
from shared.clock import SystemClock
from shared.settings import SHORTEST_KEY

SOURCES: Final = ("goszakup",)
FAILED: Final = 1
INCOMPLETE: Final = 3


def configure(parser: argparse.ArgumentParser) -> None:
    """The source, its recorded answers, and the prefix of the ocids."""
    parser.add_argument("source", choices=SOURCES)
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument(
        "--prefix", type=_prefix, default=PREFIX, help=f"of every ocid; default {PREFIX}"
    )
    parser.add_argument("--quiet", action="store_true", help="say nothing of what was set aside")


def run(arguments: argparse.Namespace) -> int:
    """Read every file, then write every release."""
    reading = Reading(quiet=arguments.quiet)
    endings = [reading.file(file) for file in arguments.files]
    written = _write(reading, arguments.prefix)
    reading.sum_up(written)
    if FAILED in endings or (written == 0 and not reading.dictionaries.names()):
        return FAILED
    return max(endings)


def _prefix(given: str) -> str:
    try:
        return checked(given)
    except ValueError as fault:
        raise argparse.ArgumentTypeError(str(fault)) from fault


class Reading:
    """All files of one call: their records, the dictionaries among them, what was set aside."""

    def __init__(self, *, quiet: bool) -> None:
        self.collection = Collection()
        self.dictionaries = Dictionaries()
        self._quiet = quiet
        self._aside: Counter[str] = Counter()

    def file(self, file: str) -> int:
        """Read one file; returns its part of the exit status."""
        used, broken = 0, False
        faults: Counter[str] = Counter()
        try:
            for item in _items(file):
                broken = broken or (isinstance(item, Fault) and item.broken)
                used += self._take(item, faults)
        except OSError as fault:
            complain(f"{file}: {fault.strerror or fault}")
            return FAILED
        self._explain(file, faults)
        if broken:
            return INCOMPLETE if used else FAILED
        if not used:
            complain(f"{file}: it holds no answer of the portal that is part of a purchase")
        return 0

    def sum_up(self, written: int) -> None:
        """Say what came of it all: releases, what was set aside, how the schema has moved."""
        for reason in () if self._quiet else self.collection.aside:
            complain(f"set aside: {reason}")
        report = self.collection.report
        if report.unknown:
            complain(f"fields nobody knows: {_listed(report.unknown)}")
        if report.mistyped:
            complain(f"values of another type than documented: {_listed(report.mistyped)}")
        if self._aside:
            complain(f"known, but no part of a purchase: {_listed(self._aside)}")
        complain(f"{written} releases; {len(self.collection.aside)} records set aside")

    def _take(self, item: Found | Rows | Fault, faults: Counter[str]) -> int:
        """Take in what was found, counting what is wrong with it; returns 1 where it is of use."""
        match item:
            case Rows():
                refused = self.dictionaries.add(item.dictionary, item.rows, Report())
                return int(len(item.rows) > refused)
            case Fault():
                place = f"line {item.line}: " if item.line is not None else ""
                faults[place + item.reason] += 1
                return 0
            case Found():
                return self._record(item.kind, item, faults)

    def _record(self, kind: Kind, item: Found, faults: Counter[str]) -> int:
        try:
            self.collection.add(kind, item.record, item.notice)
        except Refused as refused:
            faults[f"a {kind.name} is refused: {refused}"] += 1
            return 0
        self._aside[kind.name] += kind.payload is None
        self._aside += Counter()
        return 1

    def _explain(self, file: str, faults: Counter[str]) -> None:
        for reason, count in () if self._quiet else faults.items():
            complain(f"{file}: {reason}" + (f" ({count} times)" if count > 1 else ""))


def _items(file: str) -> Iterator[Found | Rows | Fault]:
    if file == STANDARD_INPUT:
        yield from recorded(sys.stdin.buffer, "stdin")
        return
    with Path(file).open("rb") as stream:
        yield from recorded(stream, file)


def _write(reading: Reading, prefix: str) -> int:
    """Write every process as one line; one that fails is set aside and costs no other."""
    written, undated, secret, stream = 0, 0, pseudonym_key(), sys.stdout.buffer
    now = SystemClock().now().isoformat(timespec="seconds")
    for bundle in reading.collection.bundles():
        try:
            release = translate(bundle, reading.dictionaries, key=secret, prefix=prefix)
        except Exception as fault:  # noqa: BLE001 - our fault on one process must not cost the others
            name = bundle.notice.id if bundle.notice else "without notice"
            reading.collection.aside.append(f"process {name}: {type(fault).__name__}: {fault}")
            continue
        undated += "date" not in release
        release.setdefault("date", now)
        stream.write(json.encode(release) + b"\n")
        written += 1
    stream.flush()
    if undated:
        complain(f"{undated} releases say nowhere when; they are dated by this run")
    return written


def pseudonym_key() -> bytes:
    """Return the key for pseudonyms; ends the command where it is given but too short."""
    given = os.environ.get("PSEUDONYM_KEY", "")
    file = os.environ.get("PSEUDONYM_KEY_FILE")
    if file:
        given = Path(file).read_text("utf-8").strip()
    if given and len(given) < SHORTEST_KEY:
        raise SystemExit(f"ingestor: PSEUDONYM_KEY has fewer than {SHORTEST_KEY} characters")
    if not given:
        complain("PSEUDONYM_KEY is not set: pseudonyms of persons hold for this run only")
    return given.encode() or secrets.token_bytes(SHORTEST_KEY)


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{name} ({count})" for name, count in sorted(counts.items()) if count)
