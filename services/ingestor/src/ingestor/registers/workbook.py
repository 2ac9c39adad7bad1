"""A list as a workbook (.xlsx), read row by row: values only, never a formula, and bounded."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

import openpyxl

from ingestor.registers.header import rows_under
from ingestor.registers.mapping import Mapping
from ingestor.registers.rows import Row, Unusable

LARGEST: Final = 2 * 1024**3  # bytes unpacked; a sheet of a million rows has 1
TEXTS: Final = 256 * 1024**2  # bytes of the texts that sheets share, which are held in memory
RATIO: Final = 200  # times its packed size; sheets pack 5 to 30 times
PARTS: Final = 1_000  # files inside
SHARED: Final = "xl/sharedStrings.xml"


def rows(path: Path, mapping: Mapping) -> Iterator[Row]:
    """Yield the rows of the declared sheets, or of the first; raises Unusable."""
    try:
        _check(path)
        yield from _rows(path, mapping)
    except (BadZipFile, ParseError, KeyError, ValueError, EOFError) as fault:
        raise Unusable(f"The workbook is damaged: {type(fault).__name__}") from fault


def _check(path: Path) -> None:
    """Raise Unusable where it unpacks to far more than a list does."""
    with ZipFile(path) as archive:
        parts = archive.infolist()
    unpacked = sum(part.file_size for part in parts)
    shared = sum(part.file_size for part in parts if part.filename == SHARED)
    bomb = any(part.file_size > max(1024**2, RATIO * part.compress_size) for part in parts)
    if bomb or unpacked > LARGEST or shared > TEXTS or len(parts) > PARTS:
        raise Unusable("The workbook unpacks to far more than a list does; nothing was read")


def _rows(path: Path, mapping: Mapping) -> Iterator[Row]:
    with path.open("rb") as stream:  # told by its content: what was fetched has no ending
        book = openpyxl.load_workbook(stream, read_only=True, data_only=True, keep_links=False)
        for sheet in _sheets(book.sheetnames, mapping.sheets):
            table = book[sheet]
            if not hasattr(table, "iter_rows"):
                raise Unusable(f"{sheet} is a chart, not a table")
            table.reset_dimensions()  # what it says of its size need not be true
            yield from rows_under(_filled(table.iter_rows(values_only=True)), mapping)


def _sheets(there: Sequence[str], wanted: Sequence[str]) -> list[str]:
    if not wanted:
        return list(there[:1])
    if wanted == ["*"]:
        return list(there)
    missing = [sheet for sheet in wanted if sheet not in there]
    if missing:
        raise Unusable(f"No sheet {', '.join(missing)}; there are: {', '.join(there)[:300]}")
    return list(wanted)


def _filled(table: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """Pass rows on; a cell whose formula failed is empty."""
    for cells in table:
        if any(isinstance(cell, str) and cell.startswith("#") for cell in cells):
            yield tuple(None if _is_error(cell) else cell for cell in cells)
        else:
            yield cells


def _is_error(cell: Any) -> bool:
    return cell in {"#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!"}
