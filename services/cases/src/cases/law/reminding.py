"""On which days to remind of a term, and how many working days are left or late."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Final, Literal

import msgspec

from cases.law.declaration import Reminder as Declaring
from cases.law.declaration import Route
from shared.law.calendar import WorkingCalendar
from shared.law.entries import UnknownLawError

DAY: Final = timedelta(days=1)


class Reminder(msgspec.Struct, frozen=True):
    """A day on which to remind: `closing` (window), `due` (answer), `overdue` (confirmed only)."""

    code: Literal["closing", "due", "overdue"]
    on: date
    days_left: int


def reminders_of(
    route: Route, term: str, start: date, due: date | None, calendar: WorkingCalendar
) -> Iterator[Reminder]:
    """Give the declared days before the end of a window or an answer's term, after its start."""
    code: Literal["closing", "due"] = "closing" if term == "window" else "due"
    for number in sorted(_of(route.reminders, term), reverse=True):
        if due is not None and (day := _before(due, number, calendar)) > start:
            yield Reminder(code, day, number)


def overdue_of(due: date | None, calendar: WorkingCalendar) -> Iterator[Reminder]:
    """Give the first working day after the end; only confirmed terms may be asked for it."""
    if due is not None and (day := _next_working(due, calendar)):
        yield Reminder("overdue", day, -1)


def _of(reminders: Sequence[Declaring], term: str) -> list[int]:
    return [one.days for one in reminders if one.of == term]


def _before(due: date, number: int, calendar: WorkingCalendar) -> date:
    """Return the working day so many of them before the end, or the first that is known."""
    day = due
    while day > calendar.first and not (
        calendar.is_working(day) and calendar.working_days(day, due) >= number
    ):
        day -= DAY
    return day


def _next_working(due: date, calendar: WorkingCalendar) -> date | None:
    try:
        return calendar.add_working_days(due, 1)
    except UnknownLawError:
        return None


def days_left(due: date | None, today: date, calendar: WorkingCalendar) -> int | None:
    """Count the working days to the end; negative after it, None where they are not known."""
    try:
        return None if due is None else calendar.working_days(today, due)
    except UnknownLawError:
        return None


def days_late(due: date | None, day: date, calendar: WorkingCalendar) -> int | None:
    """Count the working days after the end, up to and with a day."""
    left = days_left(due, day, calendar)
    return None if left is None else max(0, -left)
