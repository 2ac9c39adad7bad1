from datetime import UTC, date, datetime
from typing import Any

import pytest

from shared.contracts.registers import RegisterRow, answer

PARTY = "org_a"


def day(text: str) -> date:
    return date.fromisoformat(text)


def row(kind: Any, known: tuple[str, str | None], **more: Any) -> RegisterRow:
    dated: dict[str, Any] = {name: day(text) for name, text in more.items() if name[:5] == "valid"}
    return RegisterRow(
        key="k",
        kind=kind,
        register="vat_payers",
        source=more.pop("source", "list"),
        party=more.pop("party", PARTY),
        known_from=day(known[0]),
        known_to=day(known[1]) if known[1] else None,
        retrieved_at=datetime(2026, 11, 1, tzinfo=UTC),
        **dated,
    )


WHOLE = row("coverage", ("2025-01-01", "2026-11-01"), party=None)
ENTRY = row("entry", ("2021-03-01", None), valid_from="2021-03-01", valid_to="2025-06-01")


@pytest.mark.parametrize(
    ("on", "wanted"),
    [
        ("2021-02-28", "unknown"),  # before the entry and before the coverage
        ("2021-03-01", "yes"),  # its first day
        ("2024-12-31", "yes"),  # the list was not covered yet; the entry itself tells its beginning
        ("2025-05-31", "yes"),
        ("2025-06-01", "no"),  # the day on which it no longer holds
        ("2026-11-01", "no"),
        ("2026-11-02", "unknown"),  # nobody asked since
    ],
)
def test_a_day_is_answered_by_what_was_known_of_that_day(on: str, wanted: str) -> None:
    assert answer([ENTRY], [WHOLE], day(on)) == wanted


@pytest.mark.parametrize(
    ("on", "wanted"),
    [("2024-12-31", "unknown"), ("2025-01-01", "no"), ("2026-11-01", "no")],
)
def test_whoever_has_no_entry_was_not_listed_only_where_the_list_is_known(
    on: str, wanted: str
) -> None:
    assert answer([], [WHOLE], day(on)) == wanted


def test_without_any_coverage_nothing_is_clean() -> None:
    assert answer([], [], day("2026-01-01")) == "unknown"


def test_an_open_entry_holds_as_long_as_its_own_source_is_followed() -> None:
    entry = row("entry", ("2021-03-01", None), valid_from="2021-03-01")
    other = row("coverage", ("2026-01-01", "2026-12-31"), party=None, source="another")

    assert answer([entry], [WHOLE], day("2026-11-01")) == "yes"
    assert answer([entry], [WHOLE], day("2026-11-02")) == "unknown"
    assert answer([entry], [WHOLE, other], day("2026-12-01")) == "no"


def test_an_entry_without_beginning_tells_nothing_of_the_days_before_it_was_seen() -> None:
    entry = row("entry", ("2026-02-01", None))

    assert answer([entry], [WHOLE], day("2026-02-01")) == "yes"
    assert answer([entry], [], day("2026-01-31")) == "unknown"


def test_overlapping_entries_hold_on_every_day_of_either() -> None:
    one = row("entry", ("2025-01-01", None), valid_from="2025-01-01", valid_to="2025-08-01")
    two = row("entry", ("2025-06-01", None), valid_from="2025-06-01", valid_to="2026-02-01")

    days = ("2025-05-01", "2025-07-01", "2025-12-01", "2026-02-01")
    assert [answer([one, two], [WHOLE], day(d)) for d in days] == ["yes", "yes", "yes", "no"]


def test_an_answer_about_one_party_on_one_day_is_no_more_than_that() -> None:
    asked = row("coverage", ("2026-05-05", "2026-05-05"))

    days = ("2026-05-04", "2026-05-05", "2026-05-06")
    assert [answer([], [asked], day(d)) for d in days] == ["unknown", "no", "unknown"]
