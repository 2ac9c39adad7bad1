"""Lists for tests: numbers of nobody with right control digits, files, and a list taken in."""

import csv
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
from msgspec import convert, to_builtins

from ingestor.registers.judge import Judge
from ingestor.registers.listing import Listing
from ingestor.registers.load import load
from ingestor.registers.mapping import Mapping, known_lists, parsed
from ingestor.registers.rows import RowReader, read_rows
from ingestor.runs import Run
from ingestor.source import Terms, declarations
from shared.contracts.registers import RegisterRow
from shared.vocabulary.identifiers import control_digit, party_id
from tests.ingestor.office import PSEUDONYM_KEY, Office

OWN = """
register: watched
title: {kk: Тізім, ru: Список, en: Watched}
party: [bin]
valid_from: since
valid_to: until
attributes: {sum: {at: sum, kind: number}, note: {at: note}}
holds_days: 40
"""


def numbers(count: int, start: str = "0001400") -> list[str]:
    """Make BINs that belong to nobody."""
    made = []
    for serial in range(10 ** (11 - len(start))):
        digits = f"{start}{serial:0{11 - len(start)}}"
        control = control_digit(digits)
        if control is not None:
            made.append(f"{digits}{control}")
        if len(made) == count:
            return made
    raise AssertionError


def iin() -> str:
    """Make an IIN of nobody, born on the first of January 1988."""
    return next(
        f"{digits}{control}"
        for digits in (f"8801013{number:04}" for number in range(1000))
        if (control := control_digit(digits)) is not None
    )


def org(number: str) -> str:
    return party_id("any", number, "").id


def own(**more: Any) -> Mapping:
    """Return the mapping of an own list, some of it replaced."""
    return convert({**to_builtins(parsed(OWN)), **more}, Mapping)


def csv_file(path: Path, rows: Iterable[Sequence[Any]], delimiter: str = ",") -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    return path


def workbook_file(path: Path, *sheets: Sequence[Sequence[Any]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(f"Лист{number + 1}")
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path


def json_file(path: Path, records: Any) -> Path:
    path.write_text(json.dumps(records, ensure_ascii=False), "utf-8")
    return path


async def take(
    office: Office,
    path: Path,
    how: Mapping | str,
    *,
    on: str = "2026-11-24",
    shrunk: bool = False,
) -> Run:
    """Take in a list as the command does, as of a day."""
    if isinstance(how, str):
        kind, mapping = known_lists()[how]
    else:
        kind, mapping = "register_file", how
    listing = Listing(
        mapping=mapping,
        source="test-list",
        file=path.name,
        kind=declarations()[kind],
        terms=Terms(),
        retrieved=datetime.combine(date.fromisoformat(on), time(12), UTC),
        shrunk=shrunk,
    )
    judge = Judge(mapping, listing.source, PSEUDONYM_KEY.encode())
    reader = RowReader(read_rows(path, judge), judge, path.name, office.desk.cipher)
    return await load(office.desk, listing, reader)


async def published(office: Office) -> list[RegisterRow]:
    """Return what the feed says now."""
    entries = await office.feed("registers")
    return [convert(json.loads(e.body), RegisterRow) for e in entries if not e.deleted]
