"""Writing documents of a list as a file, a page at a time.

A spreadsheet takes text that begins with certain signs for a formula and runs it. In CSV such text
gets an apostrophe before it, as OWASP advises, and figures keep their minus; in a workbook a text
is a text by its type.
"""

import csv
import io
import re
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol

import msgspec

from gateway.exports.fields import FIELDS, Field, value
from gateway.reads.answering import encode
from gateway.reads.ocds import attribution
from shared.contracts.sources import Source

OCDS_VERSION: Final = "1.1"

_BEGINS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_FIGURE: Final = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")
FIGURES: Final = frozenset({"decimal", "number", "integer"})
_GZIP: Final = 31


class About(NamedTuple):
    """What a file is of: the list, where it will be fetched, as of when, whose data it holds.

    `folder` is the writer's own while it writes, for what cannot be written from front to back.
    """

    what: str
    uri: str
    as_of: datetime
    sources: Sequence[Source]
    folder: Path


class Writer(Protocol):
    """Writes one file; what a method gives is what comes next in it."""

    def head(self) -> bytes:
        """Begin the file."""

    def page(self, documents: Sequence[bytes]) -> bytes:
        """Write documents."""

    def end(self) -> Iterator[bytes]:
        """Write what is left."""


def harmless(text: str) -> str:
    """Return text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_BEGINS_A_FORMULA) else text


def cell(field: Field, found: Any) -> str:
    """Return a value as it stands in a cell of CSV."""
    if found is None:
        return ""
    if isinstance(found, bool):
        return "true" if found else "false"
    text = str(found)
    return text if is_figure(field, text) else harmless(text)


def is_figure(field: Field, text: str) -> bool:
    """Say whether a value is a figure, and may stand as one."""
    return field.type in FIGURES and _FIGURE.fullmatch(text) is not None


class Lines:
    """NDJSON: the documents as they are, one on a line."""

    def __init__(self, about: About) -> None:
        del about

    def head(self) -> bytes:
        """Begin with nothing."""
        return b""

    def page(self, documents: Sequence[bytes]) -> bytes:
        """Write documents."""
        return b"".join(b"%b\n" % document for document in documents)

    def end(self) -> Iterator[bytes]:
        """End with nothing."""
        yield from ()


class Table:
    """CSV as RFC 4180 has it: CRLF, quotes where they are needed."""

    def __init__(self, about: About) -> None:
        self._fields = FIELDS[about.what]

    def head(self) -> bytes:
        """Write the names of the columns."""
        return _lines([[field.name for field in self._fields]])

    def page(self, documents: Sequence[bytes]) -> bytes:
        """Write rows."""
        read = [msgspec.json.decode(document) for document in documents]
        return _lines([[cell(f, value(one, f.path)) for f in self._fields] for one in read])

    def end(self) -> Iterator[bytes]:
        """End with nothing."""
        yield from ()


def _lines(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


class Package:
    """One OCDS release package; its `documents` are compiled releases."""

    def __init__(self, about: About) -> None:
        self._about = about
        self._begun = False

    def head(self) -> bytes:
        """Say whose releases these are, and on what terms."""
        named = self._about.sources
        only = named[0] if len(named) == 1 else None
        told: dict[str, Any] = {
            "uri": self._about.uri,
            "version": OCDS_VERSION,
            "publishedDate": self._about.as_of,
            "publisher": {"name": (only.publisher or only.title) if only else "Qadaga"},
            "sources": [attribution(source) for source in named],
        }
        if only and only.licence:
            told["license"] = only.licence
        return b'%b,"releases":[' % encode(told)[:-1]

    def page(self, documents: Sequence[bytes]) -> bytes:
        """Write releases."""
        written = b",".join(documents)
        if written and self._begun:
            written = b"," + written
        self._begun = self._begun or bool(documents)
        return written

    def end(self) -> Iterator[bytes]:
        """Close the package."""
        yield b"]}"


class Gzipped:
    """Another format, packed."""

    def __init__(self, inner: Writer) -> None:
        self._inner = inner
        self._pack = zlib.compressobj(wbits=_GZIP)

    def head(self) -> bytes:
        """Begin as the other begins."""
        return self._pack.compress(self._inner.head())

    def page(self, documents: Sequence[bytes]) -> bytes:
        """Write documents."""
        return self._pack.compress(self._inner.page(documents))

    def end(self) -> Iterator[bytes]:
        """End as the other ends."""
        for piece in self._inner.end():
            yield self._pack.compress(piece)
        yield self._pack.flush()


def _parquet(about: About) -> Writer:
    from gateway.exports.parquet import Parquet  # noqa: PLC0415 (only who needs it loads DuckDB)

    return Parquet(about)


def _workbook(about: About) -> Writer:
    from gateway.exports.workbook import Workbook  # noqa: PLC0415 (as above)

    return Workbook(about)


class Format(NamedTuple):
    """A format: what its files are called and are, and what writes them."""

    suffix: str
    media_type: str
    writer: Callable[[About], Writer]


_GZ: Final = "application/gzip"
FORMATS: Final[Mapping[str, Format]] = {
    "ndjson": Format("ndjson", "application/x-ndjson", Lines),
    "ndjson.gz": Format("ndjson.gz", _GZ, lambda about: Gzipped(Lines(about))),
    "csv": Format("csv", "text/csv; charset=utf-8", Table),
    "parquet": Format("parquet", "application/vnd.apache.parquet", _parquet),
    "xlsx": Format(
        "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _workbook
    ),
    "ocds": Format("json", "application/json", Package),
    "ocds.gz": Format("json.gz", _GZ, lambda about: Gzipped(Package(about))),
}
OCDS: Final = frozenset({"ocds", "ocds.gz"})
"""What is made of the releases of processes, not of what lists tell of them."""


def can_be(what: str, form: str) -> bool:
    """Say whether a list can be had in a format."""
    return form in FORMATS and (what == "processes" or form not in OCDS)
