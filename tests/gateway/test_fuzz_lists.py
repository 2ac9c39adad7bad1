"""Lists: drawn combinations of parameters, and rows whose every amount and date is odd."""

import random
from collections import Counter
from urllib.parse import quote

import pytest

from shared.feed import Entry
from tests.gateway.builders import BUYER_BIN
from tests.gateway.house import House, problem
from tests.gateway.nasty import NASTY, SEED
from tests.gateway.portal_builders import portal_notice

pytestmark = pytest.mark.thorough

USUAL = {
    **dict.fromkeys(("currency",), "KZT"),
    **dict.fromkeys(("amount[gte]", "amount[lte]"), "880.000001"),
    **dict.fromkeys(("region", "buyer_region", "delivery_region"), "7511"),
    **dict.fromkeys(("buyer", "supplier"), BUYER_BIN),
    **dict.fromkeys(("limit",), "1"),
    **dict.fromkeys(("period",), "month"),
    **dict.fromkeys(("method", "status", "band", "source", "q", "indicator"), "open"),
}
"""What an honest caller sends; dates are the default."""

LISTS = [
    *("/v1/processes", "/v1/lots", "/v1/contracts", "/v1/plans", "/v1/alerts"),
    *("/v1/ocds/releases", "/v1/meta/coverage"),
]


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.check("B16", tier=1, limit="0 faults")
async def test_no_combination_of_parameters_of_a_list_makes_a_fault(full: House, path: str) -> None:
    chosen = random.Random(f"{SEED} {path}")
    parameters = full.app.openapi()["paths"][path]["get"]["parameters"]
    named = [each["name"] for each in parameters if each["in"] == "query"]
    sorts = [each["schema"]["enum"] for each in parameters if each["name"] == "sort"]
    orders: list[str] = sorts[0] if sorts else []
    cursors = await _cursors(full, path, orders)
    statuses = Counter[int]()
    for _ in range(150):
        some = chosen.sample(named, min(len(named), chosen.randint(2, 6)))
        asked = [(name, _value(name, chosen, orders, cursors)) for name in some]
        asked += [pair for pair in asked if chosen.random() < REPEATED]
        address = f"{path}?" + "&".join(f"{quote(name)}={quote(said)}" for name, said in asked)
        answer = await full.get(address, Accept_Language=chosen.choice(LANGUAGES))
        statuses[answer.status_code] += 1
        assert answer.status_code < 500, address
        if answer.status_code >= 400:
            problem(answer)
    assert statuses[200] > 5
    assert statuses[400] + statuses[422] > 30


REPEATED = 0.1
LANGUAGES = ["kk", "ru", "en", "*", "kk;q=x, ru;q=1e9", "," * 300, "<script>"]


def _value(name: str, chosen: random.Random, orders: list[str], cursors: list[str]) -> str:
    if chosen.random() < 1 / 5:
        return chosen.choice(NASTY)
    if name == "sort":
        return chosen.choice(orders)
    if name == "cursor":
        return chosen.choice(cursors or [""])
    return USUAL.get(name, "2026-02-01T00:00:00Z")


async def _cursors(full: House, path: str, orders: list[str]) -> list[str]:
    """Marks of real pages, and the same with one letter changed."""
    found = []
    for order in orders or [""]:
        query = f"?limit=1&sort={order}" if order else "?limit=1"
        answer = await full.get(path + query)
        mark = answer.json()["page"]["next_cursor"] if answer.status_code == 200 else None
        found += [mark, mark[:-1], mark[:20] + "A" + mark[21:]] if mark else []
    return found


ODD_AMOUNTS = [0, -1, -(10**30), 10**30, 1e308, 1e-300, 0.1, 123456789012345678.123456789]


@pytest.mark.parametrize("name", ["processes", "lots", "contracts", "plans"])
async def test_pages_go_on_over_odd_amounts_and_dates(house: House, name: str) -> None:
    await house.fill("releases", *(_odd(n, amount) for n, amount in enumerate(ODD_AMOUNTS)))
    moments = {"processes": "published", "lots": "published", "contracts": "signed"}
    for order in ("amount", moments.get(name, "planned")):
        for turn in ("", "-"):
            seen: list[str] = []
            cursor = ""
            while True:
                address = f"/v1/{name}?limit=3&sort={turn}{order}{cursor}"
                answer = await house.get(address)
                assert answer.status_code == 200, answer.text
                page = answer.json()
                seen += [each["id"] for each in page["data"]]
                if not page["page"]["has_more"]:
                    break
                cursor = f"&cursor={page['page']['next_cursor']}"
            assert len(seen) == len(set(seen)) == len(ODD_AMOUNTS)


def _odd(number: int, amount: float) -> Entry:
    """A notice whose every amount and date is odd."""
    money = {"amount": amount, "currency": "KZT"}
    date = ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-01-01T00:00:00+05:00", 7][
        number % 4
    ]
    act = {"id": "1", "amount": amount, "currency": "KZT", "approvedDate": date, "fine": amount}
    transaction = {"id": "1", "value": money, "date": date, "x_prepaid": amount}
    addendum = {"x_changes": [{"property": "value", "former_value": money, "value": amount}]}
    contract = {
        "id": "1",
        "value": money,
        "dateSigned": date,
        "x_acts": [act, act],
        "implementation": {"transactions": [transaction, transaction]},
        "amendments": [addendum],
    }
    point = {"root": "1", "amount": amount, "currency": "KZT", "year": number, "month": number}
    return portal_notice(
        str(17_000_000 + number),
        planning={"x_plan_points": [point]},
        contracts=[contract],
        tender={"value": money, "datePublished": date, "lots": [{"id": "1", "value": money}]},
    )
