"""A list read row by row, whatever its form, and judged in batches that fit one commit."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple

from msgspec import json

from ingestor.intake import Refused
from ingestor.raw.cipher import Cipher
from ingestor.registers.cells import Flaw, is_empty
from ingestor.registers.judge import Judge
from ingestor.registers.listing import Rows

BATCH: Final = 1_000
KEPT: Final = 64 * 1024  # bytes of a refused row that are kept, sealed


class Row(NamedTuple):
    """One row: its number as people count it, and its cells by header and by place."""

    number: int
    cells: Mapping[str, Any]


class Unusable(Exception):  # noqa: N818 - "raise Unusable(reason)" is what it says
    """Raised where a file cannot be read, or no further; the text is the reason."""


@dataclass(slots=True)
class RowReader:
    """Judges the rows of one list; see `listing.Reader`."""

    rows: Iterator[Row]
    judge: Judge
    file: str
    cipher: Cipher
    broken: str | None = None
    unreadable: int = 0
    usable: int = 0
    _refused: list[Refused] = field(default_factory=list)

    def __iter__(self) -> Iterator[Rows]:
        """Yield batches."""
        rows = self._whole()
        while batch := list(islice(rows, BATCH)):
            yield self._judged(batch)

    def _whole(self) -> Iterator[Row]:
        try:
            yield from (row for row in self.rows if not all(map(is_empty, row.cells.values())))
        except Unusable as fault:
            self.broken = str(fault)
        except OSError as fault:
            self.broken = f"The file cannot be read: {fault.strerror or fault}"

    def _judged(self, batch: list[Row]) -> Rows:
        judged = Rows()
        for row in batch:
            try:
                judged.statements.append(self.judge.judge(row.cells))
                self.usable += 1
            except Flaw as flaw:
                judged.refused.append(self._set_aside(row, flaw))
                party = self.judge.party_of(row.cells)
                if party is None:
                    self.unreadable += 1
                else:
                    judged.spared.append(party)
        return judged

    def _set_aside(self, row: Row, flaw: Flaw) -> Refused:
        written = json.encode({key: str(value) for key, value in row.cells.items()})
        kept = written[:KEPT]
        return Refused(
            source=self.judge.source,
            file=self.file,
            line=row.number,
            item=None,
            offset=None,
            code=flaw.code,
            reason=flaw.reason,
            payload=self.cipher.seal(kept, sha256(kept).digest()),
            size=len(written),
        )


def read_rows(path: Path, judge: Judge) -> Iterator[Row]:
    """Read the rows of a file: a workbook, JSON, or text with separators."""
    from ingestor.registers import documents, texts, workbook  # noqa: PLC0415 (each one's library only where it is needed)

    mapping = judge.mapping
    with path.open("rb") as stream:
        start = stream.read(4096)
    if start.startswith(b"PK\x03\x04"):
        return workbook.rows(path, mapping)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unusable("This is a workbook of before 2007 (.xls): save it as .xlsx")
    if start.startswith(b"\x1f\x8b"):
        raise Unusable("The file is compressed: unpack it first")
    if start.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        raise Unusable("This is a web page, not a list")
    if mapping.shape or start.lstrip(b"\xef\xbb\xbf \r\n\t").startswith((b"{", b"[")):
        return documents.rows(path, mapping)
    return texts.rows(path, mapping)
