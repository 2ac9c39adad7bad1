"""The sandbox's clock, its truth and its cost."""

from datetime import UTC, date, datetime, timedelta

import httpx
import pytest

from deploy.sandbox.server.access import Access
from deploy.sandbox.server.app import Server
from deploy.sandbox.server.pace import Pace
from deploy.sandbox.world import World
from tests.deploy.sandbox_portal import TOKEN, at, portal
from tests.support.pace import slowness

QUERY = "{Contract(limit:200,after:%s){id contractNumberSys ContractUnits{id Plans{id}}}}"


def test_the_clock_goes_forward_on_demand_and_brings_news() -> None:
    with portal(800, at("2026-03-02 09:00")) as asker:
        before = asker.oracle("TrdBuy")
        moved = asker.post("/sandbox/clock", {"days": 2, "hours": 1})
        later = asker.oracle("TrdBuy")

        assert moved["now"] == "2026-03-04T10:00:00"
        assert set(before) < set(later)
        assert min(set(later) - set(before)) > max(before)
        assert asker.post("/sandbox/clock", {"to": "2026-03-05T00:00:00+05:00"})["now"] == (
            "2026-03-05T00:00:00"
        )


@pytest.mark.parametrize("body", [{"to": "2026-03-01"}, {"days": -1}, {"to": "soon"}, {"day": 1}])
def test_the_clock_never_goes_back_and_says_what_is_wrong(body: dict[str, object]) -> None:
    with portal(200, at("2026-03-02 09:00")) as asker:
        assert "detail" in asker.post("/sandbox/clock", body, 422)
        assert asker.get("/sandbox/clock")["now"] == "2026-03-02T09:00:00"


def test_a_minute_of_ours_is_an_hour_at_the_fast_pace_until_the_present_is_reached() -> None:
    began = datetime(2026, 6, 1, 12, tzinfo=UTC)
    pace = Pace("fast", at("2026-05-01 09:00"), began)

    assert pace.moment(began + timedelta(minutes=3)) == at("2026-05-01 12:00")
    assert pace.moment(began + timedelta(days=2)) == at("2026-06-03 17:00")


def test_a_server_that_was_away_shows_the_days_between_when_it_is_back() -> None:
    moment = [datetime(2026, 6, 1, 12, tzinfo=UTC)]
    worlds = []
    for hours in (0, 2):
        moment[0] += timedelta(hours=hours)
        pace = Pace("fast", at("2026-05-01 00:00"), datetime(2026, 6, 1, 12, tzinfo=UTC))
        server = Server(World(1, 400, date(2026, 4, 1)), Access(TOKEN), pace, lambda: moment[0])
        server.tick()
        worlds.append(server.portal.world)

    first, second = worlds
    assert second.now - first.now == timedelta(hours=120)
    assert len(second.table("TrdBuy")) > len(first.table("TrdBuy"))
    early = first.table("TrdBuy")
    assert list(early) == list(second.table("TrdBuy"))[: len(early)]


def test_the_truth_and_the_registers_outside_the_portal_can_be_read() -> None:
    with portal(1_500) as asker:
        truth = asker.get("/sandbox/truth")
        registers = asker.get("/sandbox/registers")

    assert {"scheme", "indicator", "subject", "story", "planted_on", "innocent"} <= truth[0].keys()
    assert {entry["innocent"] for entry in truth} == {True, False}
    assert {"vat_payers", "unfair", "legal_entities"} <= registers.keys()


@pytest.mark.thorough
def test_its_own_cost_is_told_apart_and_it_serves_three_thousand_records_a_second() -> None:
    with portal(20_000, at("2026-03-01 00:00")) as asker:
        asker.post("/sandbox/usage", {})
        served, after = 0, 99_999_999
        while True:
            answer = asker.ask(QUERY % after)
            served += len(answer["data"]["Contract"])
            after = answer["extensions"]["pageInfo"]["lastId"]
            if not answer["extensions"]["pageInfo"]["hasNextPage"]:
                break
        usage = asker.get("/sandbox/usage")

    assert usage["records"] == served > 2_000
    assert 0 < usage["serving_seconds"] < usage["wall_seconds"]
    assert usage["records_a_cpu_second"] * slowness() > 3_000 / 3  # one run, on a shared machine
    assert usage["resident_bytes"] > 0


def test_what_is_no_address_of_the_sandbox_is_refused() -> None:
    with portal(200, at("2026-02-01 00:00")) as asker:
        asker.get("/sandbox/nothing", 404)
        asker.post("/sandbox/truth", {}, 405)
        assert "tables" not in asker.get("/sandbox/oracle/Nothing", 422)
        assert httpx.get(f"{asker.http.base_url}/readyz").status_code == 200
