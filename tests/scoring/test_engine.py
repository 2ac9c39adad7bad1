"""The engine's work by value: what is judged, what is written, and what survives which loss."""

import asyncio
from datetime import timedelta

import pytest

from scoring.leader import leadership
from scoring.score import FLAGGED
from scoring.store import Superseded
from tests.scoring.office import Office, statuses
from tests.scoring.releases import (
    purchase_id,
    release,
    suspicious,
    tender,
)


async def test_a_dull_purchase_is_low_and_a_suspicious_one_high(scoring_office: Office) -> None:
    await scoring_office.publish(release("ocds-1"), suspicious("ocds-2"))

    await scoring_office.judge()

    dull, high = await scoring_office.score("ocds-1"), await scoring_office.score("ocds-2")
    assert dull
    assert high
    assert (dull["band"], dull["score"]["lower"], dull["cause"]) == ("low", 0.0, "data")
    flagged = {code for code, status in statuses(high).items() if status == FLAGGED}
    assert flagged == {"R003", "R018", "R028", "R030", "R035", "R036"}
    assert high["band"] == "high"
    assert high["subject"] == {
        "type": "process",
        "id": purchase_id("ocds-2"),
        "source": "invented",
        "ocid": "ocds-2",
    }
    assert (high["value"], high["data_seq"]) == ({"amount": "1500.00", "currency": "KZT"}, 2)
    counted = sum(line["counted"] for line in high["indicators"])
    assert counted == high["points"]["lower"]


async def test_what_is_judged_again_without_a_change_is_not_written_again(
    scoring_office: Office,
) -> None:
    await scoring_office.publish(release("ocds-1"), suspicious("ocds-2"))
    await scoring_office.work()
    before = await scoring_office.rows("SELECT * FROM score ORDER BY subject_id")
    past = await scoring_office.rows("SELECT * FROM score_past ORDER BY id")
    findings = await scoring_office.findings()
    scoring_office.clock.advance(timedelta(hours=1))

    await _judge_all_again(scoring_office, "population")

    assert await scoring_office.rows("SELECT * FROM score ORDER BY subject_id") == before
    assert await scoring_office.rows("SELECT * FROM score_past ORDER BY id") == past
    checked = [row.pop("last_checked") for row in await scoring_office.findings()]
    assert set(checked) == {scoring_office.clock.now()}
    assert [one["opened_at"] for one in findings] == [
        one["opened_at"] for one in await scoring_office.findings()
    ]


async def test_a_crash_between_facts_and_scores_leaves_nothing_unscored(
    scoring_office: Office,
) -> None:
    await scoring_office.publish(release("ocds-1"), suspicious("ocds-2"))
    await scoring_office.session.take_in()

    await scoring_office.restart()
    await scoring_office.judge()

    assert await scoring_office.score("ocds-1")
    assert await scoring_office.score("ocds-2")


async def test_a_withdrawn_purchase_withdraws_its_findings_and_keeps_its_past(
    scoring_office: Office,
) -> None:
    await scoring_office.publish(suspicious("ocds-1"), release("ocds-2"))
    await scoring_office.judge()

    await scoring_office.withdraw("ocds-1")
    await scoring_office.session.take_in()
    await scoring_office.restart()
    await scoring_office.judge()

    assert await scoring_office.score("ocds-1") is None
    assert await scoring_office.findings() == []
    closed = await scoring_office.findings(still_open=False)
    assert {one["closed_as"] for one in closed} == {"withdrawn"}
    assert all(one["closed_reason"] for one in closed)
    past = await scoring_office.rows("SELECT ended_by FROM score_past")
    assert past == [{"ended_by": "withdrawn"}]
    assert await _published(scoring_office, f"process/{purchase_id('ocds-1')}") is None
    assert await _sum_of_tally(scoring_office) == 8


async def test_a_flag_is_replaced_by_the_result_that_takes_its_place(
    scoring_office: Office,
) -> None:
    await scoring_office.publish(suspicious("ocds-1"))
    await scoring_office.judge()
    scoring_office.clock.advance(timedelta(days=1))

    await scoring_office.publish(suspicious("ocds-1", tender=tender(numberOfTenderers=3)))
    await scoring_office.judge()

    found = await scoring_office.findings(still_open=False)
    closed = {one["indicator"]: one["closed_as"] for one in found if one["closed_at"]}
    assert closed == {"R003": "clear", "R018": "clear"}
    still = {one["indicator"]: one["opened_at"] for one in found if not one["closed_at"]}
    assert still.keys() == {"R028", "R030", "R035", "R036"}
    assert set(still.values()) == {scoring_office.clock.now() - timedelta(days=1)}


async def test_a_cancelled_purchase_keeps_its_flags(scoring_office: Office) -> None:
    await scoring_office.publish(suspicious("ocds-1"))
    await scoring_office.judge()
    found = suspicious("ocds-1")

    await scoring_office.publish(found | {"tender": found["tender"] | {"status": "cancelled"}})
    await scoring_office.judge()

    assert len(await scoring_office.findings()) == 6


async def test_lost_facts_are_rebuilt_and_nothing_is_written_anew(
    scoring_office: Office,
) -> None:
    await scoring_office.publish(release("ocds-1"), suspicious("ocds-2"))
    await scoring_office.work()
    before = await scoring_office.rows("SELECT * FROM score ORDER BY subject_id")
    await scoring_office.stop()
    (scoring_office.folder / "facts.duckdb").unlink()

    await scoring_office.start()
    await scoring_office.publish(release("ocds-3"))
    await scoring_office.judge()

    after = await scoring_office.rows("SELECT * FROM score ORDER BY subject_id")
    assert [row for row in after if row["subject_id"] != purchase_id("ocds-3")] == before
    assert await scoring_office.score("ocds-3")


async def test_a_feed_begun_anew_is_judged_anew_and_what_is_no_longer_in_it_withdrawn(
    scoring_office: Office,
) -> None:
    await scoring_office.publish(release("ocds-1"), suspicious("ocds-2"), release("ocds-4"))
    await scoring_office.work()
    before = await scoring_office.score("ocds-2")
    async with scoring_office.ingestor.connection() as connection:
        await connection.execute("DELETE FROM feed_state; DELETE FROM feed_head")

    await scoring_office.publish(suspicious("ocds-2"), release("ocds-3"))
    await scoring_office.judge()

    scored = await scoring_office.rows("SELECT subject_id FROM score WHERE subject_type='process'")
    assert {row["subject_id"] for row in scored} == {purchase_id("ocds-2"), purchase_id("ocds-3")}
    assert await scoring_office.score("ocds-2") == before


@pytest.mark.check("F23", tier=1, limit="one writes")
async def test_two_engines_never_write_against_each_other(scoring_office: Office) -> None:
    await scoring_office.publish(release("ocds-1"))
    await scoring_office.session.take_in()
    async with scoring_office.scoring.connection() as connection:
        await connection.execute("UPDATE engine SET scored_seq = 1")

    with pytest.raises(Superseded):
        await scoring_office.session.judge_changes()

    assert await scoring_office.score("ocds-1") is None


async def test_a_second_engine_waits_until_the_first_is_gone(
    platform_database_urls: dict[str, str],
) -> None:
    url = platform_database_urls["scoring"]
    led = []

    async def lead() -> None:
        async with leadership(url):
            led.append("second")

    async with leadership(url):
        second = asyncio.create_task(lead())
        await asyncio.sleep(1.2)
        assert led == []
    await asyncio.wait_for(second, 5)

    assert led == ["second"]


@pytest.mark.thorough
@pytest.mark.check("F2", tier=1, limit="0 unscored, 0 alerts lost or doubled")
@pytest.mark.check("F10", tier=1, limit="0 lost, 0 doubled")
async def test_cut_off_at_any_moment_nothing_is_unscored_and_no_alert_lost_or_doubled(
    scoring_office: Office,
) -> None:
    scoring_office.alerts_since = scoring_office.clock.now() - timedelta(days=1)
    await scoring_office.restart()
    cuts = 0
    for round_ in range(25):
        await scoring_office.publish(
            *[release(f"ocds-{round_}-{n}") for n in range(5)], suspicious(f"ocds-{round_}-x")
        )
        working = asyncio.create_task(scoring_office.judge())
        await asyncio.wait([working], timeout=0.004 * (round_ + 1))
        cuts += not working.done()
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        await scoring_office.restart()

    await scoring_office.judge()

    assert cuts >= 5
    assert (await scoring_office.rows("SELECT count(*) AS n FROM score"))[0]["n"] == 150
    alerts = await scoring_office.alerts()
    wanted = {purchase_id(f"ocds-{n}-x") for n in range(25)}
    assert sorted(one["subject_id"] for one in alerts) == sorted(wanted)
    events = await scoring_office.rows(
        "SELECT key, seq FROM feed_event WHERE feed = 'alerts' ORDER BY seq"
    )
    assert [row["seq"] for row in events] == list(range(1, 26))
    assert {row["key"] for row in events} == {one["id"] for one in alerts}


async def _judge_all_again(office: Office, cause: str) -> None:
    async with office.scoring.connection() as connection:
        await connection.execute(
            "INSERT INTO rejudge SELECT subject_id, $1 FROM score WHERE subject_type = 'process'",
            cause,
        )
    office.session.waiting = True
    while await office.session.judge_anew():
        pass


async def _published(office: Office, key: str) -> bytes | None:
    rows = await office.rows("SELECT body FROM feed_state WHERE feed='scores' AND key=$1", key)
    body: bytes | None = rows[0]["body"]
    return body


async def _sum_of_tally(office: Office) -> int:
    rows = await office.rows("SELECT sum(n)::bigint AS n FROM tally WHERE subject_type='process'")
    total: int = rows[0]["n"]
    return total
