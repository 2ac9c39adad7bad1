"""Counting by itself: what no route of today asks for, and what stands still."""

from datetime import date

import pytest

from cases.law.counting import Pause, add_months, count
from cases.law.declaration import Term
from shared.law.calendar import kazakhstan

CALENDAR = kazakhstan()
THREE_MONTHS = Term(after="learned", number=3, unit="month")


@pytest.mark.parametrize(
    ("start", "number", "end"),
    [
        (date(2025, 11, 30), 3, date(2026, 2, 28)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),
        (date(2025, 10, 31), 1, date(2025, 11, 30)),
        (date(2025, 12, 15), 1, date(2026, 1, 15)),
        (date(2025, 12, 31), 12, date(2026, 12, 31)),
    ],
)
def test_months_end_on_the_same_date_or_the_last_of_the_month(
    start: date, number: int, end: date
) -> None:
    assert add_months(start, number) == end


def test_months_end_so_many_days_later_as_they_stood_still() -> None:
    pause = Pause(date(2025, 3, 3), date(2025, 3, 13))

    found = count(THREE_MONTHS, date(2025, 2, 10), pauses=[pause], calendar=CALENDAR)

    # 10 Feb and three months is Sat 10 May; ten days more is Tue 20 May, a working day.
    assert found.due == date(2025, 5, 20)
    assert [one.code for one in found.steps] == ["month", "paused"]


def test_months_that_were_suspended_have_no_end_until_they_are_resumed() -> None:
    pause = Pause(date(2025, 3, 3), None)

    found = count(THREE_MONTHS, date(2025, 2, 10), pauses=[pause], calendar=CALENDAR)

    # February has 18 days left after the 10th, and three of March have run.
    assert (found.due, found.suspended, found.run) == (None, True, 21)


def test_what_is_suspended_after_the_end_was_over() -> None:
    pause = Pause(date(2025, 5, 10), None)

    found = count(THREE_MONTHS, date(2025, 2, 10), pauses=[pause], calendar=CALENDAR)

    assert found.due == date(2025, 5, 12)


def test_where_the_event_counts_its_day_is_the_first() -> None:
    term = Term(after="learned", number=3, unit="working_day", event_counts=True)

    found = count(term, date(2025, 11, 14), pauses=(), calendar=CALENDAR)

    # Fri 14 one, Sat 15 and Sun 16 off, Mon 17 two, Tue 18 three.
    assert found.due == date(2025, 11, 18)
    assert [day.number for day in found.days] == [1, None, None, 2, 3]
    assert found.steps[1].code == "event_counts"


def test_calendar_days_stand_still_and_move_from_a_holiday() -> None:
    term = Term(after="learned", number=5, unit="calendar_day")
    pause = Pause(date(2026, 3, 17), date(2026, 3, 19))

    found = count(term, date(2026, 3, 16), pauses=[pause], calendar=CALENDAR)

    # Tue 17 one; 18, 19 stand still; 20 two, 21 three, 22 four, Mon 23 five, Nauryz to Wed 25.
    assert found.due == date(2026, 3, 26)
    assert [one.code for one in found.steps] == ["calendar_day", "paused", "last", "rolled"]


@pytest.mark.parametrize(
    ("start", "reason"),
    [
        (date(2015, 12, 31), "unknown_before"),
        (date(2028, 1, 1), "unknown"),
        (date.max, "unknown"),
    ],
)
def test_what_begins_outside_of_the_calendar_has_no_end(start: date, reason: str) -> None:
    found = count(THREE_MONTHS, start, pauses=(), calendar=CALENDAR)

    assert found.due is None
    assert found.steps[-1].code == reason
