"""Working days of Kazakhstan: which days offices are open, and how terms are counted.

Holidays and moved days of rest are dated entries (holidays.yaml, moved.yaml). Beyond their last
year nothing is known, and every question about such a day raises UnknownLawError. In the last
known year the Government's moves may be still to come: those days are `provisional`. Of every
known day it can be told why offices are open or not.

A term of working days runs from the day after the event to its last day, both included: a notice
of Friday evening with two working days ends on Tuesday. `event_counts` is the other reading, by
which the event's own day is the first.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from itertools import accumulate
from typing import Final, Literal

import msgspec

from shared.law.citations import Citation
from shared.law.entries import Period, Table, UnknownLawError
from shared.law.reading import read
from shared.vocabulary.dates import in_words, weekday
from shared.vocabulary.text import Text

DAY: Final = timedelta(days=1)
SATURDAY: Final = 5

Ground = Literal["weekday", "weekend", "holiday", "in_stead", "moved_rest", "moved_work"]
"""An ordinary day of the week or of its end; a holiday; off for a holiday that fell on a day of
rest; a working day made one of rest; the day of rest that is worked for it."""


class Holiday(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Days of rest: the same `days` (MM-DD) every year, or `dates` that move with the moon.

    `moves`: where one falls on a weekend, the next working day is off instead.
    """

    title: Text
    moves: bool
    days: list[str] = []
    dates: list[date] = []

    def between(self, first: date, last: date) -> Iterator[date]:
        """Give its days in order."""
        yearly = (
            date.fromisoformat(f"{year}-{day}")
            for year in range(first.year, last.year + 1)
            for day in self.days
        )
        return (day for day in sorted([*yearly, *self.dates]) if first <= day <= last)


class Moved(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A working day that became a day of rest, and the day of rest that is worked instead."""

    rest: date
    worked: date


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a day is off or worked: the ground, the holiday's name, the other day of the two."""

    ground: Ground
    title: Text | None = None
    other: date | None = None
    cite: tuple[Citation, ...] = ()

    def words(self, day: date) -> Text:
        """Say it of that day."""
        pattern = _WORDS[self.ground]
        title = self.title or Text("", "", "")
        other = in_words(self.other or day)
        name = weekday(day)
        return Text(
            **{
                language: getattr(pattern, language).format(
                    weekday=getattr(name, language),
                    title=getattr(title, language),
                    other=getattr(other, language),
                )
                for language in ("kk", "ru", "en")
            }
        )


_WORDS: Final = {
    "weekday": Text("{weekday}, жұмыс күні", "{weekday}, рабочий день", "{weekday}, a working day"),
    "weekend": Text("{weekday}, демалыс күні", "{weekday}, выходной день", "{weekday}, a day off"),
    "holiday": Text("мереке: {title}", "праздник: {title}", "holiday: {title}"),
    "in_stead": Text(
        "демалыс күнімен сәйкес келген мереке үшін демалыс: {title}, {other}",
        "выходной за праздник, совпавший с выходным: {title}, {other}",
        "day off for a holiday that fell on a day of rest: {title}, {other}",
    ),
    "moved_rest": Text(
        "ауыстырылған демалыс күні; оның орнына жұмыс күні: {other}",
        "перенесённый выходной; вместо него рабочий день: {other}",
        "moved day of rest; worked instead: {other}",
    ),
    "moved_work": Text(
        "жұмыс күні; оның орнына демалыс күні: {other}",
        "рабочий день; вместо него выходной: {other}",
        "worked day of rest; off instead: {other}",
    ),
}


@dataclass(frozen=True)
class WorkingCalendar:
    """The working days from `first` to `last`; from `provisional_from` they may still change."""

    first: date
    last: date
    provisional_from: date
    working: tuple[bool, ...]
    counts: tuple[int, ...]
    reasons: Mapping[date, Reason] = field(default_factory=dict)

    @classmethod
    def of(cls, holidays: Table[Holiday], moved: Table[Moved]) -> "WorkingCalendar":
        """Take it from the data; holidays.yaml says for which days, moved.yaml how long surely."""
        first, last = holidays.known_from, holidays.known_to
        sure = moved.known_to
        assert first is not None
        assert last is not None
        assert sure is not None
        reasons = days_off(holidays, first, last) | dict(_moves(moved))
        days = (first + timedelta(number) for number in range((last - first).days + 1))
        working = tuple(_is_worked(day, reasons.get(day)) for day in days)
        return cls(first, last, sure + DAY, working, tuple(accumulate(map(int, working))), reasons)

    def why(self, day: date) -> Reason:
        """Tell why offices are open or not. Raises UnknownLawError outside of the data."""
        self._number(day)
        usual: Ground = "weekend" if day.weekday() >= SATURDAY else "weekday"
        return self.reasons.get(day, Reason(usual))

    def is_working(self, day: date) -> bool:
        """Tell whether offices are open. Raises UnknownLawError outside of the data."""
        return self.working[self._number(day)]

    def working_days(self, event: date, day: date, *, event_counts: bool = False) -> int:
        """Count the working days after an event up to and including a day.

        Negative where the day lies before the event. `event_counts` takes the event's day in.
        """
        start = self._number(event)
        counted = self.counts[self._number(day)] - self.counts[start]
        return counted + (event_counts and self.working[start])

    def add_working_days(self, event: date, number: int, *, event_counts: bool = False) -> date:
        """Return the day on which a term of so many working days ends.

        A term of 0 ends on the event's day, or the next on which offices are open.
        """
        start = self._number(event)
        target = self.counts[start] + number - (event_counts and self.working[start])
        if number == 0:
            return event if self.working[start] else self.add_working_days(event, 1)
        place = bisect_left(self.counts, target)
        if place == len(self.counts):
            raise UnknownLawError(f"working days are known to {self.last}; the term ends later")
        return self.first + timedelta(place)

    def next_working(self, day: date) -> date:
        """Return the day itself, or the next on which offices are open."""
        return self.add_working_days(day, 0)

    def is_provisional(self, day: date) -> bool:
        """Tell whether moves of days of rest may still be decided for that day."""
        return day >= self.provisional_from

    def days(self) -> Iterator[tuple[date, bool, int]]:
        """Give every known day, whether it is worked, and the working days up to and with it."""
        for number, (working, count) in enumerate(zip(self.working, self.counts, strict=True)):
            yield self.first + timedelta(number), working, count

    def _number(self, day: date) -> int:
        if not self.first <= day <= self.last:
            raise UnknownLawError(f"working days are known from {self.first} to {self.last}: {day}")
        return (day - self.first).days


@cache
def kazakhstan() -> WorkingCalendar:
    """Return the calendar of Kazakhstan as far as its data reach."""
    folder = files("shared.law")
    holidays = read((folder / "holidays.yaml").read_text("utf-8"), name="holidays.yaml", of=Holiday)
    moved = read((folder / "moved.yaml").read_text("utf-8"), name="moved.yaml", of=Moved)
    return WorkingCalendar.of(holidays, moved)


def days_off(holidays: Table[Holiday], first: date, last: date) -> dict[date, Reason]:
    """Return the holidays between two days, and the days that are off in their stead."""
    found: dict[date, Reason] = {}
    moving: list[date] = []
    for _, period in holidays.periods():
        start = max(first, period.valid_from)
        end = min(last, period.valid_to or last)
        days = list(period.value.between(start, end))
        found.update(dict.fromkeys(days, _kept(period)))
        moving += days if period.value.moves else []
    return found | dict(_in_their_stead(moving, found))


def _kept(period: Period[Holiday]) -> Reason:
    return Reason("holiday", period.value.title, cite=period.cite)


def _in_their_stead(
    holidays: Iterable[date], off: Mapping[date, Reason]
) -> Iterator[tuple[date, Reason]]:
    taken = set(off)
    for holiday in sorted(holidays):
        if holiday.weekday() >= SATURDAY:
            day = holiday + DAY
            while day.weekday() >= SATURDAY or day in taken:
                day += DAY
            taken.add(day)
            kept = off[holiday]
            yield day, Reason("in_stead", kept.title, holiday, kept.cite)


def _moves(moved: Table[Moved]) -> Iterable[tuple[date, Reason]]:
    for _, period in moved.periods():
        move = period.value
        yield move.rest, Reason("moved_rest", None, move.worked, period.cite)
        yield move.worked, Reason("moved_work", None, move.rest, period.cite)


def _is_worked(day: date, reason: Reason | None) -> bool:
    if reason is None:
        return day.weekday() < SATURDAY
    return reason.ground == "moved_work"
