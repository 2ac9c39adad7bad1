"""Writing documents of a list as a file, a page at a time.

A spreadsheet takes text that begins with certain signs for a formula and runs it. Such text gets an
apostrophe before it, as OWASP advises; figures keep their minus.
"""

import csv
import io
import re
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from gateway.exports.fields import FIELDS, Field, value

_BEGINS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_FIGURE: Final = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")
_FIGURES: Final = frozenset({"decimal", "number", "integer"})


class Format(NamedTuple):
    """How a file begins and how a page of documents is written; `whats`, what can be written so."""

    media_type: str
    head: Callable[[str], bytes]
    page: Callable[[str, Sequence[bytes]], bytes]


def harmless(text: str) -> str:
    """Return text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_BEGINS_A_FORMULA) else text


def cell(field: Field, found: Any) -> str:
    """Return a value as it stands in a cell."""
    if found is None:
        return ""
    if isinstance(found, bool):
        return "true" if found else "false"
    text = str(found)
    if field.type in _FIGURES and _FIGURE.fullmatch(text):
        return text
    return harmless(text)


def _csv_head(what: str) -> bytes:
    return _lines([[field.name for field in FIELDS[what]]])


def _csv_page(what: str, documents: Sequence[bytes]) -> bytes:
    fields = FIELDS[what]
    read = [msgspec.json.decode(document) for document in documents]
    return _lines([[cell(each, value(one, each.path)) for each in fields] for one in read])


def _lines(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)  # RFC 4180: CRLF, quotes where they are needed
    return text.getvalue().encode()


def _ndjson_page(what: str, documents: Sequence[bytes]) -> bytes:
    del what
    return b"".join(b"%b\n" % document for document in documents)


FORMATS: Final = {
    "ndjson": Format("application/x-ndjson", lambda _: b"", _ndjson_page),
    "csv": Format("text/csv; charset=utf-8", _csv_head, _csv_page),
}


def can_be(what: str, form: str) -> bool:
    """Say whether a list can be had in a format."""
    return form in FORMATS and (form == "ndjson" or what in FIELDS)
