"""The routes and the checks of scoring are read off two tables; of one term both say the same."""

from datetime import date

import pytest

from cases.law.catalogue import routes
from scoring.law import law

DAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("code", "term", "keys"),
    [
        ("pp25_supplier", "window", ["complaint_window", "complaint_window.dwelling"]),
        ("pp25_supplier", "answer", ["complaint_decision"]),
        ("pp25_supplier", "returned", ["complaint_return"]),
        ("pp25_supplier", "revision", ["complaint_revision"]),
        ("pp170_remark", "window", ["discussion.competition", "discussion.auction"]),
        (
            "pp170_remark",
            "answer",
            ["discussion_decision.competition", "discussion_decision.auction"],
        ),
    ],
)
def test_a_term_is_as_long_and_for_the_same_methods_in_both(
    code: str, term: str, keys: list[str]
) -> None:
    route = routes(DAY)[code].route
    ours = dict(route.terms())[term]
    theirs = [law().terms.as_of(key, DAY) for key in keys]

    assert {one.value.number for one in theirs} == {ours.number}
    assert {one.unit for one in theirs} == {ours.unit}
    assert {method for one in theirs for method in one.value.methods} == set(route.methods)


def test_the_methods_are_those_of_the_law() -> None:
    known = {one.value.method for _, one in law().methods.periods()}
    declared = {each for one in routes(DAY).values() for each in one.route.methods} - {"any"}

    assert declared <= known
