"""What is judged anew: by a new method, by a population that has moved, and for all parties."""

from typing import Any

import msgspec
import pytest

from scoring.indicator import catalogue
from scoring.score import FLAGGED
from tests.scoring.eleven import eleven
from tests.scoring.office import Office, statuses
from tests.scoring.releases import (
    award,
    bid,
    party_id,
    purchase_id,
    release,
    suspicious,
    tender,
)

pytestmark = pytest.mark.thorough


async def test_a_new_method_judges_everything_anew_and_says_so(scoring_office: Office) -> None:
    await scoring_office.publish(suspicious("ocds-1"), release("ocds-2"))
    await scoring_office.work()
    before = await scoring_office.score("ocds-1")
    dearer = msgspec.structs.replace(catalogue()["R018"], points=35, version="dearer")

    await scoring_office.judge_by({**eleven(), "R018": dearer})
    await scoring_office.work()

    score = await scoring_office.score("ocds-1")
    assert before
    assert score
    assert score["cause"] == "method"
    assert score["points"]["lower"] == before["points"]["lower"] + 15
    assert score["method_version"] != before["method_version"]
    assert await scoring_office.rows("SELECT * FROM rejudge") == []


async def test_a_population_that_has_moved_flags_old_purchases_because_of_it(
    scoring_office: Office,
) -> None:
    await scoring_office.publish(*[_priced(n, 1100.0 + n) for n in range(40)], _priced(99, 9000.0))
    await scoring_office.judge()
    assert await scoring_office.findings() == []

    await scoring_office.work()

    [found] = [one for one in await scoring_office.findings() if one["subject_type"] == "process"]
    assert (found["subject_id"], found["indicator"]) == (purchase_id("ocds-99"), "R058")
    assert (found["cause"], found["population_version"]) == ("population", 1)
    score = await scoring_office.score("ocds-99")
    assert score
    assert score["cause"] == "population"
    assert await scoring_office.alerts() == []


async def test_the_record_of_a_supplier_counts_half_in_its_purchases_and_says_whose_it_is(
    scoring_office: Office,
) -> None:
    await scoring_office.publish(*[_varied(n) for n in range(24)], *_ordinary_suppliers())

    await scoring_office.work()

    supplier = await scoring_office.document("supplier", party_id("supplier-0"))
    assert supplier
    assert statuses(supplier)["R048"] == FLAGGED
    assert all(one["process"].startswith("prc_") for one in supplier["indicators"][0]["evidence"])
    score = await scoring_office.score("ocds-0")
    assert score
    context = [line for line in score["indicators"] if line["context"] is not None]
    assert [(line["code"], line["context"]["id"], line["discount"]) for line in context] == [
        ("R048", party_id("supplier-0"), 0.5)
    ]
    assert context[0]["counted"] == context[0]["points"] * 0.5 * context[0]["strength"]


async def test_a_party_that_appears_in_no_purchase_any_more_is_withdrawn(
    scoring_office: Office,
) -> None:
    other = release("ocds-2", buyer={"id": "buyer-2"}, bids={"details": []}, awards=[])
    other["tender"]["procuringEntity"] = {"id": "buyer-2"}
    await scoring_office.publish(release("ocds-1"), other)
    await scoring_office.work()
    assert await scoring_office.document("buyer", party_id("buyer-1"))

    await scoring_office.withdraw("ocds-1")
    await scoring_office.work()

    assert await scoring_office.document("buyer", party_id("buyer-1")) is None


async def test_parties_of_purchases_without_bids_have_a_score_that_says_nothing_could_be_counted(
    scoring_office: Office,
) -> None:
    bare = release("ocds-2", buyer={"id": "ministry"}, awards=[])
    bare["tender"]["procuringEntity"] = {"id": "agency"}
    bare["awards"] = [award("winner", 900.0) | {"items": []}]
    del bare["bids"]
    await scoring_office.publish(release("ocds-1"), bare)

    await scoring_office.work()

    for buyer in ("ministry", "agency"):
        score = await scoring_office.document("buyer", party_id(buyer))
        assert score
        assert statuses(score) == {"R038": "insufficient_sample"}
        assert (score["band"], score["coverage"], score["points"]["lower"]) == (None, 0.0, 0.0)
    winner = await scoring_office.document("supplier", party_id("winner"))
    assert winner
    assert statuses(winner) == dict.fromkeys(("R025", "R038", "R048"), "insufficient_sample")
    judged = await scoring_office.document("supplier", party_id("supplier-1"))
    assert judged
    assert "R048" not in statuses(judged)


async def test_a_party_without_anything_to_count_is_withdrawn_with_its_last_purchase(
    scoring_office: Office,
) -> None:
    bare = release("ocds-2", buyer={"id": "ministry"}, bids={"details": []}, awards=[])
    await scoring_office.publish(release("ocds-1"), bare)
    await scoring_office.work()
    assert await scoring_office.document("buyer", party_id("ministry"))

    await scoring_office.withdraw("ocds-2")
    await scoring_office.work()

    assert await scoring_office.document("buyer", party_id("ministry")) is None


def _priced(number: int, second: float) -> dict[str, Any]:
    """A purchase won at 1000, the next bid at another price."""
    bids = [bid(0, "supplier-0", 1000.0), bid(1, "supplier-1", second)]
    return release(
        f"ocds-{number}",
        tender=tender(numberOfTenderers=2),
        bids={"details": bids},
        awards=[award("supplier-0", 1000.0)],
    )


def _varied(number: int) -> dict[str, Any]:
    """One of many purchases of a supplier who sells everything."""
    sold = award("supplier-0", 1000.0)
    sold["items"] = [{"id": "1", "classification": {"scheme": "ENSTRU", "id": f"{number + 10}.1"}}]
    return release(f"ocds-{number}", awards=[sold])


def _ordinary_suppliers() -> list[dict[str, Any]]:
    """Enough suppliers who sell one to three kinds of things, for a fence over them."""
    found = []
    for supplier in range(10, 45):
        for number in range(20):
            sold = award(f"supplier-{supplier}", 1000.0)
            kind = str(number % (supplier % 3 + 1) + 50)
            sold["items"] = [{"id": "1", "classification": {"scheme": "ENSTRU", "id": kind}}]
            found.append(release(f"ocds-{supplier}-{number}", bids={"details": []}, awards=[sold]))
    return found
