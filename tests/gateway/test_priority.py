"""Alerts in the order in which they deserve a look: risk and money apart, no region starved."""

import math
from typing import Any

import pytest

from tests.gateway.builders import alert, process, release, score
from tests.gateway.house import House, problem

BY = "/v1/alerts?sort=-priority"


def bought(n: int, *, region: str = "75", **more: Any) -> Any:
    return release(f"o-{n}", lots=[{"id": "1", "x_kato": [f"{region}1110000"]}], **more)


@pytest.fixture
async def queue(house: House) -> House:
    """Twenty alerts of one city, the later the dearer and riskier, and a small one of a village."""
    numbers = range(1, 21)
    await house.fill("releases", *(bought(n, amount=1000 * n) for n in numbers))
    await house.fill("releases", bought(21, region="10", amount=10))
    await house.fill("scores", *(score(process(f"o-{n}"), expected=30.0 + n) for n in numbers))
    await house.fill("scores", score(process("o-21"), expected=26.0))
    await house.fill("alerts", *(alert(n, process(f"o-{n}")) for n in range(1, 22)))
    return house


async def test_what_is_risky_and_dear_comes_first_and_says_why(queue: House) -> None:
    first = (await queue.get(f"{BY}&limit=1")).json()["data"][0]

    assert first["id"] == "alr_0020"
    assert first["position"] == 20
    assert first["priority"] == {
        "place": 1,
        "priority": 1.0,
        "risk": 50.0,
        "risk_rank": 1.0,
        "amount": "20000",
        "currency": "KZT",
        "at_risk": False,
        "materiality": round(math.log10(20000), 2),
        "materiality_rank": 1.0,
        "region": "75",
    }
    assert "priority" not in (await queue.get("/v1/alerts?limit=1")).json()["data"][0]


async def test_a_small_purchase_of_a_small_region_stands_where_its_region_has_a_place(
    queue: House,
) -> None:
    """Of two regions each has its best within eight places and the quarter kept for regions."""
    names = await queue.ids(f"{BY}&limit=50")

    assert names.index("alr_0021") == 8
    assert [name for name in names if name != "alr_0021"] == [
        f"alr_{n:04}" for n in range(20, 0, -1)
    ]
    assert await queue.ids(f"{BY}&region=10") == ["alr_0021"]


async def test_both_axes_weigh_as_the_setting_says(queue: House) -> None:
    """One purchase is dearest by the sum at risk, one has no known sum, one is of other money."""
    sum_at_risk = {"amount": "900000.00", "currency": "KZT"}
    await queue.fill("scores", score(process("o-1"), expected=31.0, at_risk=sum_at_risk))
    await queue.fill("releases", bought(2, amount=None), bought(3, currency="USD", amount=1))

    told = {
        one["id"]: one["priority"] for one in (await queue.get(f"{BY}&limit=50")).json()["data"]
    }
    by_money_alone = queue.state.settings.model_copy(update={"priority_risk": 0.0})
    object.__setattr__(queue.state, "settings", by_money_alone)
    by_money = await queue.ids(f"{BY}&limit=2")

    dear, unknown, dollars = told["alr_0001"], told["alr_0002"], told["alr_0003"]
    assert (dear["amount"], dear["at_risk"]) == ("900000.00", True)
    assert (dear["risk_rank"], dear["materiality_rank"]) == (0.05, 1.0)
    assert dear["priority"] == 0.525
    assert (unknown["amount"], unknown["materiality"]) == (None, None)
    assert unknown["materiality_rank"] == 0.5
    assert (dollars["currency"], dollars["materiality_rank"]) == ("USD", 0.0)
    assert by_money == ["alr_0001", "alr_0020"]


async def test_pages_hold_every_alert_once_although_alerts_keep_coming(queue: House) -> None:
    seen: list[str] = []
    path = f"{BY}&limit=6"
    while True:
        page = (await queue.get(path)).json()
        seen += [one["id"] for one in page["data"]]
        await queue.fill("alerts", alert(22 + len(seen) // 6, process("o-20")))
        if not page["page"]["has_more"]:
            break
        path = f"{BY}&limit=6&cursor={page['page']['next_cursor']}"

    assert sorted(seen) == [f"alr_{n:04}" for n in range(1, 22)]
    other = await queue.get(f"/v1/alerts?limit=6&cursor={path.split('=')[-1]}")
    assert problem(other) == (400, "cursor_invalid")
