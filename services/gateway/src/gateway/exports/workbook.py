"""Lists as a workbook (XLSX), a row at a time: what a sheet has no room for stands on the next.

A text is written as a text whatever it begins with: no cell is a formula or a link. Figures are
numbers, save those of more digits than a sheet keeps.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec
import xlsxwriter

from gateway.exports.fields import FIELDS, Field, value
from gateway.exports.formats import About, is_figure

ROWS: Final = 1_048_575
"""Rows a sheet has below its heading."""

LONGEST: Final = 32_767
CUT: Final = "…"
DIGITS: Final = 15
PIECE: Final = 1024 * 1024
_OPTIONS: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


class Workbook:
    """Writes a workbook into its folder, and gives the file at its end."""

    def __init__(self, about: About) -> None:
        self._fields = FIELDS[about.what]
        self._name = about.what
        self._path = about.folder / "made.xlsx"
        options = {**_OPTIONS, "tmpdir": str(about.folder)}
        self._book = xlsxwriter.Workbook(str(self._path), options)
        self._sheet: Any = None
        self._sheets = self._row = 0

    def head(self) -> bytes:
        """Begin the first sheet."""
        self._begin_sheet()
        return b""

    def page(self, documents: Sequence[bytes]) -> bytes:
        """Write rows."""
        for document in documents:
            if self._row > ROWS:
                self._begin_sheet()
            read = msgspec.json.decode(document)
            for column, field in enumerate(self._fields):
                self._write(column, field, value(read, field.path))
            self._row += 1
        return b""

    def end(self) -> Iterator[bytes]:
        """Pack the workbook and give it."""
        self._book.close()
        with self._path.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece

    def _begin_sheet(self) -> None:
        self._sheets += 1
        name = self._name if self._sheets == 1 else f"{self._name} {self._sheets}"
        self._sheet = self._book.add_worksheet(name)
        self._sheet.freeze_panes(1, 0)
        for column, field in enumerate(self._fields):
            self._sheet.write_string(0, column, field.name)
        self._row = 1

    def _write(self, column: int, field: Field, found: Any) -> None:
        sheet, row = self._sheet, self._row
        if found is None or found == "":
            return
        if isinstance(found, bool):
            sheet.write_boolean(row, column, found)
            return
        text = str(found)
        if is_figure(field, text) and sum(map(str.isdigit, text)) <= DIGITS:
            sheet.write_number(row, column, float(text))
        else:
            sheet.write_string(row, column, _fitting(text))


def _fitting(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + CUT
