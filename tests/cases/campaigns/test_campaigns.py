"""Campaigns: one's own until they are published, counted by what was done, measured by sources."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import msgspec

from cases.campaigns import published
from shared.contracts.catalogue import Trilingual
from shared.contracts.statistics import Column, Tile
from shared.feed import Entry
from tests.cases.office import (
    AIDA,
    BOLAT,
    MONITOR,
    NOW,
    READER,
    STRANGER,
    Office,
    caller,
    problem,
)

BODY: Final = {
    "title": "Competition instead of a single source",
    "goal": "That road works are bought by competition.",
    "starts_on": "2026-03-01",
}
BASELINE: Final = {"value": "61.5", "on": "2026-01-31", "source": "Statistics, table of methods"}
MEASURE: Final = {
    "title": "Share of single source in region 75, by value",
    "unit": "percent",
    "region": "75",
    "better": "lower",
    "baseline": BASELINE,
}
NAMED: Final = Trilingual(kk="Үлес", ru="Доля", en="Share")
ANYBODY: Final = caller(None, "own_c", "reader", scopes=frozenset())


async def started(office: Office, **more: Any) -> dict[str, Any]:
    answer = await office.post("/campaigns", {**BODY, **more})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def test_a_campaign_is_its_owners_until_it_is_published_and_again_after(
    office: Office,
) -> None:
    campaign = await started(office)
    path = f"/campaigns/{campaign['id']}"
    hidden = await office.get(path, ANYBODY)
    by_stranger = await office.post(f"{path}:publish", who=STRANGER, seen=1)
    by_monitor = await office.post(f"{path}:publish", who=MONITOR, seen=1)
    stale = await office.post(f"{path}:publish", who=BOLAT, seen=2)
    published = await office.post(f"{path}:publish", who=BOLAT, seen=1)
    again = await office.post(f"{path}:publish", who=BOLAT, seen=2)
    seen = await office.get(path, ANYBODY)
    listed = (await office.get("/campaigns", ANYBODY)).json()["data"]
    others = (await office.get("/campaigns", ANYBODY, organisation="own_b")).json()["data"]
    before = (await office.get("/campaigns", ANYBODY, on="2026-02-28")).json()["data"]
    taken_back = await office.post(f"{path}:unpublish", who=AIDA, seen=2)

    assert [problem(each) for each in (hidden, by_stranger)] == [(404, "not_found")] * 2
    assert problem(by_monitor) == (403, "role_missing")
    assert problem(stale) == (412, "version_conflict")
    assert published.json()["published_at"] == "2026-03-02T04:00:00Z"
    assert again.json()["allowed"] == ["unpublish"]
    assert (seen.status_code, [each["id"] for each in listed]) == (200, [campaign["id"]])
    assert (others, before) == ([], [])
    assert taken_back.json()["published_at"] is None
    assert problem(await office.get(path, ANYBODY)) == (404, "not_found")
    assert problem(await office.post("/campaigns", BODY, READER)) == (403, "role_missing")


async def test_a_campaign_with_a_flaw_is_refused_and_a_hidden_list_stays_hidden(
    office: Office,
) -> None:
    list_ = (await office.post("/focus-lists", {"title": "Roads", "purpose": "Look."})).json()["id"]
    foreign = (
        await office.post("/focus-lists", {"title": "Ours", "purpose": "Look."}, STRANGER)
    ).json()["id"]
    campaign = await started(office, focus_list=list_, template="general_appeal")
    path = f"/campaigns/{campaign['id']}"
    flawed = [
        await office.post("/campaigns", {**BODY, "ends_on": "2026-02-28"}),
        await office.post("/campaigns", {**BODY, "template": "no_such"}),
        await office.send("PATCH", path, {"title": None}, seen=1),
        await office.send("PATCH", path, {"ends_on": "2026-02-01"}, seen=1),
    ]
    not_theirs = await office.post("/campaigns", {**BODY, "focus_list": foreign})
    changed = await office.send("PATCH", path, {"ends_on": "2026-12-31"}, seen=1)
    await office.post(f"{path}:publish", seen=2)
    for_others = (await office.get(path, ANYBODY)).json()
    async with office.tables() as connection:
        done = await connection.fetch(
            "SELECT what, changes FROM event WHERE object = 'campaign' ORDER BY id"
        )

    assert [problem(each) for each in flawed] == [(422, "validation_failed")] * 4
    assert problem(not_theirs) == (404, "not_found")
    assert (changed.json()["ends_on"], changed.json()["focus_list"]) == ("2026-12-31", list_)
    assert (for_others["focus_list"], for_others["template"]) == (None, "general_appeal")
    assert [row["what"] for row in done] == ["created", "changed", "published"]
    assert done[1]["changes"] == '{"ends_on": [null, "2026-12-31"]}'


async def test_a_figure_tells_what_it_was_and_is_with_sources_and_whether_that_is_wanted(
    office: Office,
) -> None:
    path = f"/campaigns/{(await started(office))['id']}"
    added = await office.post(f"{path}/measures", MEASURE)
    [measure] = added.json()["measures"]
    readings = f"{path}/measures/{measure['id']}/readings"
    later = {"value": "58.25", "on": "2026-03-01", "source": "The same table"}
    towards = (await office.post(readings, later)).json()["measures"][0]
    corrected = (await office.post(readings, {**later, "value": "70"})).json()["measures"][0]
    to_come = await office.post(readings, {**later, "on": "2026-03-03"})
    earlier = await office.post(readings, {**later, "value": "70", "on": "2025-12-31"})
    sourceless = await office.post(readings, {"value": "1", "on": "2026-03-01"})
    unknown = await office.post(f"{path}/measures/mea_none/readings", later)
    by_stranger = await office.post(readings, later, STRANGER)

    assert (measure["baseline"]["value"], measure["now"], measure["moved"]) == (
        "61.5000",
        None,
        None,
    )
    assert (towards["now"]["value"], towards["change"]) == ("58.2500", "-3.2500")
    assert (towards["moved"], corrected["moved"]) == ("towards", "away")
    assert earlier.json()["measures"][0]["baseline"]["on"] == "2025-12-31"
    assert earlier.json()["measures"][0]["moved"] == "not"
    assert [problem(each) for each in (to_come, sourceless)] == [(422, "validation_failed")] * 2
    assert [problem(each) for each in (unknown, by_stranger)] == [(404, "not_found")] * 2


async def test_a_figure_that_is_published_is_read_day_by_day_and_never_typed_in(
    office: Office,
) -> None:
    def told(share: float | None, day: str, **more: Any) -> Entry:
        row = {"level": "region", "year": 2026, "region": "75", "share_by_amount": share}
        whole = {"level": "country", "year": 2026, "region": None, "share_by_amount": 0.4}
        date_ = datetime.fromisoformat(f"{day}T20:30:00+00:00")
        columns = [Column(n, "dimension", "word", NAMED) for n in ("level", "year", "region")]
        shares = Column("share_by_amount", "figure", "share", NAMED)
        known = {"rows": [whole, row], "columns": [*columns, shares], "data_date": date_, **more}
        tile = Tile(
            "single-source",
            NAMED,
            NAMED,
            available=True,
            reason=None,
            left_out=[],
            data_seq=1,
            **known,
        )
        return Entry(1, tile.id, deleted=False, body=msgspec.json.encode(tile))

    async def publish(*entries: Entry) -> None:
        async with office.tables() as connection:
            await published.apply(connection, entries)

    path = f"/campaigns/{(await started(office))['id']}"
    cell = {
        "tile": "single-source",
        "column": "share_by_amount",
        "row": {"level": "region", "year": 2026, "region": "75"},
    }
    typed = {name: MEASURE[name] for name in ("title", "region", "better")}
    asked = {**typed, "figure": cell}
    early = await office.post(f"{path}/measures", asked)
    await publish(told(0.615, "2026-02-27"))
    flawed = (
        {**asked, "figure": {**cell, "column": "level"}},
        {**asked, "figure": {**cell, "row": {"level": "region", "year": 2025, "region": "75"}}},
        {**asked, "figure": {**cell, "row": {"region": "75"}}},
        {**asked, "baseline": BASELINE},
        typed,
    )
    unknown = [early, *[await office.post(f"{path}/measures", each) for each in flawed]]
    added = await office.post(f"{path}/measures", asked)
    assert added.status_code == 201, added.text
    [first] = added.json()["measures"]
    await publish(told(None, "2026-02-28"), told(None, "2026-03-01"))
    await publish(told(0.6, "2026-03-01", data_date=None))
    untold = (await office.get(path)).json()["measures"]
    await publish(told(0.59, "2026-03-01"), told(0.58, "2026-03-01"))
    await publish(told(0.58, "2026-03-01"))
    [after] = (await office.get(path, AIDA)).json()["measures"]
    readings = f"{path}/measures/{first['id']}/readings"
    typed_in = await office.post(readings, {"value": "1", "on": "2026-03-01", "source": "Me"})
    async with office.tables() as connection:
        await published.reset(connection)
        kept = await connection.fetchval("SELECT count(*) FROM campaign_reading")

    assert [problem(each) for each in unknown] == [(422, "validation_failed")] * 6
    assert (first["unit"], first["figure"]) == ("share", cell)
    source = "/v1/stats/single-source, 2026-02-28"  # half past one at night in Astana
    assert first["baseline"] == {"value": "0.6150", "on": "2026-02-28", "source": source}
    assert untold == [first], "what cannot be told is no reading"
    assert (after["now"]["value"], after["now"]["on"]) == ("0.5800", "2026-03-02")
    assert (after["change"], after["moved"]) == ("-0.0350", "towards")
    assert (problem(typed_in), kept) == ((409, "guard_failed"), 2)


async def test_a_campaign_counts_the_own_work_of_it_and_nothing_that_others_put_into_it(
    office: Office,
) -> None:
    campaign = (await started(office))["id"]
    for who, name in ((AIDA, campaign), (AIDA, None), (STRANGER, campaign)):
        started_case = await office.post("/cases", {"title": "A road", "campaign": name}, who)
        moved = await office.post(
            f"/cases/{started_case.json()['id']}/moves", {"move": "open"}, who, seen=1
        )
        assert moved.status_code == 200, moved.text
    office.clock.moment = NOW + timedelta(days=1)
    found = (await office.get(f"/campaigns/{campaign}")).json()["counters"]
    counted = {each["figure"]: (each["number"], Decimal(each["amount"])) for each in found}
    [behind] = [each["list"] for each in found if each["figure"] == "cases_opened"]
    path, _, query = behind.removeprefix("/v1").partition("?")
    asked = dict(part.split("=") for part in query.split("&"))
    rows = (await office.get(path, **asked)).json()["data"]
    await office.post(f"/campaigns/{campaign}:publish", seen=1)
    theirs = (await office.get(f"/campaigns/{campaign}", ANYBODY)).json()["counters"]

    assert counted["cases_opened"] == (1, Decimal(0))
    assert counted["money_returned"] == (0, Decimal(0))
    assert [(each["organisation"], each["campaign"]) for each in rows] == [("own_a", campaign)]
    shown = {each["figure"] for each in theirs}
    assert {"money_returned", "fines"} < shown
    assert shown.isdisjoint({"cases_opened", "violations", "complaints", "tenders_monitored"})
