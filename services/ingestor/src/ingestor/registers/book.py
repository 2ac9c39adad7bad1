"""A register held in memory: what whole lists of several days come to, with nothing stored.

The same rules as for lists that are stored (see `taking`).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from msgspec import json

from ingestor.registers.history import Entry, Stretch, closed, covered, day_of, joined, stated
from ingestor.registers.judge import Statement, entry_key
from ingestor.registers.mapping import Mapping
from shared.contracts.registers import RegisterRow


@dataclass(slots=True)
class Book:
    """The entries of one register from one source, and the days of which its lists tell."""

    mapping: Mapping
    source: str
    _entries: dict[str, dict[str, Entry]] = field(default_factory=dict)
    _stretches: list[Stretch] = field(default_factory=list)
    _told: datetime | None = None

    def take(self, statements: Iterable[Statement], now: datetime) -> None:
        """Take in a list as it stood at a moment, later than those before it."""
        self._told = now
        met = {self._state(one, now) for one in statements if one.listed}
        if self.mapping.extent == "complete":
            self._close(met, day_of(now), now)
            told = covered(self.mapping, None, day_of(now))
            assert told is not None
            self._stretches = joined([*self._stretches, told], self.mapping.holds_days)

    def rows(self) -> Iterator[RegisterRow]:
        """Yield the rows that the feed would hold."""
        for held in self._entries.values():
            yield from (json.decode(entry.body(), type=RegisterRow) for entry in held.values())
        yield from map(self._coverage, self._stretches)

    def _state(self, statement: Statement, now: datetime) -> str:
        held = self._entries.setdefault(statement.base, {})
        entry = stated(statement, list(held.values()), self.mapping, self.source, now)
        old = held.get(entry.key)
        if old is None or old.says() != entry.says():
            held[entry.key] = entry
        return entry.key

    def _close(self, met: set[str], today: date, now: datetime) -> None:
        for held in self._entries.values():
            gone = [one for one in held.values() if one.known_to is None and one.key not in met]
            for one in gone:
                del held[one.key]
                ended = closed(one, today, answered=False, now=now)
                if ended is not None:
                    held[ended.key] = ended

    def _coverage(self, one: Stretch) -> RegisterRow:
        assert self._told is not None
        words = ("coverage", self.mapping.register, self.source, "*", one.known_from.isoformat())
        return RegisterRow(
            key=entry_key(words),
            kind="coverage",
            register=self.mapping.register,
            source=self.source,
            party=None,
            known_from=one.known_from,
            known_to=one.known_to,
            retrieved_at=self._told,
        )
