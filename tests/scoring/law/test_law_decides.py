"""A number of the law's tables decides: changed there, an example comes out otherwise.

And the version of the method is another one, so that nobody takes the new scores for the old.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from scoring import law
from scoring.examples import Desk
from scoring.indicator import catalogue
from scoring.law.rows import Law
from scoring.method import standard
from scoring.profiles import load_profile
from tests.scoring.law.test_law_tables import with_file


@dataclass(frozen=True)
class Change:
    """In a table one text for another, and what an indicator said and then says of a subject."""

    table: str
    before: str
    after: str
    code: str
    subject: str
    was: str
    becomes: str


CHANGES = [
    Change(
        *("years", "to: 2025-12-31, value: 3932", "to: 2025-12-31, value: 1000"),
        *("S04", "small", "clear", "flagged"),
    ),
    Change(
        *("limits", "{mci: 4000, measure: lot}", "{mci: 3999, measure: lot}"),
        *("KZ-67", "at-the-limit", "clear", "flagged"),
    ),
    Change(
        *("values", "to: 2025-12-31, value: 12}", "to: 2025-12-31, value: 10}"),
        *("K01", "month-early", "flagged", "not_computable"),
    ),
    Change(
        "terms",
        "social_order, dwelling], bound: min, number: 3, starts: results, ends: signed",
        "social_order, dwelling], bound: min, number: 4, starts: results, ends: signed",
        *("KZ-40", "wednesday", "clear", "flagged"),
    ),
    Change(
        *("grounds", "duties: [by_list], exempt: [debtors, listing]", "duties: [by_list]"),
        *("KZ-60", "heating", "not_applicable", "flagged"),
    ),
    Change(
        *("floors", "base: allocated, percent: 20,", "base: allocated, percent: 19,"),
        *("KZ-29", "repair-80", "clear", "flagged"),
    ),
    Change(
        *("changes", "allows: [{change: sum_down}, {change: sum_up, within_saving: true}]",
          "allows: [{change: sum_down}]"),
        *("KZ-46", "more-volume", "clear", "flagged"),
    ),
    Change(
        "failures",
        "bids: [1, 1], admitted: [1, 1], failed: false, cap: offer, next: contract",
        "bids: [1, 1], admitted: [1, 1], failed: true, next: repeat",
        *("KZ-24", "only-bid", "clear", "flagged"),
    ),
    Change(
        *("methods", "method: rating_points", "method: competition"),
        *("KZ-20", "rating-points", "clear", "flagged"),
    ),
]  # fmt: skip


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    yield desk
    desk.close()


@pytest.mark.parametrize("change", CHANGES, ids=lambda one: one.table)
def test_another_number_gives_another_answer_and_another_version(
    change: Change, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = with_file(change.table, change.before, change.after)
    before, version = _said(desk, change), _version(change.code)
    _install(monkeypatch, changed)
    try:
        after, later = _said(desk, change), _version(change.code)
    finally:
        monkeypatch.undo()
        _forget()

    assert (before, after) == (change.was, change.becomes)
    assert later != version == _version(change.code)


def _install(monkeypatch: pytest.MonkeyPatch, changed: Law) -> None:
    monkeypatch.setattr(law, "law", lambda: changed)
    _forget()


def _forget() -> None:
    law.relations.cache_clear()
    law.version.cache_clear()


def _said(desk: Desk, change: Change) -> str:
    indicator = catalogue()[change.code]
    for example in indicator.examples:
        for expected in example.expected:
            if expected.subject == change.subject:
                judgement = desk.run(indicator, example).of(expected)
                assert judgement is not None
                return judgement.status
    raise AssertionError(f"{change.code} has no example of {change.subject}")


def _version(code: str) -> str:
    alone = {code: catalogue()[code]}
    profile = load_profile("kz")
    return standard(alone, profile, population_version=1, rows=[], rates={}).version
