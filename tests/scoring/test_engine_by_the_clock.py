"""A day comes, no data does: what should have been done by then is found missing, and only it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from scoring.evaluate import bulk
from scoring.indicator import catalogue
from scoring.method import standard
from scoring.score import FLAGGED, NOT_APPLICABLE
from scoring.store import demand
from shared.contracts.alerts import Alert
from tests.scoring.eleven import plain
from tests.scoring.office import Office, statuses
from tests.scoring.releases import purchase_id, release

pytestmark = pytest.mark.thorough

I05 = msgspec.structs.replace(catalogue()["I05"], kind="breach")
"""Delay without an act; as a breach, so that it raises alerts whatever the band."""

DELIVERED = {"id": "1", "date": "2026-03-02", "approvedDate": "2026-03-03", "fine": {"amount": 0}}


def bought(ocid: str, planned: str, *acts: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A purchase whose contract is to be carried out by a day."""
    contract = {
        "id": "c",
        "status": "active",
        "dateSigned": "2026-02-24T08:00:00Z",
        "suppliers": [{"id": "supplier-0"}],
        "x_goszakup": {"method": "3"},
        "x_dates": {"planned": f"{planned}T00:00:00+05:00"},
        "x_acts": list(acts),
    }
    return release(ocid, contracts=[contract], **changes)


@pytest.fixture
async def office(alerting: Office) -> Office:
    """Judges by delay and nothing else."""
    alerting.profile = msgspec.structs.replace(plain(), minimum_group=1)
    await alerting.judge_by({"I05": I05})
    return alerting


async def test_on_the_day_that_the_score_names_one_finding_opens_and_nothing_else_moves(
    office: Office,
) -> None:
    await office.publish(
        bought("due", "2026-03-01"),
        bought("a-day-later", "2026-03-02"),
        bought("delivered", "2026-03-01", DELIVERED),
    )
    await office.work()
    day = date.fromisoformat((await _document(office, "due"))["recheck_on"])
    assert (await _document(office, "delivered"))["recheck_on"] is None
    assert await office.findings() == [] == await office.alerts()

    before = await _scores(office)
    await _go_to(office, day - timedelta(days=1))
    assert await _scores(office) == before
    assert await office.rows("SELECT * FROM rejudge") == []

    await _go_to(office, day)

    (finding,) = await office.findings()
    assert (finding["subject_id"], finding["indicator"]) == (purchase_id("due"), "I05")
    assert (finding["status"], finding["cause"]) == (FLAGGED, "clock")
    document = await _document(office, "due")
    assert (document["cause"], document["as_of"]) == ("clock", str(day))
    assert document["recheck_on"] is None
    after = await _scores(office)
    assert [ocid for ocid in before if after[ocid] != before[ocid]] == ["due"]
    (past,) = await office.rows(
        "SELECT subject_id, cause, recheck_on FROM score_past WHERE subject_type = 'process'"
    )
    assert tuple(past.values()) == (purchase_id("due"), "data", day)
    (row,) = await office.alerts()
    alert = msgspec.json.decode(row["document"], type=Alert)
    assert (alert.process, alert.indicators) == (purchase_id("due"), ["I05"])

    await _go_to(office, day)  # the same day once more: nothing is written
    assert await _scores(office) == after

    await office.publish(bought("due", "2026-03-01", DELIVERED))
    await office.work()
    assert await office.findings() == []
    (closed,) = await office.findings(still_open=False)
    assert (closed["closed_cause"], closed["closed_as"]) == ("data", "clear")


async def test_days_that_passed_while_no_engine_led_are_made_up_for_whatever_the_data_came_to(
    office: Office,
) -> None:
    await office.publish(
        bought("due", "2026-03-01"), bought("old", "2026-03-01"), origin="backfill"
    )
    await office.publish(bought("live", "2026-03-01"))
    await office.work()

    await office.stop()
    office.clock.advance(timedelta(days=200))
    await office.start()
    await office.work()

    found = await office.findings()
    assert {one["subject_id"] for one in found} == {
        purchase_id(ocid) for ocid in ("due", "old", "live")
    }
    assert {one["cause"] for one in found} == {"clock"}
    assert [row["subject_id"] for row in await office.alerts()] == [purchase_id("live")]


@pytest.mark.parametrize("restarted", [False, True])
async def test_what_waits_for_another_cause_on_its_day_raises_its_alert_all_the_same(
    office: Office, restarted: bool
) -> None:
    await office.publish(bought("due", "2026-03-01"))
    await office.work()
    day = date.fromisoformat((await _document(office, "due"))["recheck_on"])
    async with office.scoring.transaction() as connection:
        await demand(connection, "population", [purchase_id("due")])

    if restarted:
        await office.stop()
        office.clock.moment = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
        await office.start()
    await _go_to(office, day)

    assert [one["cause"] for one in await office.findings()] == ["clock"]
    assert [row["subject_id"] for row in await office.alerts()] == [purchase_id("due")]
    assert await office.rows("SELECT * FROM rejudge") == []


async def test_day_by_day_the_findings_are_those_of_a_bulk_run_as_of_the_day(
    office: Office,
) -> None:
    world = {f"ocds-{n}": f"2026-03-{n % 20 + 1:02}" for n in range(30)}
    await office.publish(
        *(
            bought(ocid, planned, *([DELIVERED] if n % 7 == 0 else []))
            for n, (ocid, planned) in enumerate(world.items())
        )
    )
    await office.work()
    first = min(date.fromisoformat(one["recheck_on"]) for one in await _documents(office))

    counts = []
    for past in range(0, 36, 3):
        day = first + timedelta(days=past - 4)
        await _go_to(office, day)
        if past % 9 == 0:
            await office.publish(bought(f"ocds-{past}", "2026-03-05"))
            await office.judge()
        found = {one["subject_id"] for one in await office.findings()}
        assert found == await _in_bulk(office, day)
        counts.append(len(found))

    assert counts[0] == 0
    assert len(set(counts)) > 4
    assert counts[-1] > 20


async def test_the_day_begins_at_midnight_in_kazakhstan(office: Office) -> None:
    await office.publish(bought("due", "2026-03-01"))
    await office.work()
    document = await _document(office, "due")
    midnight = datetime.fromisoformat(f"{document['recheck_on']}T00:00:00+05:00").astimezone(UTC)

    office.clock.moment = midnight - timedelta(seconds=1)
    await office.judge()
    assert statuses(await office.score("due")) == {"I05": NOT_APPLICABLE}

    office.clock.advance(timedelta(seconds=1))
    await office.judge()
    assert statuses(await office.score("due")) == {"I05": FLAGGED}


def test_only_what_is_said_of_one_purchase_may_go_by_the_clock() -> None:
    compared = msgspec.structs.replace(I05, population="SELECT day FROM judging_day")
    of_buyers = msgspec.structs.replace(I05, scope="all", subject="buyer")

    for one in (compared, of_buyers):
        with pytest.raises(ValueError, match="I05: only what is said of one purchase"):
            standard({"I05": one}, plain(), population_version=0, rows=[], rates={})


async def _go_to(office: Office, day: date) -> None:
    office.clock.moment = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
    await office.work()


async def _document(office: Office, ocid: str) -> dict[str, Any]:
    document = await office.score(ocid)
    assert document
    return document


async def _documents(office: Office) -> list[dict[str, Any]]:
    rows = await office.rows("SELECT document FROM score WHERE recheck_on IS NOT NULL")
    return [msgspec.json.decode(row["document"]) for row in rows]


async def _scores(office: Office) -> dict[str, tuple[Any, ...]]:
    rows = await office.rows(
        "SELECT subject_id, document, valid_from FROM score WHERE subject_type = 'process'"
    )
    named = {purchase_id(ocid): ocid for ocid in ("due", "a-day-later", "delivered")}
    return {named[row["subject_id"]]: (row["document"], row["valid_from"]) for row in rows}


async def _in_bulk(office: Office, day: date) -> set[str]:
    session = office.session

    def flagged(facts: Any) -> set[str]:
        found = bulk(facts, session.standard.catalogue, session.standard.profile, as_of=day)
        return {subject for one in found for _, subject, _ in one.flagged()}

    return await session.facts(flagged)
