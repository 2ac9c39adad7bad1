"""Which attempts were made at a lot is the same for a batch as for all purchases at once."""

from collections.abc import Iterable, Iterator

import pytest

from scoring.evaluate import bulk, incremental
from scoring.example_facts import load_example
from scoring.examples import example_tables
from scoring.facts import Facts
from scoring.indicator import catalogue
from scoring.judgements import Judgements, Populations
from scoring.profiles import load_profile
from tests.scoring.lacking import called

pytestmark = pytest.mark.thorough

CODES = ("KZ-01", "KZ-02", "KZ-03", "KZ-04", "KZ-05", "P03")

Found = dict[tuple[str, str], tuple[object, ...]]


@pytest.fixture
def facts() -> Iterator[Facts]:
    opened = Facts.open(":memory:", threads=2)
    yield opened
    opened.close()


def test_each_purchase_judged_alone_is_judged_as_with_all_others(facts: Facts) -> None:
    judges = {code: catalogue()[code] for code in CODES}
    for code, one in judges.items():
        for number, example in enumerate(one.examples):
            load_example(facts, called(example_tables(example), f"{code}-{number}~"))
    profile, nobody = load_profile("kz"), Populations("none", [])

    together = _found(bulk(facts, judges, profile, populations=nobody))
    pids = [pid for (pid,) in facts.connection.execute("SELECT pid FROM process").fetchall()]
    alone: Found = {}
    for pid in pids:
        alone |= _found(incremental(facts, judges, profile, [pid], nobody))

    assert alone == together
    flagged = {code for (code, _), (status, *_) in together.items() if status == "flagged"}
    assert flagged == set(CODES)


def _found(judged: Iterable[Judgements]) -> Found:
    return {
        (one.indicator.code, row.subject): (row.status, row.value, row.missing)
        for one in judged
        for row in one.rows()
    }
