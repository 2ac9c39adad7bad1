"""Sums that are judged as first signed are shown as they stand where the evidence points."""

import copy
from collections.abc import Iterator

import msgspec
import pytest

from scoring.examples import Desk
from scoring.indicator import Example, Indicator, catalogue
from scoring.score import FLAGGED


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    desk = Desk()
    yield desk
    desk.close()


@pytest.mark.parametrize("code", ["E02", "E05", "S05", "S08", "S09"])
def test_a_contract_that_was_raised_is_judged_by_its_first_sum_and_shows_the_present_one(
    desk: Desk, code: str
) -> None:
    one = catalogue()[code]
    example = _flagged(one)
    raised = copy.deepcopy(example.facts)
    for contract in raised["contract"]:
        contract["first_value"] = contract["value"]
        contract["value"] = contract["value"] * 3 + 1

    before = desk.run(one, example)
    after = desk.run(one, msgspec.structs.replace(example, facts=raised))

    assert after.judgements == before.judgements
    assert after.evidence
    assert {(e.kind, e.number, e.process, e.path, e.value) for e in after.evidence} == {
        (e.kind, e.number, e.process, e.path, float(e.value) * 3 + 1)  # type: ignore[arg-type]
        for e in before.evidence
    }


def _flagged(one: Indicator) -> Example:
    return next(
        example
        for example in one.examples
        if example.facts and FLAGGED in {expected.status for expected in example.expected}
    )
