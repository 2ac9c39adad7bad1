"""Deadlines against the table that was counted by hand before there was an engine."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cases.law.catalogue import Confirmation, Declared, route, vocabulary
from cases.law.counting import end_of
from cases.law.deadlines import Deadline, Event, deadline, window
from shared.law.calendar import kazakhstan

NOON = datetime(2026, 6, 1, 7, tzinfo=UTC)

CASES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "deadlines.yaml").read_text("utf-8")
)


def declared(code: str, day: date, *, lawyer: bool = False) -> Declared:
    """Return a route, confirmed by an invented lawyer if asked for."""
    found = route(code, day)
    word = Confirmation(code, found.version, "A. Lawyer", date(2025, 1, 1))
    return route(code, day, [word] if lawyer else [])


def events(case: Mapping[str, Any]) -> list[Event]:
    """Read what happened."""
    return [
        Event(
            one["kind"],
            datetime.fromisoformat(one["at"]) if "at" in one else one["day"],
            one.get("until"),
        )
        for one in case["events"]
    ]


def computed(case: Mapping[str, Any]) -> Deadline:
    """Compute the case, on the day it asks for or the last of its events."""
    told = events(case)
    today = case.get("as_of", max(one.day for one in told))
    now = end_of(today) - timedelta(hours=12)
    route_then = declared(
        case["route"], max(today, date(2025, 1, 1)), lawyer=case.get("lawyer", False)
    )
    if case["term"] == "window":
        return window(route_then, told, now=now)
    return deadline(route_then, told, now=now, term=case["term"])


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_term_ends_on_the_day_counted_by_hand(case: dict[str, Any]) -> None:
    found = computed(case)

    assert found.due_on == case["due"], case["counting"]
    assert found.confirmed is case["confirmed"]
    assert found.provisional is case.get("provisional", False)
    assert found.flaws == case.get("flaws", [])
    if "state" in case:
        assert found.state == case["state"]
    assert found.days_late == case.get("days_late")
    assert (found.silence.meaning if found.silence and found.confirmed else None) == case.get(
        "silence"
    )


def test_the_table_covers_the_years_and_says_of_each_case_whether_it_is_confirmed() -> None:
    years = Counter(one.day.year for case in CASES for one in events(case)[:1])

    assert len(CASES) >= 60
    assert min(years[2025], years[2026], years[2027]) >= 8
    assert all({"counting", "confirmed", "source"} <= case.keys() for case in CASES)
    assert len({case["name"] for case in CASES}) == len(CASES)


def test_the_computation_is_told_step_by_step_and_day_by_day() -> None:
    told = [Event("received", date(2026, 3, 21))]

    found = deadline(declared("appc76_appeal", date(2026, 3, 21)), told, now=NOON)

    assert [one.words.en for one in found.steps] == [
        "The term runs from: the body received it, 21 March 2026.",
        "It arrived on a day off; registered on 26 March 2026.",
        "Term in working days: 15; the day of the event is not counted.",
        "Not counted: 28 March 2026 – 29 March 2026 (Saturday, a day off; Sunday, a day off).",
        "Not counted: 4 April 2026 – 5 April 2026 (Saturday, a day off; Sunday, a day off).",
        "Not counted: 11 April 2026 – 12 April 2026 (Saturday, a day off; Sunday, a day off).",
        "Day 15: Thursday, 16 April 2026.",
        "The term ends on 16 April 2026 at 24:00 (Astana time, UTC+5).",
        "No lawyer has confirmed this term yet.",
    ]
    assert found.steps[1].words.kk.endswith("2026 жылғы 26 наурыз.")
    assert found.steps[1].words.ru.endswith("26 марта 2026 года.")
    assert [day.number for day in found.days if day.number] == [*range(1, 16)]
    assert found.ends_at == datetime(2026, 4, 16, 19, tzinfo=UTC)
    assert [(one.code, one.on) for one in found.reminders] == [
        ("due", date(2026, 4, 13)),
        ("due", date(2026, 4, 16)),
    ]


def test_a_weekend_inside_a_suspension_is_told_as_suspended_and_a_worked_sunday_as_counted() -> (
    None
):
    told = [
        Event("received", date(2025, 4, 7)),
        Event("suspended", date(2025, 4, 14)),
        Event("resumed", date(2025, 4, 23)),
    ]
    sunday = [Event("results_posted", date(2024, 12, 31))]

    suspended = deadline(declared("appc76_appeal", date(2025, 4, 7)), told, now=NOON)
    worked = window(declared("pp25_supplier", date(2025, 1, 6)), sunday, now=NOON)

    assert "The term stood still: 15 April 2025 – 23 April 2025." in english(suspended)
    assert "Counted: 5 January 2025 (worked day of rest; off instead: 3 January 2025)." in english(
        worked
    )


def test_only_a_confirmed_term_is_overdue_and_reminds_of_it() -> None:
    told = [Event("received", date(2025, 4, 21))]
    now = datetime(2025, 6, 2, 6, tzinfo=UTC)

    without = deadline(declared("appc91_complaint", date(2025, 4, 21)), told, now=now)
    with_word = deadline(
        declared("appc91_complaint", date(2025, 4, 21), lawyer=True), told, now=now
    )

    assert (without.state, without.days_late) == ("passed", None)
    assert "overdue" not in {one.code for one in without.reminders}
    assert without.silence
    assert not without.silence.confirmed
    assert (with_word.state, with_word.days_late) == ("overdue", 7)
    assert with_word.reminders[-1].code == "overdue"
    assert with_word.reminders[-1].on == date(2025, 5, 23)
    assert with_word.silence
    assert with_word.silence.confirmed
    assert with_word.silence.routes == ["appc_court", "prosecutor_appeal"]


def test_a_lawyers_word_holds_for_the_version_it_was_given_for() -> None:
    day = date(2026, 3, 2)
    stale = Confirmation("appc76_appeal", "another", "A. Lawyer", day)

    assert not route("appc76_appeal", day, [stale]).route.is_confirmed()
    assert declared("appc76_appeal", day, lawyer=True).route.is_confirmed()


def test_a_route_without_a_known_term_says_so_and_one_without_an_event_waits() -> None:
    day = date(2026, 3, 2)

    report = deadline(declared("acs_report", day), [Event("received", day)], now=NOON)
    waiting = window(declared("pp25_supplier", day), [], now=NOON)
    court = window(declared("pp25_court", day), [], now=NOON)

    assert (report.state, report.due_on) == ("no_term", None)
    assert waiting.state == "not_started"
    assert english(waiting) == [
        "The term has not begun; it waits for: the results protocol was posted."
    ]
    assert court.state == "no_term"
    assert window(declared("appc76_appeal", day), [], now=NOON).state == "always"
    with pytest.raises(KeyError):
        deadline(declared("appc76_appeal", day), [], now=NOON, term="revision")


def test_what_was_returned_or_withdrawn_has_no_deadline_any_more() -> None:
    day = date(2026, 3, 2)
    told = [Event("received", day), Event("withdrawn", date(2026, 3, 4))]

    assert deadline(declared("appc76_appeal", day), told, now=NOON).state == "ended"


def test_a_window_until_the_opening_closes_with_it() -> None:
    opening = datetime(2026, 6, 10, 5, tzinfo=UTC)
    told = [Event("opening", opening)]
    quasi = declared("qps16_before_opening", date(2026, 6, 1))

    before = window(quasi, told, now=opening - timedelta(seconds=1))
    after = window(quasi, told, now=opening)
    day_only = window(quasi, [Event("opening", date(2026, 6, 10))], now=opening)

    assert (before.state, before.ends_at) == ("running", opening)
    assert after.state == "closed"
    untold = window(quasi, [], now=opening)
    assert (untold.state, english(untold)) == (
        "running",
        ["Until: the bids are opened; its day is not told."],
    )
    assert (before.days_left, after.days_left) == (0, None)
    assert day_only.ends_at == datetime(2026, 6, 9, 19, tzinfo=UTC)


def test_a_moment_without_a_zone_is_refused() -> None:
    naive = datetime(2026, 6, 10, 5)  # noqa: DTZ001 (that is what is tried)

    with pytest.raises(ValueError, match="without a time zone"):
        window(
            declared("pp25_supplier", date(2026, 6, 1)), [Event("results_posted", naive)], now=NOON
        )


@given(
    received=st.dates(date(2025, 1, 1), date(2027, 6, 30)),
    stop=st.integers(0, 40),
    still=st.integers(0, 40),
)
def test_a_suspension_never_brings_the_end_nearer_and_the_end_is_worked(
    received: date, stop: int, still: int
) -> None:
    one = declared("appc76_appeal", received)
    stopped = received + timedelta(days=stop)
    pause = [Event("suspended", stopped), Event("resumed", stopped + timedelta(days=still))]
    start = Event("received", received)

    plain = deadline(one, [start], now=NOON).due_on
    paused = deadline(one, [start, *pause], now=NOON).due_on

    assert plain
    assert paused
    assert plain <= paused <= plain + timedelta(days=still + 20)
    assert kazakhstan().is_working(paused)


DAYS = st.dates(date(2024, 6, 1), date(2029, 6, 1))
HAPPENED = st.lists(
    st.builds(Event, kind=st.sampled_from([*vocabulary().events]), at=DAYS, until=st.none() | DAYS),
    max_size=8,
)


@given(
    code=st.sampled_from(["appc76_appeal", "appc91_complaint", "pp25_supplier", "acs_report"]),
    told=HAPPENED,
    today=DAYS,
)
def test_whatever_is_told_there_is_an_answer_and_no_unconfirmed_overdue(
    code: str, told: list[Event], today: date
) -> None:
    one = declared(code, date(2026, 1, 1))
    now = end_of(today) - timedelta(hours=12)

    for found in (window(one, told, now=now), deadline(one, told, now=now)):
        assert found.state not in {"overdue", "answered_late"}
        assert found.state in {"no_term", "always", "not_started"} or found.steps
        assert (found.due_on is None) or found.due_on <= kazakhstan().last
        if found.state == "passed":
            assert found.due_on
            assert found.due_on < today
        if found.due_on and found.state not in {"ended", "answered"}:
            assert kazakhstan().is_working(found.due_on)


def test_an_extension_whose_limit_lies_beyond_the_calendar_has_no_end() -> None:
    told = [
        Event("received", date(2027, 11, 15)),
        Event("extended", date(2027, 11, 30), until=date(2027, 12, 20)),
    ]

    found = deadline(declared("appc76_appeal", date(2027, 11, 15)), told, now=NOON)

    assert (found.due_on, found.state) == (None, "unknown")
    assert found.steps[-2].code == "unknown"


def test_a_decision_after_a_window_that_ends_beyond_the_calendar_is_unknown() -> None:
    told = [Event("results_posted", date(2027, 12, 30)), Event("received", date(2027, 12, 31))]
    one = declared("pp25_supplier", date(2027, 12, 30))

    assert window(one, told, now=NOON).state == "unknown"
    assert deadline(one, told, now=NOON).state == "unknown"
    assert deadline(one, [], now=NOON).state == "not_started"


def test_a_route_that_knows_no_extension_keeps_its_end_and_says_so() -> None:
    told = [
        Event("received", date(2025, 4, 21)),
        Event("extended", date(2025, 5, 5), until=date(2025, 7, 1)),
    ]

    found = deadline(declared("appc91_complaint", date(2025, 4, 21)), told, now=NOON)

    assert found.due_on == date(2025, 5, 22)
    assert found.flaws == ["extension_unknown"]


def test_an_extended_term_that_is_then_suspended_ends_so_much_later_or_not_at_all() -> None:
    one = declared("appc76_appeal", date(2026, 2, 2))
    told = [
        Event("received", date(2026, 2, 2)),
        Event("extended", date(2026, 2, 19), until=date(2026, 3, 20)),
        Event("suspended", date(2026, 3, 2)),
    ]

    stopped = deadline(one, told, now=NOON)
    resumed = deadline(one, [*told, Event("resumed", date(2026, 3, 12))], now=NOON)

    assert (stopped.state, stopped.due_on) == ("suspended", None)
    assert resumed.due_on == date(2026, 3, 30)


def english(found: Deadline) -> list[str]:
    """Return the steps in English."""
    return [one.words.en for one in found.steps]


def test_a_term_that_began_before_the_known_days_says_since_when_they_are_known() -> None:
    known = declared("pp25_supplier", date(2026, 3, 2))
    early = [Event("results_posted", date(1, 1, 1))]
    found = window(known, early, now=datetime(2026, 3, 2, 9, tzinfo=UTC))

    codes = [one.code for one in found.steps]
    assert found.state == "unknown"
    assert "unknown_before" in codes
    assert "unknown" not in codes
