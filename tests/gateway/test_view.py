"""What the feeds bring is found, read and forgotten again."""

import asyncio
from typing import Any

import pytest

from gateway.view.search import folded, patterns
from gateway.worker import APPLIED
from tests.gateway.builders import (
    BUYER_BIN,
    SUPPLIER_BIN,
    gone,
    line,
    organisation,
    process,
    release,
    score,
)
from tests.gateway.house import House, problem


async def test_a_process_shows_its_parties_its_money_and_its_score(house: House) -> None:
    await house.fill("releases", release("o-1", amount=1234.5))
    await house.fill("scores", score(process("o-1"), expected=61.0, band="high"))

    found = (await house.get(f"/v1/processes/{process('o-1')}")).json()

    assert found["ocid"] == "o-1"
    assert found["buyers"] == [
        {"id": organisation(BUYER_BIN), "name": "Акимат", "weak": False, "person": False}
    ]
    assert [each["id"] for each in found["suppliers"]] == [organisation(SUPPLIER_BIN)]
    assert found["awarded"] == [{"amount": "1234.5", "currency": "KZT"}]
    assert found["published"] == "2026-01-10T00:00:00Z"
    assert found["awards"][0]["suppliers"] == found["suppliers"]
    assert found["contracts"][0]["award_id"] == "a1"
    counts = {name: count for name, count in found["counts"].items() if count}
    assert counts == {"bids": 1, "awards": 1, "contracts": 1}
    checks = {each["code"]: each["verdict"] for each in found["checks"]}
    assert (checks["references_resolve"], checks["units_named"]) == ("ok", "unknown")
    assert (found["score"]["expected"], found["score"]["band"]) == (61.0, "high")
    assert found["score"]["flagged"] == ["R018"]


@pytest.mark.parametrize("first", ["releases", "scores"])
async def test_release_and_score_meet_in_whichever_order_they_come(
    house: House, first: str
) -> None:
    feeds = {"releases": release("o-1"), "scores": score(process("o-1"), expected=33.0)}
    for feed in sorted(feeds, key=lambda name: name != first):
        await house.fill(feed, feeds[feed])

    listed = (await house.get("/v1/processes")).json()

    assert [each["score"]["expected"] for each in listed["data"]] == [33.0]


async def test_two_feeds_applied_at_once_miss_nothing_of_each_other(house: House) -> None:
    names = [f"o-{n}" for n in range(200)]

    async def apply(feed: str, entries: list[object]) -> None:
        for start in range(0, len(entries), 20):
            async with house.database.transaction() as connection:
                await APPLIED[feed][0](connection, entries[start : start + 20])  # type: ignore[arg-type]

    await asyncio.gather(
        apply("releases", [release(name) for name in names]),
        apply("scores", [score(process(name)) for name in names]),
    )

    async with house.database.connection() as connection:
        without = await connection.fetchval("SELECT count(*) FROM process WHERE summary IS NULL")
    assert without == 0


async def test_a_withdrawn_process_is_gone_with_its_parts_and_a_withdrawn_score_with_its_band(
    house: House,
) -> None:
    await house.fill("releases", release("o-1"), release("o-2"))
    await house.fill("scores", score(process("o-1")), score(process("o-2")))

    await house.fill("releases", gone(process("o-1")))
    await house.fill("scores", gone(f"process/{process('o-2')}"))

    assert problem(await house.get(f"/v1/processes/{process('o-1')}")) == (404, "not_found")
    assert await house.ids("/v1/processes") == [process("o-2")]
    assert await house.ids("/v1/processes?band=medium") == []
    assert (await house.get(f"/v1/processes/{process('o-2')}")).json()["score"] is None
    assert (await house.get(f"/v1/buyers/{BUYER_BIN}")).json()["processes"] == 1


async def test_a_natural_person_has_neither_name_nor_profile(house: House) -> None:
    person = "prs_" + "a" * 26
    await house.fill("releases", release("o-1", person=person))

    found = (await house.get(f"/v1/processes/{process('o-1')}")).json()

    hidden = {"id": person, "name": None, "weak": False, "person": True}
    assert hidden in found["suppliers"]
    assert problem(await house.get(f"/v1/suppliers/{person}")) == (404, "not_found")
    assert await house.ids("/v1/processes?q=prs_aaa") == []


@pytest.mark.parametrize("who", ["prs_" + "a" * 26, "900101300007"])
@pytest.mark.check("A3", tier=1, limit="0 fields too many")
async def test_no_door_leads_to_a_sole_trader_by_pseudonym_or_by_number(
    house: House, who: str
) -> None:
    person = "prs_" + "a" * 26
    await house.fill("releases", release("o-1", person=person))
    await house.fill("scores", score(person, kind="supplier"))

    profiles = [f"suppliers/{who}", f"suppliers/{who}/network", f"buyers/{who}"]
    scores = [f"scores/supplier/{who}", f"scores/supplier/{who}/explanation"]
    doors = {path: problem(await house.get(f"/v1/{path}")) for path in (*profiles, *scores)}
    looked = await house.client.post(
        "/v1/scores:lookup",
        json={"ids": [who], "subject_type": "supplier"},
        headers={"Authorization": f"Bearer {house.key}"},
    )

    assert set(doors.values()) == {(404, "not_found")}, doors
    assert (looked.json()["data"], looked.json()["missing"]) == ([], [who])
    assert (await house.get(f"/v1/resolve?q={who}")).json()["data"] == []
    for name in ("processes", "contracts"):
        found = await house.get(f"/v1/{name}?supplier={who}")
        assert problem(found) == (422, "validation_failed")


async def test_only_flags_of_its_own_make_a_process_found_by_an_indicator(house: House) -> None:
    party = {"type": "supplier", "id": organisation(SUPPLIER_BIN), "source": None, "ocid": None}
    lines = (line("R018"), line("R025", context=party), line("R024", "not_computable"))
    await house.fill("releases", release("o-1"))
    await house.fill("scores", score(process("o-1"), lines=lines))

    assert await house.ids("/v1/processes?indicator=R018") == [process("o-1")]
    assert await house.ids("/v1/processes?indicator=R025") == []
    assert await house.ids("/v1/processes?indicator=R024&indicator=R018") == [process("o-1")]


DAMAGES: list[dict[str, Any]] = [
    {"title": 5},
    {"title": {"kk": "x"}},
    {"value": {"amount": "12", "currency": "KZT"}},
    {"value": {"amount": 1e308, "currency": "KZT"}},
    {"value": [1]},
    {"datePublished": "9999-12-31T23:59:59-05:00"},
    {"datePublished": "2026-01-01"},
    {"lots": {"id": 1}},
    {"lots": ["x", None, {"id": True, "value": {"amount": True}}]},
    {"title": "a\x00b"},
    {"title": "<script>alert(1)</script>"},
    {"description": "x" * 100_000},
    {"tenderPeriod": {"startDate": 3, "endDate": "never"}},
]


async def test_whatever_stands_in_a_release_can_be_shown(house: House) -> None:
    releases = [release(f"o-{n}", **damage) for n, damage in enumerate(DAMAGES)]
    await house.fill("releases", *releases)

    shown = [await house.get(f"/v1/processes/{each.key}") for each in releases]
    listed = await house.ids("/v1/processes?sort=amount")

    assert [each.status_code for each in shown] == [200] * len(DAMAGES)
    assert set(listed) == {each.key for each in releases}


async def test_a_feed_that_begins_again_is_forgotten_first(house: House) -> None:
    await house.fill("releases", release("o-1"))
    await house.fill("scores", score(process("o-1")))

    for feed in ("releases", "scores"):
        async with house.database.transaction() as connection:
            while await APPLIED[feed][1](connection):
                pass
    await house.level()

    assert await house.ids("/v1/processes") == []
    missing = await house.get(f"/v1/scores/process/{process('o-1')}")
    assert problem(missing) == (404, "not_found")


@pytest.mark.parametrize(
    ("stored", "asked"),
    [
        ("Құрылыс материалдары", "Курылыс"),
        ("ӘДІЛЕТ министрлігі", "адилет"),
        ("бiр көзден", "бір"),
        ("Ёмкость", "емкость"),
        ("100% жүн_мата", "100% жүн_"),
    ],
)
@pytest.mark.check("B6", tier=1, limit="letters kept")
def test_kazakh_and_russian_spellings_meet(stored: str, asked: str) -> None:
    assert folded(asked) in folded(stored)


@pytest.mark.check("B16", tier=1, limit="literally")
def test_signs_with_a_meaning_in_like_are_taken_literally() -> None:
    assert patterns(r"50% a_b c\d") == [r"%50\%%", r"%а\_в%", r"%с\\d%"]
