"""What a register's history becomes when its source speaks again. Nothing here does any I/O."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple

from msgspec.json import encode

from ingestor.registers.judge import Statement, entry_key
from ingestor.registers.mapping import Mapping
from shared.contracts.registers import RegisterRow

DAY: Final = timedelta(days=1)


class Stretch(NamedTuple):
    """Days, both included, on which a source's answer is known."""

    known_from: date
    known_to: date


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as it is kept."""

    key: str
    base: str
    register: str
    source: str
    party: str | None
    valid_from: date | None
    valid_to: date | None
    known_from: date
    known_to: date | None
    ended: str | None
    attributes: dict[str, Any]
    retrieved_at: datetime

    def says(self) -> tuple[Any, ...]:
        """Return what readers are told, apart from when it was retrieved."""
        known = (self.known_from, self.known_to, self.ended, self.attributes)
        return (self.valid_from, self.valid_to, *known)

    def body(self) -> bytes:
        """Return the entry as the feed carries it."""
        names = set(RegisterRow.__struct_fields__) - {"kind"}
        row = {name: getattr(self, name) for name in names}
        return encode(RegisterRow(kind="entry", **row))


def stated(
    statement: Statement, before: Sequence[Entry], mapping: Mapping, source: str, now: datetime
) -> Entry:
    """Return the entry that a statement makes, or what it makes of the one that stood before.

    `before` are the entries of the same base. An entry that the source dropped and names again goes
    on if its beginning is stated; else a new stay begins, so that the gap stays seen.
    """
    today = statement.retrieved or day_of(now)
    old = _continued(statement, before)
    first = min(statement.valid_from or today, today)
    return Entry(
        key=old.key if old else _key(statement.base, before, today),
        base=statement.base,
        register=mapping.register,
        source=source,
        party=statement.party,
        valid_from=statement.valid_from,
        valid_to=statement.valid_to,
        known_from=min(first, old.known_from) if old and old.valid_from is None else first,
        known_to=None if mapping.extent == "complete" else _latest(today, old),
        ended="stated" if statement.valid_to else None,
        attributes=statement.attributes,
        retrieved_at=now,
    )


def closed(entry: Entry, today: date, *, answered: bool, now: datetime) -> Entry | None:
    """Return an entry that its source no longer names: closed on that day, what it said kept.

    None where it was in force on no known day, as after a list that was replaced on its own day.
    `answered`: the source was asked about one party, so the days in between are not known.
    """
    end = min(entry.valid_to or today, today)
    if end <= (entry.valid_from or entry.known_from) or end <= entry.known_from:
        return None
    return replace(
        entry,
        valid_to=end,
        known_to=entry.known_to if answered else today,
        ended="stated" if end == entry.valid_to else "absent",
        retrieved_at=now,
    )


def joined(stretches: Iterable[Stretch], holds_days: int) -> list[Stretch]:
    """Put stretches together that overlap, touch, or lie no further apart than an answer holds."""
    whole: list[Stretch] = []
    for one in sorted(stretches):
        if whole and one.known_from <= whole[-1].known_to + max(DAY, DAY * holds_days):
            last = whole.pop()
            one = Stretch(last.known_from, max(last.known_to, one.known_to))  # noqa: PLW2901 (what is put together goes on)
        whole.append(one)
    return whole


def covered(mapping: Mapping, statement: Statement | None, today: date) -> Stretch | None:
    """Return the days of which a whole list, or one answer, tells; None: it tells of none."""
    if statement is not None:
        asked = statement.retrieved or today
        begun = statement.valid_from if statement.listed else None
        return Stretch(min(begun or asked, asked), asked)
    if mapping.extent != "complete":
        return None
    return Stretch(min(mapping.known_since or today, today), today)


def day_of(moment: datetime) -> date:
    """Return the day on which something was retrieved."""
    return moment.date()


def _continued(statement: Statement, before: Sequence[Entry]) -> Entry | None:
    for entry in sorted(before, key=lambda one: one.known_from, reverse=True):
        if entry.ended != "absent" or statement.valid_from is not None:
            return entry
    return None


def _key(base: str, before: Sequence[Entry], today: date) -> str:
    return base if not before else entry_key((base, today.isoformat()))


def _latest(today: date, old: Entry | None) -> date:
    return max(today, old.known_to) if old and old.known_to else today
