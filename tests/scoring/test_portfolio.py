"""The score of an organisation: its share of money at risk, drawn to its like, and its flags."""

from decimal import Decimal
from typing import Any

import pytest

from scoring.portfolio import Holding, Peers, drawn, peers, portfolios, steady
from scoring.score import FLAGGED, Composition, Sign, raised, share_points, to_score
from tests.scoring.office import Office
from tests.scoring.releases import award, party_id, purchase_id, release, suspicious
from tests.scoring.test_score import compose, weight


def held(value: int, at_risk: int = 0, currency: str | None = "KZT") -> Holding:
    return Holding(2, 1, currency, Decimal(value), Decimal(at_risk))


@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 0.9, 0.99])
def test_without_a_flag_of_its_own_the_score_of_an_organisation_is_its_share(share: float) -> None:
    assert to_score(share_points(share)) == pytest.approx(100 * share, abs=0.01)
    assert share_points(1.0) == share_points(0.99)


def flagged(strength: float = 1.0) -> Composition:
    return compose([weight("A", points=20), weight("B")], [Sign("A", FLAGGED, strength)])


def test_own_flags_and_the_share_add_up_as_points_and_neither_hides_the_other() -> None:
    alone, both = flagged(), raised(flagged(), 0.5)

    assert both.points == tuple(units + 40_000 for units in alone.points)
    assert both.score[1] == pytest.approx(100 - (100 - alone.score[1]) * 0.5, abs=0.01)
    assert (alone.band, both.band) == ("medium", "high")
    assert both.counted == alone.counted


def test_the_band_of_an_organisation_without_flags_is_that_of_its_share_alone() -> None:
    weights = [weight("A", "a", 20), weight("B", "b", 20), weight("C", "c", 20)]
    signs = [Sign("A", "not_computable"), Sign("B", "clear"), Sign("C", "clear")]
    waiting = compose(weights, signs, {"A": 1.0})
    unknown = compose(weights, [sign._replace(status="not_computable") for sign in signs])

    assert waiting.score[1] > 25
    assert raised(waiting, 0.1).band == "low"
    assert raised(waiting, 0.3).band == "medium"
    assert raised(waiting, 0.8).band == "critical"
    assert raised(unknown, 0.8).band is None


def test_of_few_purchases_the_share_is_near_to_the_average_and_of_many_it_is_its_own() -> None:
    like = Peers(30, 1000.0, 0.1)

    assert drawn(10.0, 10.0, like) == 0.1089
    assert drawn(1000.0, 1000.0, like) == 0.55
    assert drawn(99_000.0, 100_000.0, like) == 0.9812
    assert drawn(0.0, 0.0, Peers(1, 0.0, 0.0)) == 0.0


def test_organisations_are_like_by_kind_and_currency_and_those_without_sums_are_no_measure() -> (
    None
):
    found = {
        ("buyer", "a"): held(100, 50),
        ("buyer", "b"): held(300),
        ("buyer", "c"): held(500, 40),
        ("buyer", "d"): held(7, 7, "USD"),
        ("buyer", "e"): held(0, 0, None),
        ("supplier", "a"): held(80),
    }

    groups = peers(found)
    told = portfolios(found, groups)

    assert groups == {
        ("buyer", "KZT"): Peers(3, 300.0, 0.1),
        ("buyer", "USD"): Peers(1, 7.0, 1.0),
        ("supplier", "KZT"): Peers(1, 80.0, 0.0),
    }
    one = told["buyer", "a"]
    assert (one.share, one.points) == (0.2, share_points(0.2) / 1000)
    assert (one.purchases, one.left_out, one.peers, one.typical) == (2, 1, 3, 300.0)
    assert (told["buyer", "e"].share, told["buyer", "e"].points) == (None, 0.0)


@pytest.mark.parametrize(
    ("now", "stays"),
    [
        (Peers(31, 330.0, 0.11), True),
        (Peers(31, 331.0, 0.10), False),
        (Peers(31, 300.0, 0.1101), False),
    ],
)
def test_what_like_organisations_are_compared_by_stays_until_it_has_moved(
    now: Peers, stays: bool
) -> None:
    group = ("buyer", "KZT")
    before = {group: Peers(30, 300.0, 0.1), ("buyer", "USD"): Peers(1, 1.0, 0.0)}

    assert steady(before, {group: now}) == {group: before[group] if stays else now}


def bought(one: dict[str, Any], buyer: str, amount: float | None) -> dict[str, Any]:
    """Make a purchase one of this buyer, for so much."""
    tender = one["tender"] | {"procuringEntity": {"id": buyer}}
    value = {"amount": amount, "currency": "KZT"} if amount else None
    return one | {"buyer": {"id": buyer}, "tender": tender | {"value": value}}


async def test_a_buyer_is_judged_by_the_share_of_its_money_and_not_by_its_worst_purchase(
    scoring_office: Office,
) -> None:
    """The great buyer spends a tenth on a purchase at risk, the small one all it has."""
    await scoring_office.publish(
        *(bought(release(f"ocds-{n}"), "great", 1000.0) for n in range(9)),
        bought(suspicious("ocds-bad"), "great", 1000.0),
        bought(release("ocds-untold"), "great", None),
        bought(suspicious("ocds-small"), "small", 500.0),
        bought(release("ocds-other", awards=[award("seller", 900.0)]), "other", 4000.0),
    )

    await scoring_office.work()

    assert (await scoring_office.score("ocds-bad") or {})["band"] == "high"
    great, small, other, seller = [
        await scoring_office.document(kind, party_id(one)) or {}
        for kind, one in (
            ("buyer", "great"),
            ("buyer", "small"),
            ("buyer", "other"),
            ("supplier", "seller"),
        )
    ]
    typical = {"peers": 3, "typical": 4000.0, "average": 0.1034}
    assert great["portfolio"] == typical | {
        "purchases": 11,
        "left_out": 1,
        "currency": "KZT",
        "value": "10000.00",
        "at_risk": "1000.00",
        "share": 0.101,
        "points": share_points(0.101) / 1000,
    }
    assert small["portfolio"]["share"] == 0.203
    assert other["portfolio"]["share"] == 0.0517
    assert seller["portfolio"]["value"] == "900.00"
    for one in (great, small, other):
        counted = sum(line["counted"] for line in one["indicators"])
        assert one["points"]["lower"] == pytest.approx(counted + one["portfolio"]["points"])

    written = await scoring_office.rows("SELECT count(*) AS n FROM score_past")
    await scoring_office.comparison.compare()
    assert await scoring_office.rows("SELECT count(*) AS n FROM score_past") == written
    assert await scoring_office.comparison.due_in() is None


async def test_a_purchase_that_came_to_be_at_risk_without_news_has_organisations_compared_again(
    scoring_office: Office,
) -> None:
    await scoring_office.publish(bought(release("ocds-1"), "great", 1000.0))
    await scoring_office.work()
    assert await scoring_office.comparison.due_in() is None

    async with scoring_office.scoring.transaction() as connection:
        await connection.execute(
            "UPDATE score SET band = 'high' WHERE subject_id = $1", purchase_id("ocds-1")
        )
    scoring_office.session.written += 1  # as the engine counts what it writes itself
    due = await scoring_office.comparison.due_in()
    await scoring_office.comparison.compare()

    assert due is not None
    buyer = await scoring_office.document("buyer", party_id("great")) or {}
    assert buyer["portfolio"]["at_risk"] == "1000.00"
