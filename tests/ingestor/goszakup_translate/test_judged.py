"""What a translated purchase looks like to the indicators: a second place is no open decision."""

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests.ingestor.goszakup_translate.cases import (
    bid,
    company,
    contract,
    lot,
    notice,
    plan,
    releases,
)

pytestmark = pytest.mark.thorough

Row = dict[str, Any]
WINNER, SECOND, ADMITTED, REJECTED = 360, 361, 320, 371
CLOSES = "2026-03-04 18:00:00"
ORDINARY = 40  # purchases, more than the 30 that a fence needs


def purchase(number: int, *offers: tuple[int, float, int], **more: Any) -> list[Row]:
    """A decided purchase of one lot; an offer is (company, amount, status)."""
    dates = {"startDate": "2026-03-01 09:00:00", "endDate": CLOSES}
    results = {"itogiDatePublic": "2026-03-05 18:00:00"}
    placed = [
        bid(number * 10 + place, company(who), (number, amount, status), buy=number) | more
        for place, (who, amount, status) in enumerate(offers)
    ]
    return [notice(number, **dates, **results), lot(number, number, refLotStatusId=360), *placed]


def ordinary(number: int) -> list[Row]:
    """A purchase whose second price lies 10 to 14 % above the first, by three usual bidders."""
    first, gap = 1 + number % 3, 100 + number % 5 * 10
    others = [who for who in (1, 2, 3) if who != first]
    return purchase(
        number,
        (first, 1000, WINNER),
        (others[0], 1000 + gap, SECOND),
        (others[1], 1300, ADMITTED),
    )


SPECIAL = {
    900: purchase(900, (1, 1000, WINNER), (2, 1001, SECOND), (3, 1300, ADMITTED)),
    901: purchase(901, (1, 1000, WINNER), (2, 1900, SECOND), (3, 2000, ADMITTED)),
    902: purchase(902, (1, 1000, WINNER), (2, 1100, SECOND), (3, 1100, ADMITTED)),
    903: purchase(903, (4, 1000, WINNER), (5, 900, REJECTED)),
    904: purchase(
        904,
        (1, 1000, WINNER),
        (2, 1120, SECOND),
        (3, 1300, ADMITTED),
        dateApply="2026-03-04 18:00:00.500000",
    ),
}
"""Close second, far second, equal prices, the only other one rejected, half a second late."""


@cache
def judged() -> dict[tuple[str, str], Row]:
    """Judge all of it by the profile of Kazakhstan; by indicator and what follows the prefix."""
    records = [row for number in range(200, 200 + ORDINARY) for row in ordinary(number)]
    records += [row for rows in SPECIAL.values() for row in rows]
    records += everything_sold()
    lines = "".join(json.dumps(one) + "\n" for one in releases(*records).values())
    with TemporaryDirectory() as folder:
        file, out = Path(folder) / "releases.jsonl", Path(folder) / "out.jsonl"
        file.write_text(lines, "utf-8")
        command = [sys.executable, "-m", "scoring", "evaluate", str(file), "--out", str(out)]
        subprocess.run(command, check=True, capture_output=True)
        rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    return {(row["indicator"], row["subject"].removeprefix("ocds-kz0000-")): row for row in rows}


def everything_sold() -> list[Row]:
    """Thirty companies with twenty direct contracts each, of one or two kinds; a 31st sells ten."""
    sold: list[Row] = []
    for seller in range(100, 131):
        for number in range(20):
            kind = number % (10 if seller == 130 else 1 + seller % 2)
            own = seller * 100 + number
            line = {"id": own, "lotId": 0, "plnPointId": own}
            sold.append(
                contract(own, f"991240999991/{own:06}/00", ContractUnits=[line])
                | {"supplierBiin": company(seller), "faktTradeMethodsId": 23}
            )
            sold.append(plan(own, own, refEnstruCode=f"{10 + kind}1214.100.000001"))
    return sold


def status(code: str, number: int) -> str:
    found: str = judged()[code, str(number)]["status"]
    return found


def test_of_a_purchase_with_a_second_place_prices_are_compared() -> None:
    assert judged()["R024", "900"]["value"] == 0.001
    assert (status("R024", 900), status("R024", 200)) == ("flagged", "clear")
    assert (status("R058", 901), status("R058", 200)) == ("flagged", "clear")


def test_equal_prices_of_second_and_third_are_seen() -> None:
    assert (status("R028", 902), status("R028", 200)) == ("flagged", "clear")


def test_a_rejection_of_everybody_else_and_of_the_lowest_is_seen() -> None:
    assert (status("R035", 903), status("R035", 200)) == ("flagged", "clear")
    assert (status("R036", 903), status("R036", 200)) == ("flagged", "clear")


def test_a_winning_bid_half_a_second_late_is_seen() -> None:
    assert (status("R030", 904), status("R030", 200)) == ("flagged", "clear")


def test_who_was_rejected_counts_for_the_bidder_and_the_customer() -> None:
    rejected = judged()["R038", f"KZ-BIN-{company(5)}"]

    assert (rejected["kind"], rejected["status"]) == ("supplier", "insufficient_sample")
    assert judged()["R038", f"KZ-BIN-{company(2)}"]["status"] in ("clear", "insufficient_sample")


def test_each_bidder_of_a_decided_purchase_has_a_share_of_wins() -> None:
    ratio = judged()["R025", f"KZ-BIN-{company(3)}"]

    assert ratio["value"] == 14 / 44  # of forty ordinary purchases and four others


def test_a_seller_of_ten_kinds_of_things_is_seen_by_its_direct_contracts() -> None:
    varied = judged()["R048", f"KZ-BIN-{company(130)}"]

    assert (varied["status"], varied["value"]) == ("flagged", 10.0)
    assert judged()["R048", f"KZ-BIN-{company(100)}"]["status"] == "clear"
