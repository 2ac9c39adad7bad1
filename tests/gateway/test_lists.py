"""Lists: what is asked for and nothing else, in order, whole over all pages."""

from typing import get_args
from urllib.parse import quote

import pytest

from gateway.reads.processes import Question, filtered
from gateway.texts import BANDS, STATES
from shared.contracts.scores import Band, Status
from tests.gateway.builders import (
    BUYER_BIN,
    SUPPLIER_BIN,
    alert,
    organisation,
    process,
    release,
    score,
    source,
)
from tests.gateway.house import House, problem

OTHER_BIN = "010240000018"


@pytest.fixture
async def market(house: House) -> House:
    """Three purchases of two sources, two buyers and two currencies."""
    await house.fill(
        "releases",
        release("a", amount=100, published="2026-01-01T00:00:00Z", title="Құрылыс жұмыстары"),
        release(
            "b", amount=200.5, published="2026-02-01T00:00:00Z", method="direct", currency="USD"
        ),
        release("c", amount=300, published="2026-03-01T00:00:00Z", source="other", buyer=OTHER_BIN),
    )
    await house.fill(
        "scores",
        score(process("a"), expected=10.0, band="low"),
        score(process("b"), expected=60.0, band="high"),
    )
    return house


FILTERS = [
    ("", "cba"),
    ("sort=published", "abc"),
    ("sort=score", "cab"),
    ("sort=-score", "bac"),
    ("sort=amount", "abc"),
    ("sort=-amount", "cba"),
    (f"buyer={BUYER_BIN}", "ba"),
    (f"buyer={organisation(BUYER_BIN)}", "ba"),
    (f"buyer={BUYER_BIN}&buyer={OTHER_BIN}", "cba"),
    (f"supplier={SUPPLIER_BIN}", "cba"),
    (f"supplier={BUYER_BIN}", ""),
    ("method=direct", "b"),
    ("method=direct&method=open", "cba"),
    ("currency=KZT", "ca"),
    ("amount[gte]=200.5&currency=KZT", "c"),
    ("amount[gte]=100.01&amount[lte]=299.99&currency=USD", "b"),
    ("amount[gte]=100.01&amount[lte]=299.99&currency=KZT", ""),
    ("amount[lte]=200&currency=KZT", "a"),
    ("published[gte]=2026-02-01", "cb"),
    ("published[lte]=2026-02-01", "ba"),
    ("published[gte]=2026-02-01T06:00:00%2B05:00", "c"),
    ("date[gte]=2026-02-02", ""),
    ("indicator=R018", "ba"),
    ("indicator=R999", ""),
    ("band=high&band=low", "ba"),
    ("source=other", "c"),
    ("ocid=a&ocid=c", "ca"),
    ("q=Курылыс", "a"),
    ("q=жұмыс құрыл", "a"),
    ("q=Акимат", "cba"),
    ("q=%25", ""),
    ("q=_", ""),
    ("band=high&method=open", ""),
]


def test_the_bands_and_statuses_that_can_be_asked_for_are_those_that_have_a_name() -> None:
    assert get_args(Band) == tuple(BANDS)
    assert get_args(Status) == tuple(STATES)


def test_bands_stand_in_the_text_of_a_question_for_its_plan_hangs_on_them() -> None:
    asked = filtered(Question(band=("high", "x' OR true --", "critical")))

    assert (asked.clauses, asked.values) == (["band IN ('high', 'critical')"], [])


async def test_a_filter_finds_what_it_says(market: House) -> None:
    names = {process("a"): "a", process("b"): "b", process("c", "other"): "c"}

    found = {
        query: "".join(names[each] for each in await market.ids(f"/v1/processes?{query}"))
        for query, _ in FILTERS
    }

    assert found == dict(FILTERS)


async def test_rows_of_one_date_stand_in_the_order_of_their_ids(market: House) -> None:
    ids = [process("a"), process("b"), process("c", "other")]

    assert await market.ids("/v1/processes?sort=date") == sorted(ids)
    assert await market.ids("/v1/processes?sort=-date") == sorted(ids, reverse=True)


@pytest.mark.parametrize("sort", ["-published", "score", "-amount", "date"])
async def test_pages_show_every_row_once_though_rows_come_in_between(
    house: House, sort: str
) -> None:
    await house.fill("releases", *(release(f"o-{n:03}", amount=n % 7) for n in range(53)))
    seen: list[str] = []
    cursor = ""
    while True:
        page = (await house.get(f"/v1/processes?limit=10&sort={sort}{cursor}")).json()
        seen += [each["id"] for each in page["data"]]
        await house.fill("releases", release(f"late-{len(seen)}", amount=3))
        if not page["page"]["has_more"]:
            assert page["page"]["next_cursor"] is None
            break
        cursor = f"&cursor={page['page']['next_cursor']}"

    wanted = {process(f"o-{n:03}") for n in range(53)}
    assert len(seen) == len(set(seen))
    assert wanted <= set(seen)


async def test_a_cursor_answers_only_the_question_it_was_given_for(market: House) -> None:
    page = (await market.get("/v1/processes?limit=1")).json()
    cursor = page["page"]["next_cursor"]

    assert await market.ids(f"/v1/processes?limit=1&cursor={cursor}") == [process("b")]
    for asked in (
        f"/v1/processes?limit=1&cursor={cursor}&band=low",
        f"/v1/processes?limit=1&cursor={cursor}&sort=score",
        f"/v1/alerts?cursor={cursor}",
        f"/v1/ocds/releases?cursor={cursor}",
        f"/v1/processes?cursor={cursor[:-2]}xx",
        "/v1/processes?cursor=bm90IG91cnM",
    ):
        assert problem(await market.get(asked)) == (400, "cursor_invalid")


async def test_lists_say_how_far_the_view_has_come(market: House) -> None:
    page = (await market.get("/v1/processes?limit=2")).json()

    assert page["page"]["has_more"] is True
    assert page["seq"] == market.state.follower.seq > 0
    assert page["as_of"].endswith("Z")
    assert page["notice"]["en"] == "A sign, not an accusation."
    assert page["data"][0]["score"] is None


async def test_an_ocid_of_several_sources_names_the_candidates(house: House) -> None:
    ocid = "ДС-1/2026 №5"
    await house.fill("releases", release(ocid), release(ocid, source="other"), release("one"))

    several = await house.get(f"/v1/processes/{quote(ocid, safe='')}")
    chosen = await house.get(f"/v1/processes/{quote(ocid, safe='')}?source=other")
    single = await house.get("/v1/processes/one")

    assert problem(several) == (409, "ambiguous")
    assert {each["id"] for each in several.json()["candidates"]} == {
        process(ocid),
        process(ocid, "other"),
    }
    assert chosen.json()["id"] == process(ocid, "other")
    assert single.json()["id"] == process("one")


async def test_alerts_stand_in_the_order_of_events_and_count_without_a_gap(house: House) -> None:
    await house.fill("alerts", *(alert(n, process(f"o-{n % 2}")) for n in range(1, 8)))
    await house.fill("alerts", alert(7, process("o-1")), alert(8, process("o-0"), band="critical"))

    first = (await house.get("/v1/alerts?limit=5")).json()
    rest = (await house.get(f"/v1/alerts?limit=5&cursor={first['page']['next_cursor']}")).json()

    positions = [each["position"] for each in first["data"] + rest["data"]]
    assert positions == [1, 2, 3, 4, 5, 6, 7, 8]
    assert await house.ids("/v1/alerts?after=6") == ["alr_0007", "alr_0008"]
    assert await house.ids("/v1/alerts?sort=-position&limit=1") == ["alr_0008"]
    assert await house.ids("/v1/alerts?band=critical") == ["alr_0008"]
    assert await house.ids(f"/v1/alerts?process={process('o-0')}&raised_at[lte]=2026-02-04") == [
        "alr_0002",
        "alr_0004",
    ]
    assert await house.ids("/v1/alerts?indicator=R003") == []


@pytest.mark.parametrize("path", ["/v1/processes?band=hihg", "/v1/alerts?band=high&band=hihg"])
async def test_a_slip_in_a_band_is_refused_rather_than_answered_by_an_empty_list(
    house: House, path: str
) -> None:
    refused = await house.get(path)

    assert problem(refused) == (422, "validation_failed")
    assert "'low', 'medium', 'high' or 'critical'" in refused.text


async def test_packages_carry_the_licence_and_page_through_all_releases(house: House) -> None:
    await house.fill("sources", source(), source("other", licence=None))
    await house.fill("releases", *(release(f"o-{n}") for n in range(5)))

    first = (await house.get("/v1/ocds/releases?limit=3")).json()
    rest = (
        await house.get(f"/v1/ocds/releases?cursor={first['page']['next_cursor']}&limit=3")
    ).json()
    await house.fill("releases", release("x", source="other"))
    mixed = (await house.get("/v1/ocds/releases")).json()
    one = (await house.get("/v1/ocds/releases?source=other")).json()

    ocids = sorted(each["ocid"] for each in first["releases"] + rest["releases"])
    assert ocids == [f"o-{n}" for n in range(5)]
    assert (first["license"], first["publisher"]["name"]) == ("CC-BY-4.0", "Publisher of kz-test")
    assert first["version"] == "1.1"
    assert first["releases"][0]["tag"] == ["compiled"]
    assert "license" not in mixed
    assert [each["id"] for each in mixed["sources"]] == ["kz-test", "other"]
    assert [each["ocid"] for each in one["releases"]] == ["x"]


async def test_a_profile_adds_up_what_an_organisation_bought_per_currency(market: House) -> None:
    buyer = (await market.get(f"/v1/buyers/{BUYER_BIN}")).json()
    supplier = (await market.get(f"/v1/suppliers/{organisation(SUPPLIER_BIN)}")).json()

    assert buyer["bin"] == BUYER_BIN
    assert buyer["names"] == [{"name": "Акимат", "processes": 2}]
    assert buyer["awarded"] == [
        {"amount": "100", "currency": "KZT"},
        {"amount": "200.5", "currency": "USD"},
    ]
    assert buyer["flagged"] == [{"key": "R018", "processes": 2}]
    assert buyer["bands"] == [{"key": "high", "processes": 1}, {"key": "low", "processes": 1}]
    assert (supplier["processes"], supplier["won"]) == (3, 3)
    assert supplier["first_published"] == "2026-01-01T00:00:00Z"
    nobody = await market.get(f"/v1/suppliers/{BUYER_BIN}")
    assert problem(nobody) == (404, "not_found")


async def test_a_profile_is_new_after_a_purchase_or_a_score_of_its_own(market: House) -> None:
    before = (await market.get(f"/v1/buyers/{BUYER_BIN}")).json()

    await market.fill("releases", release("d", amount=50))
    own = score(organisation(BUYER_BIN), kind="buyer", expected=12.0, band="low")
    await market.fill("scores", own)
    after = (await market.get(f"/v1/buyers/{BUYER_BIN}")).json()

    assert (before["processes"], before["score"]) == (2, None)
    assert (after["processes"], after["score"]["expected"]) == (3, 12.0)


async def test_where_counting_takes_long_counts_are_told_again_instead_of_counted_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.fill("releases", release("o-1"))
    before = (await house.get("/v1/meta/freshness")).json()["counts"]["processes"]
    monkeypatch.setattr("gateway.reads.freshness.AT_ONCE", 0.0)
    monkeypatch.setattr("gateway.reads.freshness.REST", 1e6)
    counted = (await house.get("/v1/meta/freshness")).json()
    await house.fill("releases", release("o-2"))

    told = (await house.get("/v1/meta/freshness")).json()

    assert told["counts"]["processes"] == counted["counts"]["processes"] == before == 1
    assert told["seq"] > counted["seq"]


async def test_freshness_tells_runs_feeds_and_counts(market: House) -> None:
    await market.fill("sources", source())

    fresh = (await market.get("/v1/meta/freshness")).json()

    assert fresh["sources"][0]["last_run"]["status"] == "complete"
    assert fresh["sources"][0]["processes_here"] == 2
    assert fresh["counts"] == {"processes": 3, "scores": 2, "alerts": 0, "indicators": 0}
    assert {each["name"]: each["lag_seconds"] for each in fresh["feeds"]} == {
        "releases": None,
        "plans": None,
        "sources": None,
        "registers": None,
        "scores": None,
        "alerts": None,
        "drafts": None,
        "catalogue": None,
        "statistics": None,
        "profiles": None,
    }
    assert await market.ids("/v1/meta/sources") == ["kz-test"]
