"""Feed "registers" (of the ingestor): who stood in which register, since when.

Two kinds of rows under one shape. An *entry* says that a party stood in a register, from
`valid_from` until before `valid_to`. A *coverage* says on which days a source's answer is known,
for one party or for every party (`party` null): on a day that is covered, whoever has no entry was
not listed. What no source covers is unknown, which is not the same as "no". An entry that is taken
back leaves a tombstone; one that only ended stays, with its end.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Literal

from msgspec import Struct

Answer = Literal["yes", "no", "unknown"]


class RegisterRow(Struct, frozen=True):
    """One row of the feed; the key is that of the entry, or of the stretch of coverage.

    `valid_from` null: since before it was first seen. `valid_to` null: no end is known; else the
    first day on which it no longer holds. `known_from` and `known_to` are both included. An entry's
    `known_to` is null while its source still lists it: it is then known as long as the coverage of
    its source lasts. `ended` tells whether the source stated the end or ceased to list the party. A
    norm, which binds everybody, is an entry without party: what it is about stands in `attributes`.
    `retrieved_at` is when the source said what stands here, for the first time.
    """

    key: str
    kind: Literal["entry", "coverage"]
    register: str
    source: str
    party: str | None
    known_from: date
    known_to: date | None
    retrieved_at: datetime
    valid_from: date | None = None
    valid_to: date | None = None
    ended: Literal["stated", "absent"] | None = None
    attributes: dict[str, Any] = {}


def answer(entries: Iterable[RegisterRow], coverage: Iterable[RegisterRow], day: date) -> Answer:
    """Tell whether a party stood in a register on a day, as of that day and never as of today.

    `entries` are those of the party in that register; `coverage` the rows about the register which
    are about the party or about every party. Whoever says yes is believed before who says no.
    """
    stretches = list(coverage)
    if any(holds(entry, stretches, day) for entry in entries):
        return "yes"
    return "no" if any(covers(stretch, day) for stretch in stretches) else "unknown"


def holds(entry: RegisterRow, coverage: Iterable[RegisterRow], day: date) -> bool:
    """Tell whether an entry is known to be in force on a day."""
    begun = entry.valid_from is None or entry.valid_from <= day
    over = entry.valid_to is not None and entry.valid_to <= day
    return begun and not over and entry.known_from <= day <= _known_to(entry, coverage)


def covers(stretch: RegisterRow, day: date) -> bool:
    """Tell whether a day lies in a stretch of coverage."""
    return stretch.known_from <= day <= (stretch.known_to or stretch.known_from)


def _known_to(entry: RegisterRow, coverage: Iterable[RegisterRow]) -> date:
    """Return the last day on which an entry is known: for an open one, that of its source."""
    if entry.known_to is not None:
        return entry.known_to
    ends = [one.known_to for one in coverage if one.source == entry.source and one.known_to]
    return max(ends, default=entry.retrieved_at.date())
