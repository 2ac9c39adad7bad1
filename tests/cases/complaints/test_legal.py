"""The law as callers ask it over the service."""

from datetime import date
from typing import Any

import pytest
from icalendar import Calendar

from cases.law.catalogue import routes
from tests.cases.complaints.desk import CASE, confirm, drafted, filed, open_case
from tests.cases.office import AIDA, NOW, STRANGER, Office, problem


async def test_routes_are_ranked_and_those_refused_say_why(office: Office) -> None:
    asked: dict[str, Any] = {
        "standing": "participant",
        "stage": "results",
        "method": "competition",
        "object": "results",
        "event": "results_posted",
        "since": "2026-03-02",
        "day": "2026-03-03",
    }
    found = (await office.get("/legal/routes", **asked)).json()
    first = found["routes"][0]
    assert (first["code"], first["window_closes_on"]) == ("pp25_supplier", "2026-03-05")
    assert (first["confirmed"], first["renders"], first["templates"]) == (
        False,
        False,
        ["pp25_complaint"],
    )
    assert {one["code"] for one in found["routes"] + found["refused"]} == routes(NOW.date()).keys()
    direct = (await office.get("/legal/routes", **asked | {"method": "direct"})).json()
    refused = next(one for one in direct["refused"] if one["code"] == "pp25_supplier")
    reason = next(one for one in refused["reasons"] if one["code"] == "method")
    assert "бір көзден" in reason["words"]["kk"].lower()
    assert reason["cite"] == ["106-VIII 25(1)"]
    late = (await office.get("/legal/routes", **asked | {"day": "2026-03-06"})).json()
    closed = next(one for one in late["refused"] if one["code"] == "pp25_supplier")
    assert [(one["code"], one["on"]) for one in closed["reasons"]] == [
        ("window_closed", "2026-03-05")
    ]
    await confirm(office, "route", "pp25_supplier")
    again = (await office.get("/legal/routes", **asked)).json()["routes"][0]
    assert (again["confirmed"], again["renders"]) == (True, True)


async def test_a_situation_that_is_not_told_or_not_known_is_refused(office: Office) -> None:
    known = {"standing": "person", "stage": "paid", "method": "direct"}
    situations: tuple[dict[str, Any], ...] = (
        {},
        known | {"standing": "king"},
        known | {"event": "learned"},
        known | {"regime": "private"},
        known | {"taken": "pp26"},
        known | {"region": "xx"},
    )
    for wrong in situations:
        assert problem(await office.get("/legal/routes", **wrong)) == (422, "validation_failed")


async def test_a_deadline_is_computed_with_its_steps(office: Office) -> None:
    body = {
        "route": "pp25_supplier",
        "term": "window",
        "happened": [{"kind": "results_posted", "on": "2025-02-10"}],
        "as_of": "2025-02-11",
    }
    found = (await office.post("/legal/deadline", body)).json()
    # Mon 10 Feb 2025; Tue 11 one, Wed 12 two, Thu 13 three.
    assert (found["due_on"], found["confirmed"]) == ("2025-02-13", False)
    assert found["cite"][0] == "106-VIII 25(1)"
    assert all(step["text"].keys() == {"kk", "ru", "en"} for step in found["steps"])
    for wrong in (
        body | {"route": "pp26"},
        body | {"term": "teatime"},
        body | {"happened": [{"kind": "sneezed", "on": "2025-02-10"}]},
        body | {"happened": [{"kind": "results_posted", "on": "2025-02-12"}]},
    ):
        assert problem(await office.post("/legal/deadline", wrong)) == (422, "validation_failed")


async def test_the_calendar_says_of_each_day_why(office: Office) -> None:
    asked: dict[str, Any] = {"first": "2026-03-18", "last": "2026-03-26"}
    found = (await office.get("/legal/calendar", **asked)).json()
    assert found["working_days"] == 4  # 18, 19, 20, 26
    assert [day["day"] for day in found["days"] if day["working"]] == [
        *("2026-03-18", "2026-03-19", "2026-03-20", "2026-03-26")
    ]
    wrongs: tuple[dict[str, Any], ...] = (
        {"first": "2026-03-18", "last": "2026-03-17"},
        {"first": "1990-01-01"},
        {"first": "2025-01-01", "last": "2026-06-01"},
    )
    for wrong in wrongs:
        assert problem(await office.get("/legal/calendar", **wrong)) == (422, "validation_failed")


async def test_bodies_are_listed_as_of_a_day_by_kind_and_region(office: Office) -> None:
    async def codes(**asked: Any) -> list[str]:
        answer = await office.get("/authorities", limit=200, **asked)
        return [one["code"] for one in answer.json()["data"]]

    assert "anti_corruption_agency" in await codes(day="2025-06-30")
    assert "anti_corruption_agency" not in await codes(day="2025-07-01")
    near = await codes(kind="internal_audit", region="751110000")
    assert near == ["internal_audit", "internal_audit_region.75"]
    one = await office.get("/authorities", limit=1, kind="internal_audit", region="75")
    assert one.json()["after"] == ["internal_audit"]
    rest = await office.get(
        "/authorities",
        AIDA,
        limit=1,
        kind="internal_audit",
        region="75",
        after='["internal_audit"]',
    )
    assert [each["code"] for each in rest.json()["data"]] == ["internal_audit_region.75"]


async def test_bodies_of_a_place_that_moved_are_those_of_its_region_of_today(
    office: Office,
) -> None:
    taldykorgan = "191000000"  # Almaty Region, until Zhetisu was formed
    of_kind = await office.get("/authorities", limit=200, kind="internal_audit", region=taldykorgan)
    of_any = await office.get("/authorities", limit=200, region=taldykorgan)
    written = await office.get("/authorities", limit=200, region="33")
    found = await office.get(
        "/legal/routes",
        standing="participant",
        stage="results",
        method="competition",
        region=taldykorgan,
        day="2026-03-03",
    )

    assert {one["region"] for one in of_kind.json()["data"]} == {None, "33"}
    assert {one["region"] for one in of_any.json()["data"]} == {None, "33"}
    assert of_any.json() == written.json()
    offered = {code for one in found.json()["routes"] for code in one["authorities"]}
    assert "internal_audit_region.33" in offered


@pytest.mark.parametrize(
    ("name", "word"), [("region", "xx"), ("region", "99"), ("kind", "internal_audti")]
)
async def test_bodies_of_no_place_and_of_no_kind_are_refused_instead_of_left_out(
    office: Office, name: str, word: str
) -> None:
    refused = await office.get("/authorities", AIDA, **{name: word, "limit": 5})

    assert problem(refused) == (422, "validation_failed")
    assert refused.json()["errors"][0]["pointer"] == f"/query/{name}"


async def test_templates_say_what_they_take(office: Office) -> None:
    found = (await office.get("/templates", limit=50)).json()["data"]
    by_code = {one["code"]: one for one in found}
    takes = {one["name"]: one for one in by_code["supplier_notice"]["takes"]}
    assert takes["vat"]["kind"] == "money"
    assert takes["reply_by"]["needed"] is False
    assert takes["sender_bin"]["title"]["kk"] == "БСН (ЖСН)"
    assert not any(one["confirmed"] for one in found)
    of_route = await office.get("/templates", limit=50, route="pp25_supplier")
    assert [one["code"] for one in of_route.json()["data"]] == ["pp25_complaint"]
    letterless = await office.get("/templates", limit=50, route="pp25_court")
    assert letterless.json()["data"] == []


async def test_the_days_of_complaints_go_into_a_calendar_but_none_of_an_embargoed_case(
    office: Office,
) -> None:
    await open_case(office)
    for kind, code in (("route", "appc76_appeal"), ("template", "general_appeal")):
        await confirm(office, kind, code)
    complaint = await filed(office)
    await drafted(office)  # an appeal may be filed at any time: no day
    calendar = Calendar.from_ical((await office.get("/complaints.ics")).content)
    (event,) = calendar.walk("VEVENT")
    assert str(event["uid"]).startswith(complaint["id"])
    assert event.decoded("dtstart") == date(2026, 3, 27)
    assert "Internal State Audit Committee" in str(event["summary"])
    told = await office.get("/complaints.ics", address="https://api.example.org")
    (event,) = Calendar.from_ical(told.content).walk("VEVENT")
    assert str(event["url"]) == f"https://api.example.org/v1/complaints/{complaint['id']}"
    assert not Calendar.from_ical((await office.get("/complaints.ics", STRANGER)).content).walk(
        "VEVENT"
    )
    async with office.tables() as connection:
        await connection.execute("UPDATE casefile SET embargoed = true")
    hidden = Calendar.from_ical((await office.get("/complaints.ics")).content)
    assert not hidden.walk("VEVENT")


async def test_the_calendar_has_what_was_handed_over_without_its_tip_and_nothing_that_rests_on_one(
    office: Office,
) -> None:
    await open_case(office)
    for kind, code in (("route", "appc76_appeal"), ("template", "general_appeal")):
        await confirm(office, kind, code)
    await filed(office)
    async with office.tables() as connection:
        await connection.execute(
            "INSERT INTO case_link VALUES ('lnk_t', $1, 'tip', 'tip_1', now())", CASE
        )
    resting = Calendar.from_ical((await office.get("/complaints.ics")).content)
    async with office.tables() as connection:  # as a hand-over does
        await connection.execute("UPDATE case_link SET ended_at = now(), reason = 'handed_over'")
    handed = Calendar.from_ical((await office.get("/complaints.ics")).content)

    assert len((await office.get("/complaints", limit=5)).json()["data"]) == 1
    assert not resting.walk("VEVENT")
    assert len(handed.walk("VEVENT")) == 1
