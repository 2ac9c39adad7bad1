"""What a notice costs: its records as they were read in, a compiled release out."""

import time
from statistics import median

from ingestor.sources.goszakup.translate import translate
from tests.ingestor.goszakup_translate.cases import (
    KEY,
    bid,
    collection,
    company,
    contract,
    dictionaries,
    lot,
    notice,
    plan,
)

PAGE = 200
WINNER, REJECTED = 360, 371

MOST = 0.002
"""Seconds of CPU, in the middle of a page: twice what a slow machine needs that others use too."""


def records(number: int) -> list[dict[str, object]]:
    """Build a notice with two lots, each with its plan point, four bids on both, a contract."""
    ours = [number * 10 + place for place in range(2)]
    lots = [lot(one, number, lotNumber=f"{one + 10_000_000}-ЗЦП1") for one in ours]
    plans = [plan(one + 10_000_000, one + 10_000_000) for one in ours]
    bids = [
        bid(
            number * 10 + at,
            company(at),
            *((one, 900 + at, WINNER if at == 1 else REJECTED) for one in ours),
            buy=number,
        )
        for at in range(1, 5)
    ]
    lines = [{"id": one, "lotId": one, "itemPrice": 90, "quantity": 10} for one in ours]
    signed = contract(number, f"991240999991/26{number:04}/00", trdBuyId=number)
    return [notice(number), *lots, *plans, *bids, signed | {"ContractUnits": lines}]


def test_a_notice_with_its_lots_and_bids_is_translated_within_two_milliseconds() -> None:
    page = [one for number in range(1_000, 1_000 + PAGE) for one in records(number)]
    bundles = list(collection(*page).bundles())
    assert len(bundles) == PAGE

    rounds = []
    for _ in range(4):
        spent = []
        for bundle in bundles:
            began = time.thread_time()
            release = translate(bundle, dictionaries(), key=KEY)
            spent.append(time.thread_time() - began)
        rounds.append(median(spent))

    assert len(release["bids"]["details"]) == 4
    assert min(rounds) < MOST
