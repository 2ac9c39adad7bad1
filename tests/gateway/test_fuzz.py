"""No question, however bad, is answered by a fault of ours."""

import random
from collections import Counter
from typing import Any
from urllib.parse import quote

import pytest

from shared.feed import Entry
from tests.gateway.builders import (
    BUYER_BIN,
    alert,
    indicator,
    portal_notice,
    process,
    release,
    score,
    source,
)
from tests.gateway.house import House, problem

SEED = 20261124
NASTY = [
    "",
    "0",
    "-1",
    "1",
    "9" * 30,
    "1e400",
    "1e-99999",
    "NaN",
    "Infinity",
    "0.0000001",
    "true",
    "null",
    "'",
    '"; DROP TABLE process; --',
    "%",
    "_",
    "\\",
    "%%_\\%",
    "a" * 200,
    "a" * 201,
    "a" * 7000,
    "қ" * 200,
    "\u202e\u200b",
    "\ufdfa" * 100,
    "é" * 100,
    "2026-02-30",
    "9999-12-31",
    "0001-01-01",
    "9999-12-31T23:59:59-23:00",
    "0001-01-01T00:00:00+23:00",
    "2026-01-01T00:00:00",
    "2026-W01",
    "2026-01-01T24:00:00Z",
    "kk, ru;q=x",
    "prc_" + "a" * 26,
    "org_" + "a" * 26,
    "org_../../etc/passwd",
    "990140000017",
    "000000000000",
    "a/b",
    "{}",
    "[gte]",
    "🙂",
]


@pytest.fixture
async def full(house: House) -> House:
    one = process("o-1")
    await house.fill("sources", source())
    await house.fill("catalogue", indicator("R018"))
    await house.fill("releases", release("o-1"), release("o-2"), portal_notice())
    await house.fill("scores", score(one))
    await house.fill("alerts", alert(1, one))
    return house


async def test_no_parameter_and_no_path_makes_a_fault(full: House) -> None:
    document = full.app.openapi()
    chosen = random.Random(SEED)
    asked = 0
    for path, methods in document["paths"].items():
        for parameter in methods.get("get", {}).get("parameters", []):
            for value in NASTY:
                address = _address(path, parameter, value, chosen)
                answer = await full.get(address)
                asked += 1
                away = (
                    parameter["name"] == "at" and answer.status_code == 503
                )  # scoring is not there
                assert answer.status_code < 500 or away, address
                if answer.status_code >= 400:
                    problem(answer)
    assert asked > 1000


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


def _address(path: str, parameter: dict[str, Any], value: str, chosen: random.Random) -> str:
    here = {"process_id": process("o-1"), "subject_type": "process", "subject_id": process("o-1")}
    here |= {"code": "R018"}
    if parameter["in"] == "path":
        here[parameter["name"]] = value
    parts = path.split("/")
    filled = [
        quote(here.get(part.strip("{}"), chosen.choice(NASTY)), safe="") if "{" in part else part
        for part in parts
    ]
    query = f"?{quote(parameter['name'])}={quote(value)}" if parameter["in"] == "query" else ""
    return "/".join(filled) + query


BAD_QUESTIONS = [
    ("colour=red", (400, "unknown_parameter")),
    ("limit=1&limit=2", (400, "repeated_parameter")),
    ("amount[gt]=1", (400, "unknown_parameter")),
    ("offset=10", (400, "unknown_parameter")),
    ("limit=0", (422, "validation_failed")),
    ("limit=-1", (422, "validation_failed")),
    ("limit=201", (422, "validation_failed")),
    ("limit=" + "9" * 400, (422, "validation_failed")),
    ("amount[gte]=1", (422, "currency_required")),
    ("amount[lte]=1&currency=", (422, "validation_failed")),
    ("amount[gte]=NaN", (422, "validation_failed")),
    ("amount[gte]=-1", (422, "validation_failed")),
    ("amount[gte]=1e400", (422, "validation_failed")),
    ("published[gte]=2026-02-30", (422, "validation_failed")),
    ("published[gte]=2026-01-01T00:00:00", (422, "validation_failed")),
    ("published[lte]=0001-01-01T00:00:00%2B05:00", (422, "validation_failed")),
    ("sort=name", (422, "validation_failed")),
    ("sort=-published,amount", (422, "validation_failed")),
    ("q=%00", (422, "validation_failed")),
    ("q=%FF", (422, "validation_failed")),
    ("q=" + "x" * 201, (422, "validation_failed")),
    ("q=" + "x" * 10_000, (414, "address_too_long")),
    ("buyer=nobody", (422, "validation_failed")),
    ("buyer=990140000018", (422, "validation_failed")),
    ("&".join(["band=low"] * 51), (422, "validation_failed")),
    ("region=99", (422, "validation_failed")),
    ("buyer_region=7", (422, "validation_failed")),
    ("delivery_region=75111000", (422, "validation_failed")),
    ("cursor=x", (400, "cursor_invalid")),
]


async def test_a_bad_question_is_refused_with_its_reason(house: House) -> None:
    found = {
        query: problem(await house.get(f"/v1/processes?{query}")) for query, _ in BAD_QUESTIONS
    }

    assert found == dict(BAD_QUESTIONS)


BAD_BODIES = [
    (b"{", (400, "malformed_body")),
    (b'{"ids":["a"],"ids":["b"]}', (400, "malformed_body")),
    (b'{"ids":["\\u0000"]}', (400, "malformed_body")),
    (b'{"ids":["\\ud800"]}', (400, "malformed_body")),
    (b'{"ids":[NaN]}', (400, "malformed_body")),
    (b"[" * 900, (400, "malformed_body")),
    (b"", (422, "validation_failed")),
    (b"{}", (422, "validation_failed")),
    (b'{"ids":[]}', (422, "validation_failed")),
    (b'{"ids":[1]}', (422, "validation_failed")),
    (b'{"ids":["' + b"a" * 101 + b'"]}', (422, "validation_failed")),
    (b'{"ids":[' + b",".join([b'"a"'] * 101) + b"]}", (422, "validation_failed")),
    (b'{"ids":["a"],"org_id":"x"}', (422, "validation_failed")),
    (b'{"ids":["a"],"subject_type":"lot"}', (422, "validation_failed")),
    (b'{"ids":["' + b"a" * 2_000_000 + b'"]}', (413, "payload_too_large")),
]


async def test_a_bad_body_is_refused_with_its_reason(house: House) -> None:
    headers = {"Authorization": f"Bearer {house.key}", "Content-Type": "application/json"}

    async def refusal(body: bytes) -> tuple[int, str]:
        return problem(await house.client.post("/v1/scores:lookup", content=body, headers=headers))

    assert {body: await refusal(body) for body, _ in BAD_BODIES} == dict(BAD_BODIES)
