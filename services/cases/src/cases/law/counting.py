"""Counting a term from its start to its last day, with every day and every step told.

    counted = count(term, start, pauses=[Pause(stopped, resumed)], calendar=kazakhstan())
    counted.due, counted.days, counted.steps

Working days are counted one by one; months end on the same date of the last month, or its last day
where it has none such. What ends on a day off ends on the next working day, except that terms of
working days cannot. The day on which a term is suspended still runs, that of its resumption not.
"""

import calendar as months
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import Final

import msgspec
import yaml

from cases.law.declaration import Extension, Term
from shared.law.calendar import WorkingCalendar
from shared.law.entries import UnknownLawError
from shared.vocabulary.dates import in_words, weekday
from shared.vocabulary.text import LANGUAGES, Text

KAZAKHSTAN: Final = timezone(timedelta(hours=5))
"""The one zone of the country since March 2024; the portal's clock and the courts'."""

DAY: Final = timedelta(days=1)
YEAR: Final = 12


class Step(msgspec.Struct, frozen=True):
    """One step of a computation: its code, its words, and the day it speaks of."""

    code: str
    words: Text
    on: date | None = None


class CountedDay(msgspec.Struct, frozen=True):
    """A day between start and end: which number it has, or None and why it does not count."""

    on: date
    number: int | None
    ground: str
    words: Text


@dataclass(frozen=True, slots=True)
class Pause:
    """A suspension: it begins after the day `stopped` and ends with the day `resumed`."""

    stopped: date
    resumed: date | None

    def covers(self, day: date) -> bool:
        """Tell whether the term stands still on that day."""
        return self.stopped < day and (self.resumed is None or day <= self.resumed)


@dataclass(frozen=True, slots=True)
class Counted:
    """Where a term ends. `due` None: it is suspended, or ends beyond the known calendar."""

    due: date | None
    days: tuple[CountedDay, ...] = ()
    steps: tuple[Step, ...] = ()
    suspended: bool = False
    run: int = field(default=0)


def local_day(moment: date | datetime) -> date:
    """Return the day in Kazakhstan of a moment, or the day itself."""
    if isinstance(moment, datetime):
        if moment.tzinfo is None:
            raise ValueError("a moment without a time zone is no moment")
        return moment.astimezone(KAZAKHSTAN).date()
    return moment


def end_of(day: date) -> datetime:
    """Return the moment at which a day of Kazakhstan is over, in that zone."""
    return datetime(day.year, day.month, day.day, tzinfo=KAZAKHSTAN) + DAY


def count(
    term: Term | Extension, start: date, *, pauses: Sequence[Pause], calendar: WorkingCalendar
) -> Counted:
    """Count a term from the day of its start.

    What ends beyond the known calendar has no end, and a step that says so.
    """
    try:
        calendar.is_working(start)
        if term.unit == "month":
            return _months(term, start, pauses, calendar)
        return _days(term, start, pauses, calendar)
    except (UnknownLawError, OverflowError):
        return Counted(None, steps=(unit_step(term), unknown_step(calendar, start)))


def rolled(day: date, calendar: WorkingCalendar) -> tuple[date, tuple[Step, ...]]:
    """Return the day, or the next working day with the step that says so."""
    working = calendar.next_working(day)
    if working == day:
        return day, ()
    why = calendar.why(day).words(day)
    return working, (step("rolled", on=working, date=day, other=working, why=why),)


def add_months(day: date, number: int) -> date:
    """Return the same date so many months on, or the last of that month.

    >>> add_months(date(2025, 11, 30), 3)
    datetime.date(2026, 2, 28)
    """
    year, month = divmod(day.month - 1 + number, YEAR)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, months.monthrange(year, month)[1]))


def step(code: str, *, on: date | None = None, **values: date | int | Text) -> Step:
    """Write a step in three languages."""
    pattern = _patterns()[code]
    words = {
        language: pattern.in_(language).format(
            **{name: _said(value).in_(language) for name, value in values.items()}
        )
        for language in LANGUAGES
    }
    return Step(code, Text(**words), on)


def unknown_step(calendar: WorkingCalendar, start: date | None = None) -> Step:
    """Say up to when anything is known; of a term that began before, since when."""
    if start is not None and start < calendar.first:
        return step("unknown_before", on=calendar.first, date=calendar.first)
    return step("unknown", on=calendar.last, date=calendar.last)


def unit_step(term: Term | Extension) -> Step:
    """Say how long the term is."""
    return step(term.unit, number=term.number)


def _days(
    term: Term | Extension, start: date, pauses: Sequence[Pause], calendar: WorkingCalendar
) -> Counted:
    days: list[CountedDay] = []
    number = 0
    for day in _from(start, term):
        if any(pause.resumed is None and pause.covers(day) for pause in pauses):
            return _stopped(term, pauses, days, number)
        counts, ground, words = _judged(day, term, pauses, calendar)
        number += counts
        days.append(CountedDay(day, number if counts else None, ground, words))
        if number == term.number:
            break
    last = days[-1].on
    due, roll = (last, ()) if term.unit == "working_day" else rolled(last, calendar)
    ending = step("last", on=last, number=number, weekday=weekday(last), date=last)
    return Counted(due, tuple(days), (*_opening(term), *_exceptions(days), ending, *roll))


def _months(
    term: Term | Extension, start: date, pauses: Sequence[Pause], calendar: WorkingCalendar
) -> Counted:
    end = add_months(start, term.number)
    steps = [*_opening(term)]
    if end.day != start.day:
        steps.append(step("month_end", on=end, date=end))
    for pause in pauses:
        if pause.stopped >= end:
            continue
        if pause.resumed is None:
            return _stopped(term, pauses, [], (pause.stopped - start).days)
        end += pause.resumed - pause.stopped
        steps.append(_pause_step(pause.stopped + DAY, pause.resumed))
    due, roll = rolled(end, calendar)
    return Counted(due, steps=(*steps, *roll))


def _from(start: date, term: Term | Extension) -> Iterator[date]:
    day = start if isinstance(term, Term) and term.event_counts else start + DAY
    while True:
        yield day
        day += DAY


def _judged(
    day: date, term: Term | Extension, pauses: Sequence[Pause], calendar: WorkingCalendar
) -> tuple[bool, str, Text]:
    reason = calendar.why(day)
    words = reason.words(day)
    if any(pause.covers(day) for pause in pauses):
        return False, "suspended", words
    counts = term.unit == "calendar_day" or calendar.is_working(day)
    return counts, reason.ground, words


def _stopped(
    term: Term | Extension, pauses: Sequence[Pause], days: Sequence[CountedDay], run: int
) -> Counted:
    stopped = next(pause.stopped for pause in pauses if pause.resumed is None)
    said = step("suspended", on=stopped, date=stopped, number=run)
    return Counted(None, tuple(days), (*_opening(term), said), suspended=True, run=run)


def _opening(term: Term | Extension) -> Iterator[Step]:
    yield unit_step(term)
    if isinstance(term, Term) and term.event_counts:
        yield step("event_counts")


def _exceptions(days: Iterable[CountedDay]) -> Iterator[Step]:
    """Name the runs of days that do not count, and the days of rest that do."""
    for counted, group in groupby(days, key=_kind):
        run = list(group)
        if counted == "skipped":
            yield _skipped(run)
        elif counted == "suspended":
            yield _pause_step(run[0].on, run[-1].on)
        else:
            moved = (day for day in run if day.ground == "moved_work")
            yield from (step("worked", on=day.on, date=day.on, why=day.words) for day in moved)


def _kind(day: CountedDay) -> str:
    if day.number is not None:
        return "counted"
    return "suspended" if day.ground == "suspended" else "skipped"


def _skipped(run: Sequence[CountedDay]) -> Step:
    reasons = dict.fromkeys(day.words for day in run)
    joined = {name: "; ".join(each.in_(name) for each in reasons) for name in LANGUAGES}
    return step("skipped", on=run[0].on, span=_span(run[0].on, run[-1].on), why=Text(**joined))


def _pause_step(first: date, last: date) -> Step:
    return step("paused", on=first, span=_span(first, last))


def _span(first: date, last: date) -> Text:
    if first == last:
        return in_words(first)
    begins, ends = in_words(first), in_words(last)
    return Text(**{name: f"{begins.in_(name)} – {ends.in_(name)}" for name in LANGUAGES})


def _said(value: date | int | Text) -> Text:
    if isinstance(value, Text):
        return value
    return in_words(value) if isinstance(value, date) else Text(*[str(value)] * 3)


@cache
def _patterns() -> dict[str, Text]:
    written = yaml.safe_load((files("cases.law") / "steps.yaml").read_text("utf-8"))
    return msgspec.convert(written, dict[str, Text])
