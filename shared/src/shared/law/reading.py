"""Reading the files of dated entries, strictly: what is wrong is refused with file and line.

    table: limit
    title: Ceilings in monthly calculation indices
    in_force: {from: 2025-01-01}        # days of the entries that give none of their own
    entries:
      - key: quotations_annual
        unit: MCI
        value: 8000
        cite: ["106-VIII 10(4)"]
      - key: mci
        unit: KZT
        cite: [budget]
        periods:                        # a rule that changed: no gap, no overlap
          - {from: 2025-01-01, to: 2025-12-31, value: 100}
          - {from: 2026-01-01, to: 2026-12-31, value: 110}

What stands at an entry holds for all of its periods that say nothing else.
"""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final, Generic, Literal, TypeVar

import msgspec

from shared.law.citations import Citation, cited
from shared.law.entries import Confidence, Entry, Period, Table
from shared.law.lines import Document

V = TypeVar("V")

Unit = Literal[
    "KZT", "MCI", "percent", "share", "count", "points",
    "working_day", "calendar_day", "month", "year", "hour", "minute",
]  # fmt: skip

DAY: Final = timedelta(days=1)
_PATH: Final = re.compile(r"`(\$[^`]*)`")


class LawFileError(ValueError):
    """A file of the law's data is not as it has to be; the message begins with file and line."""


class _Span(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"first": "from", "last": "to"}
):
    first: date
    last: date | None = None


class _Period(
    msgspec.Struct,
    Generic[V],
    frozen=True,
    forbid_unknown_fields=True,
    rename={"first": "from", "last": "to"},
):
    value: V
    cite: list[str]
    first: date | None = None
    last: date | None = None
    unit: Unit | None = None
    confidence: Confidence = "stated"
    dates: Literal["stated", "assumed"] = "assumed"
    note: str | None = None
    issue: str | None = None
    otherwise: dict[str, V] = {}


class _Entry(msgspec.Struct, Generic[V], frozen=True, forbid_unknown_fields=True):
    key: str
    periods: list[_Period[V]]


class _File(msgspec.Struct, Generic[V], frozen=True, forbid_unknown_fields=True):
    table: str
    title: str
    entries: list[_Entry[V]]
    in_force: _Span | None = None


def read(text: str, *, name: str, of: type[V]) -> Table[V]:
    """Read a file of entries whose values are of the type given; `name` is told in refusals.

    Raises LawFileError with file and line for what is missing, unknown, doubled, or does not fit.
    """
    document = Document.parse(text, name, LawFileError)
    written = _shaped(document, of)
    span = written.in_force or _Span(date.max)
    entries: dict[str, Entry[V]] = {}
    for place, entry in enumerate(written.entries):
        path = f"$.entries[{place}]"
        if entry.key in entries:
            document.refuse(f"{path}.key", f"the key {entry.key!r} is taken")
        entries[entry.key] = Entry(entry.key, _periods(document, path, entry.periods, span))
    known = written.in_force
    return Table(
        name=written.table,
        title=written.title,
        known_from=known.first if known else None,
        known_to=known.last if known else None,
        entries=entries,
    )


def _shaped(document: Document, of: type[V]) -> _File[V]:
    content = document.content
    if isinstance(content, dict) and isinstance(content.get("entries"), list):
        content = {**content, "entries": [_spelled_out(entry) for entry in content["entries"]]}
    try:
        return msgspec.convert(content, type=_File[of])  # type: ignore[valid-type]
    except msgspec.ValidationError as error:
        path = _PATH.search(str(error))
        document.refuse(path.group(1) if path else "$", str(error).partition(" - at ")[0])


def _spelled_out(entry: Any) -> Any:
    """Give every period what its entry says for all; an entry without periods is its only one."""
    if not isinstance(entry, dict):
        return entry
    common = {name: said for name, said in entry.items() if name not in {"key", "periods"}}
    periods = entry.get("periods", [{}])
    if isinstance(periods, list):
        periods = [{**common, **one} if isinstance(one, dict) else one for one in periods]
    return {**({"key": entry["key"]} if "key" in entry else {}), "periods": periods}


def _periods(
    document: Document, path: str, written: Sequence[_Period[V]], span: _Span
) -> tuple[Period[V], ...]:
    if not written:
        document.refuse(path, "an entry has at least one period")
    found: list[Period[V]] = []
    for place, one in enumerate(written):
        here = f"{path}.periods[{place}]"
        found.append(_period(document, here, one, span))
        if place:
            _follows(document, here, found[-2], found[-1])
    return tuple(found)


def _period(document: Document, path: str, one: _Period[V], span: _Span) -> Period[V]:
    first = one.first or span.first
    last = one.last if one.first or one.last else span.last
    if first == date.max:
        document.refuse(path, "neither the entry nor the file says since when it is law")
    if last is not None and last < first:
        document.refuse(f"{path}.to", f"it ends on {last}, before it begins on {first}")
    if isinstance(one.value, int | float) and not isinstance(one.value, bool) and one.unit is None:
        document.refuse(f"{path}.value", "a number needs its unit")
    if bool(one.otherwise) != (one.issue is not None):
        document.refuse(path, "issue and otherwise belong together")
    return Period(
        valid_from=first,
        valid_to=last,
        value=one.value,
        unit=one.unit,
        cite=_cited(document, f"{path}.cite", one.cite),
        confidence=one.confidence,
        dates_assumed=one.dates == "assumed",
        note=one.note,
        issue=one.issue,
        otherwise=one.otherwise,
    )


def _follows(document: Document, path: str, before: Period[V], after: Period[V]) -> None:
    if before.valid_to is None or after.valid_from <= before.valid_to:
        document.refuse(path, f"it overlaps the period from {before.valid_from}")
    if after.valid_from != before.valid_to + DAY:
        document.refuse(path, f"there is a gap after {before.valid_to}")


def _cited(document: Document, path: str, written: Sequence[str]) -> tuple[Citation, ...]:
    if not written:
        document.refuse(path, "an entry cites the passage it rests on")
    found = []
    for place, one in enumerate(written):
        try:
            found.append(cited(one))
        except ValueError as error:
            document.refuse(f"{path}[{place}]", str(error))
    return tuple(found)
