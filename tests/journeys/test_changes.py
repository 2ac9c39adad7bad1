"""What those who follow live through: new alerts, corrections, withdrawals."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from shared.clock import SystemClock
from shared.security import InternalAuth, service_caller
from shared.vocabulary.identifiers import process_id
from tests.harness.purchases import purchase
from tests.journeys.site import Site

pytestmark = pytest.mark.slow


def release(ocid: str, *, alarm: bool, minutes: int = 0) -> dict[str, Any]:
    """A release of a purchase, dated some minutes after now."""
    now = datetime.now(UTC)
    made = purchase(1, alarm=alarm, now=now + timedelta(minutes=minutes))
    return {**made, "ocid": ocid, "id": f"{ocid}-{minutes}"}


async def test_an_alert_raised_while_the_agency_walks_appears_exactly_once(site: Site) -> None:
    new = process_id("agency", "ocds-agency-1")
    page = await site.get("/v1/alerts", limit=2)
    walked = page["data"]

    await site.publish("agency", release("ocds-agency-1", alarm=True))
    while page["page"]["has_more"]:
        page = await site.get("/v1/alerts", limit=2, cursor=page["page"]["next_cursor"])
        walked += page["data"]

    positions = [alert["position"] for alert in walked]
    assert positions == list(range(1, len(walked) + 1))
    assert len({alert["id"] for alert in walked}) == len(walked)
    assert [alert["process"] for alert in walked].count(new) == 1
    assert await site.walk("/v1/alerts") == walked


async def test_the_agency_that_knows_its_last_position_is_given_only_what_came_later(
    site: Site,
) -> None:
    known = (await site.walk("/v1/alerts"))[-1]["position"]
    assert await site.walk("/v1/alerts", after=known) == []

    await site.publish("agency", *(release(f"ocds-agency-{n}", alarm=True) for n in (2, 3)))

    later = await site.walk("/v1/alerts", after=known)
    assert [alert["position"] for alert in later] == [known + 1, known + 2]
    assert {alert["subject"]["ocid"] for alert in later} == {"ocds-agency-2", "ocds-agency-3"}
    assert all(alert["windows"] or alert["windows_reason"] for alert in later)


async def test_a_purchase_loaded_again_unchanged_raises_no_second_alert(site: Site) -> None:
    twice = release("ocds-agency-4", alarm=True)
    await site.publish("agency", twice)
    before = await site.walk("/v1/alerts")

    await site.publish("agency", twice)

    assert await site.walk("/v1/alerts") == before


async def test_a_correction_changes_the_score_and_its_etag_and_leaves_the_past_as_it_was(
    site: Site,
) -> None:
    path = f"/v1/scores/process/{process_id('correction', 'ocds-correction-1')}"
    await site.publish("correction", release("ocds-correction-1", alarm=False))
    old = await site.client.get(path)
    before = datetime.now(UTC)

    await site.publish("correction", release("ocds-correction-1", alarm=True, minutes=10))

    new = await site.client.get(path, headers={"If-None-Match": old.headers["ETag"]})
    assert new.status_code == 200
    assert new.headers["ETag"] != old.headers["ETag"]
    assert new.json()["score"]["expected"] > old.json()["score"]["expected"] + 20
    assert (await past(site, path, before))["score"] == old.json()["score"]
    assert (await past(site, path, datetime.now(UTC)))["score"] == new.json()["score"]


async def past(site: Site, path: str, moment: datetime) -> dict[str, Any]:
    """The score at an instant, as scoring tells it; strangers ask by days."""
    told = site.stage.platform.environment("gateway")
    auth = InternalAuth(
        service_caller("scores:read"),
        issuer="gateway",
        audience="scoring",
        key=SecretStr(told["INTERNAL_KEY"]),
        clock=SystemClock(),
    )
    async with httpx.AsyncClient(base_url=told["SCORING_URL"], auth=auth) as client:
        answer = await client.get(
            path.replace("/v1/", "/internal/"), params={"at": moment.isoformat()}
        )
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_score_of_yesterday_is_not_there_of_today_is_the_present_one_and_tomorrow_no_day(
    site: Site,
) -> None:
    path = f"/v1/scores/process/{process_id('history', 'ocds-history-1')}"
    await site.publish("history", release("ocds-history-1", alarm=True))
    now = await site.get(path)
    today = datetime.fromisoformat(now["computed_at"]).date()
    days = [today + timedelta(days=n) for n in (-1, 2)]

    statuses = [await site.status(path, at=day.isoformat()) for day in days]

    assert await site.get(path, at=today.isoformat()) == now
    assert statuses == [404, 422]
    assert (await site.get(f"{path}/explanation", at=today.isoformat()))["score"] == now["score"]


async def test_a_withdrawn_purchase_is_gone_from_every_door_until_its_publisher_restores_it(
    site: Site,
) -> None:
    gone = process_id("withdrawal", "ocds-withdrawal-1")
    await site.publish("withdrawal", release("ocds-withdrawal-1", alarm=True))
    there = await site.get(f"/v1/processes/{gone}")
    buyer = there["buyers"][0]["id"]
    alerts = await site.walk("/v1/alerts")

    words = ("withdraw", "--source", "withdrawal", "--reason", "published by mistake")
    ended = await site.command("ingestor", *words, "ocds-withdrawal-1")
    await site.settled()

    assert ended.status == 0
    doors = [there["links"][link] for link in ("self", "score", "explanation")]
    for path in (*doors, "/v1/processes/ocds-withdrawal-1", f"/v1/buyers/{buyer}"):
        assert await site.status(path) in {404, 410}, path
    assert (await site.get("/v1/ocds/releases", ocid=there["ocid"]))["releases"] == []
    assert await site.walk("/v1/processes", source="withdrawal") == []
    looked = await site.client.post("/v1/scores:lookup", json={"ids": [gone]})
    assert looked.json()["missing"] == [gone]
    assert await site.walk("/v1/alerts") == alerts

    await site.publish("withdrawal", release("ocds-withdrawal-1", alarm=False, minutes=20))
    back = await site.get(f"/v1/processes/{gone}")
    assert back["revision"] > there["revision"]
    assert back["score"]["expected"] < there["score"]["expected"]
