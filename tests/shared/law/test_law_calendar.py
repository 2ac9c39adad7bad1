"""Working days of Kazakhstan, by the holidays as they were."""

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.law import UnknownLawError, read
from shared.law.calendar import Holiday, Moved, WorkingCalendar, kazakhstan

CALENDAR = kazakhstan()
KNOWN = st.dates(date(2016, 1, 1), date(2027, 12, 31))


@pytest.mark.parametrize(
    ("day", "working", "why"),
    [
        (date(2025, 1, 3), False, "a Friday, moved from Sunday the 5th"),
        (date(2025, 1, 5), True, "the Sunday worked instead"),
        (date(2025, 1, 7), False, "Orthodox Christmas"),
        (date(2024, 1, 8), True, "Christmas on a Sunday is not made up for"),
        (date(2025, 3, 10), False, "for Women's Day on a Saturday"),
        (date(2025, 3, 24), False, "for Nauryz on a Saturday"),
        (date(2025, 3, 25), False, "for Nauryz on a Sunday"),
        (date(2026, 3, 24), False, "for Nauryz on a Saturday"),
        (date(2026, 3, 26), True, "the day after"),
        (date(2022, 5, 10), False, "for the 7th, a Saturday; the 9th is a holiday itself"),
        (date(2024, 6, 17), True, "Kurban Ait on a Sunday is not made up for"),
        (date(2025, 6, 6), False, "Kurban Ait on a Friday"),
        (date(2021, 12, 1), False, "the First President's day"),
        (date(2022, 12, 1), True, "no longer kept"),
        (date(2021, 10, 25), True, "not yet Republic Day"),
        (date(2022, 10, 25), False, "Republic Day"),
        (date(2022, 10, 22), True, "a Saturday, worked for Monday the 24th"),
        (date(2025, 9, 1), False, "for Constitution Day on a Saturday"),
        (date(2026, 8, 31), True, "the old Constitution Day is no longer kept"),
        (date(2027, 3, 15), False, "the new one is"),
    ],
)
def test_a_day_is_worked_or_not(day: date, working: bool, why: str) -> None:
    assert CALENDAR.is_working(day) is working, why


@pytest.mark.parametrize(
    ("year", "days"), [(2019, 246), (2022, 246), (2023, 246), (2024, 249), (2025, 246), (2026, 247)]
)
def test_a_year_has_so_many_working_days(year: int, days: int) -> None:
    counted = Counter(day.year for day, working, _ in CALENDAR.days() if working)

    assert counted[year] == days


@pytest.mark.parametrize(
    ("event", "number", "last"),
    [
        (date(2026, 3, 18), 3, date(2026, 3, 26)),
        (date(2026, 3, 18), 7, date(2026, 4, 1)),
        (date(2026, 3, 18), 10, date(2026, 4, 6)),
        (date(2026, 3, 18), 15, date(2026, 4, 13)),
        (date(2026, 3, 18), 20, date(2026, 4, 20)),
        (date(2025, 11, 14), 2, date(2025, 11, 18)),
        (date(2025, 1, 1), 1, date(2025, 1, 5)),
        (date(2025, 12, 31), 2, date(2026, 1, 6)),
        (date(2026, 3, 21), 0, date(2026, 3, 26)),
        (date(2026, 3, 26), 0, date(2026, 3, 26)),
    ],
)
def test_a_term_ends_on_its_last_working_day(event: date, number: int, last: date) -> None:
    assert CALENDAR.add_working_days(event, number) == last


def test_the_days_of_a_notice_of_friday_evening_are_monday_and_tuesday() -> None:
    friday, tuesday = date(2025, 11, 14), date(2025, 11, 18)

    assert CALENDAR.working_days(friday, tuesday) == 2
    assert CALENDAR.working_days(friday, tuesday, event_counts=True) == 3
    assert CALENDAR.working_days(tuesday, friday) == -2


def test_under_the_other_reading_the_day_of_the_event_is_the_first() -> None:
    friday, saturday = date(2025, 11, 14), date(2025, 11, 15)

    assert CALENDAR.add_working_days(friday, 2, event_counts=True) == date(2025, 11, 17)
    assert CALENDAR.add_working_days(saturday, 2, event_counts=True) == date(2025, 11, 18)


@pytest.mark.parametrize("day", [date(2015, 12, 31), date(2028, 1, 1)])
def test_beyond_the_data_nothing_is_known(day: date) -> None:
    with pytest.raises(UnknownLawError, match="2016-01-01 to 2027-12-31"):
        CALENDAR.is_working(day)
    with pytest.raises(UnknownLawError):
        CALENDAR.working_days(date(2025, 1, 1), day)


def test_a_term_that_ends_beyond_the_data_is_unknown() -> None:
    assert CALENDAR.add_working_days(date(2027, 12, 30), 1) == date(2027, 12, 31)
    with pytest.raises(UnknownLawError, match="the term ends later"):
        CALENDAR.add_working_days(date(2027, 12, 30), 2)


def test_a_year_whose_moves_are_not_decided_is_provisional() -> None:
    assert not CALENDAR.is_provisional(date(2026, 12, 31))
    assert CALENDAR.is_provisional(date(2027, 1, 1))


@given(KNOWN, st.integers(1, 40))
def test_a_term_holds_exactly_its_number_of_working_days(event: date, number: int) -> None:
    try:
        last = CALENDAR.add_working_days(event, number)
    except UnknownLawError:
        return
    assert CALENDAR.working_days(event, last) == number
    assert CALENDAR.is_working(last)
    assert CALENDAR.working_days(event, last - timedelta(days=1)) == number - 1


@pytest.mark.parametrize(
    ("day", "ground", "said"),
    [
        (date(2026, 3, 19), "weekday", "Thursday, a working day"),
        (date(2026, 8, 30), "weekend", "Sunday, a day off"),
        (date(2026, 3, 21), "holiday", "holiday: Nauryz"),
        (
            date(2026, 3, 24),
            "in_stead",
            "day off for a holiday that fell on a day of rest: Nauryz, 21 March 2026",
        ),
        (date(2025, 1, 3), "moved_rest", "moved day of rest; worked instead: 5 January 2025"),
        (date(2025, 1, 5), "moved_work", "worked day of rest; off instead: 3 January 2025"),
        (date(2025, 8, 30), "holiday", "holiday: Constitution Day"),
        (date(2027, 3, 15), "holiday", "holiday: Constitution Day"),
    ],
)
def test_a_day_says_why_it_is_worked_or_not(day: date, ground: str, said: str) -> None:
    why = CALENDAR.why(day)

    assert (why.ground, why.words(day).en) == (ground, said)
    assert why.cite or ground in {"weekday", "weekend"}
    assert CALENDAR.is_working(day) is (ground in {"weekday", "moved_work"})


def test_the_reason_is_said_in_three_languages_and_not_beyond_the_data() -> None:
    day = date(2026, 3, 24)

    said = CALENDAR.why(day).words(day)

    assert said.kk.endswith("Наурыз мейрамы, 2026 жылғы 21 наурыз")
    assert said.ru.endswith("Наурыз мейрамы, 21 марта 2026 года")
    with pytest.raises(UnknownLawError):
        CALENDAR.why(date(2028, 1, 1))


def test_another_holiday_in_the_data_moves_the_terms() -> None:
    holidays = read(
        "table: holiday\ntitle: Days\nin_force: {from: 2025-01-01, to: 2025-12-31}\nentries:\n"
        "  - {key: new_year, value: {title: {kk: К, ru: Р, en: E}, moves: true, "
        'days: ["11-16"]}, cite: ["267-II 3"]}\n',
        name="holidays.yaml",
        of=Holiday,
    )
    moved = read(
        "table: moved\ntitle: Moves\nin_force: {from: 2025-01-01, to: 2025-12-31}\nentries: []\n",
        name="moved.yaml",
        of=Moved,
    )

    calendar = WorkingCalendar.of(holidays, moved)

    assert not calendar.is_working(date(2025, 11, 17))
    assert calendar.add_working_days(date(2025, 11, 14), 2) == date(2025, 11, 19)
