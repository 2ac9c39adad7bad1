"""Dated entries: what a rule of the law is worth between two days, and which passage says so.

A `Table` holds entries by key. An entry is one value after the other in time, without gaps and
without overlaps. Asked for a day before its first or after its last, it does not extrapolate.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Generic, Literal, TypeVar

from shared.law.citations import Citation

V = TypeVar("V")

Confidence = Literal["stated", "derived", "ambiguous", "secondary"]
"""stated: the passage says it. derived: it follows from several passages. ambiguous: the passage
can be read otherwise. secondary: taken from the press or another catalogue, not from the act."""


class UnknownLawError(LookupError):
    """The data do not say what was law on that day."""


@dataclass(frozen=True, slots=True)
class Period(Generic[V]):
    """A value and the days on which it is law, both included; `valid_to` None: it still is.

    `dates_assumed`: the text does not say since when it reads so. `otherwise` has the value under
    other readings of the contradiction `issue`, by the reading's name.
    """

    valid_from: date
    valid_to: date | None
    value: V
    unit: str | None
    cite: tuple[Citation, ...]
    confidence: Confidence = "stated"
    dates_assumed: bool = False
    note: str | None = None
    issue: str | None = None
    otherwise: Mapping[str, V] = field(default_factory=dict)

    def covers(self, day: date) -> bool:
        """Tell whether it is law on that day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Entry(Generic[V]):
    """One rule through time: its periods, the oldest first, without gaps."""

    key: str
    periods: tuple[Period[V], ...]

    def as_of(self, day: date) -> Period[V]:
        """Return what was law on that day. Raises UnknownLawError outside of the known time."""
        found = self.on(day)
        if found is None:
            first, last = self.periods[0].valid_from, self.periods[-1].valid_to
            raise UnknownLawError(
                f"{self.key} is known from {first} to {last or 'today'}, not on {day}"
            )
        return found

    def on(self, day: date) -> Period[V] | None:
        """Return what was law on that day, if that is known."""
        return next((period for period in self.periods if period.covers(day)), None)


@dataclass(frozen=True, slots=True)
class Table(Generic[V]):
    """The entries of one file by key. `known_from`, `known_to`: what the file says for all."""

    name: str
    title: str
    known_from: date | None
    known_to: date | None
    entries: Mapping[str, Entry[V]]

    def as_of(self, key: str, day: date) -> Period[V]:
        """Return what a rule was worth on a day.

        Raises UnknownLawError outside of the known time, and KeyError for a key that is not there.
        """
        return self.entries[key].as_of(day)

    def in_force(self, day: date) -> dict[str, Period[V]]:
        """Return every rule that was law on that day, by key."""
        found = {key: entry.on(day) for key, entry in self.entries.items()}
        return {key: period for key, period in found.items() if period is not None}

    def periods(self) -> Iterator[tuple[str, Period[V]]]:
        """Give every value of every entry with its key, in the order of the file."""
        for key, entry in self.entries.items():
            for period in entry.periods:
                yield key, period
