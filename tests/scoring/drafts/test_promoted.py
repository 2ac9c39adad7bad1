"""What was approved is live: the engine judges by it within seconds, and no longer once retired."""

import json
from pathlib import Path
from typing import Any

import pytest

from scoring import judging
from scoring.drafts import checks, store
from scoring.drafts.promoted import promoted
from scoring.drafts.watch import DraftStoppedError, stop
from scoring.indicator import Indicator, catalogue
from shared.clock import SystemClock
from shared.database import Database
from shared.feed import publish_state
from tests.scoring.drafts.conftest import AIDA, SECOND
from tests.scoring.drafts.documents import document
from tests.scoring.office import NO_REDIS, Office, statuses
from tests.scoring.releases import change, release, suspicious
from tests.scoring.test_engine_at_work import _publish, _until, at_work

pytestmark = pytest.mark.thorough

FLAGGED = """
    SELECT count(*) = {n} FROM finding
    WHERE indicator = 'X-018' AND status = 'flagged' AND closed_at IS NULL"""


async def test_an_approved_draft_is_judged_by_and_a_retired_one_no_longer(
    platform_database_urls: dict[str, str], tmp_path: Path
) -> None:
    async with at_work(platform_database_urls, tmp_path, NO_REDIS, "R018") as (ingestor, scoring):
        await _publish(ingestor, "ocds-1")
        await _suspicious(ingestor)
        await _until(scoring, "SELECT count(*) = 2 FROM score WHERE subject_type = 'process'")
        draft = await _draft(scoring)

        await _put(scoring, draft, "live")
        await _until(scoring, FLAGGED.format(n=1))
        published = "SELECT count(*) = {n} FROM feed_state WHERE key = 'X-018' AND body IS NOT NULL"
        await _until(scoring, published.format(n=1))

        await _put(scoring, draft, "retired")
        await _until(scoring, FLAGGED.format(n=0))
        await _until(scoring, published.format(n=0))
        await _until(scoring, "SELECT count(*) = 0 FROM alert")


async def _judged_by(office: Office, indicators: dict[str, Indicator]) -> None:
    await office.judge_by(indicators)
    await office.work()


async def _suspicious(ingestor: Database) -> None:
    async with ingestor.transaction() as connection:
        await publish_state(connection, "releases", [change(suspicious("ocds-2"))])


async def _draft(scoring: Database, **changes: Any) -> str:
    read = checks.read(json.dumps(document(**changes)).encode())
    assert isinstance(read, Indicator)
    async with scoring.transaction() as connection:
        now = SystemClock().now()
        return await store.add(connection, read.code, checks.canonical(read), AIDA, now)


async def _put(scoring: Database, draft: str, state: str) -> None:
    async with scoring.transaction() as connection:
        row = await store.find(connection, draft)
        assert row is not None
        await store.move(connection, row, state, SECOND, SystemClock().now())


ON_LIVE_DATA = """
    WITH size AS (
      SELECT CASE WHEN count(*) > 0 THEN 100000 ELSE 0 END AS most FROM bid
      WHERE status = 'disqualified'),
    few AS (SELECT r.range AS x FROM range(100000) r JOIN size ON r.range < size.most),
    told AS (
      SELECT sum(a.x * b.x % 7) AS found FROM few a CROSS JOIN few b CROSS JOIN few c)
    SELECT j.pid AS subject, CASE WHEN t.found > 0 THEN 'flagged' ELSE 'clear' END AS status,
      CAST(NULL AS DOUBLE) AS value, CAST(NULL AS DOUBLE) AS threshold,
      CAST(NULL AS VARCHAR) AS missing
    FROM judged j CROSS JOIN told t"""
"""Without end where a bid was thrown out, and of no cost elsewhere."""


ON_LIVE_MEMORY = ON_LIVE_DATA.replace(
    "sum(a.x * b.x % 7) AS found FROM few a CROSS JOIN few b CROSS JOIN few c",
    "len(list(concat(a.x, '-', b.x))) AS found FROM few a CROSS JOIN few b",
)
"""Keeps ten thousand million texts where a bid was thrown out, and nothing elsewhere."""


async def test_an_engine_stops_a_draft_that_fills_its_memory_and_judges_on_by_the_others(
    platform_database_urls: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "MOST_MEMORY", "60MB")
    async with at_work(platform_database_urls, tmp_path, NO_REDIS, "R018") as (ingestor, scoring):
        await _publish(ingestor, "ocds-1")
        draft = await _draft(scoring, query=ON_LIVE_MEMORY, evidence=None)
        await _put(scoring, draft, "live")
        judged_by = "SELECT count(*) = {n} FROM feed_state WHERE key = 'X-018' AND body IS NOT NULL"
        await _until(scoring, judged_by.format(n=1))

        await _suspicious(ingestor)
        await _until(
            scoring,
            """SELECT count(*) = 1 FROM finding
            WHERE indicator = 'R018' AND status = 'flagged' AND closed_at IS NULL""",
        )
        await _until(scoring, judged_by.format(n=0))
        async with scoring.connection() as connection:
            reason = await connection.fetchval("SELECT reason FROM draft_step WHERE step = 'stop'")
            state = await connection.fetchval("SELECT state FROM draft WHERE id = $1", draft)
            errors = await connection.fetchval(
                "SELECT count(*) FROM finding WHERE status = 'error'"
            )

    assert (state, errors) == ("retired", 0)
    assert reason == ("Stopped on live data: it needed more than 60MB of memory and 2GB on disk.")


async def test_a_draft_whose_population_cannot_be_taken_stops_alone(
    scoring_office: Office,
) -> None:
    office = scoring_office
    torn = "SELECT 'all' AS peer, CAST(min(key) AS INTEGER) AS n FROM subject"
    await _put(office.scoring, await _draft(office.scoring, population=torn), "live")
    office.drafts = frozenset({"X-018"})
    await office.publish(release("ocds-1"))

    by = {"R018": catalogue()["R018"], **await promoted(office.scoring)}

    with pytest.raises(DraftStoppedError) as stopped:
        await _judged_by(office, by)

    assert stopped.value.code == "X-018"
    assert "it failed: Conversion Error" in stopped.value.reason


async def test_a_live_draft_that_explodes_on_live_data_is_stopped_and_scoring_goes_on(
    scoring_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "MOST_SECONDS", 3.0)
    monkeypatch.setattr(judging, "MOST_SPILL", "20GB")  # a fast disk takes 2 GB sooner
    office = scoring_office
    draft = await _draft(office.scoring, query=ON_LIVE_DATA, evidence=None)
    await _put(office.scoring, draft, "live")
    office.drafts = frozenset({"X-018"})
    await office.judge_by({"R018": catalogue()["R018"], **await promoted(office.scoring)})
    await office.publish(release("ocds-1"))
    await office.judge()
    assert statuses(await office.score("ocds-1"))["X-018"] == "clear"

    await office.publish(suspicious("ocds-2"))
    with pytest.raises(DraftStoppedError) as stopped:
        await office.judge()
    async with office.scoring.transaction() as connection:
        await stop(connection, stopped.value, office.clock)
    await office.judge_by({"R018": catalogue()["R018"], **await promoted(office.scoring)})
    await office.judge()

    assert statuses(await office.score("ocds-2")) == {"R018": "flagged"}
    (step,) = await office.rows(
        "SELECT before, after, organisation, reason FROM draft_step WHERE step = 'stop'"
    )
    assert tuple(step.values()) == (
        "live",
        "retired",
        "own_a",
        "Stopped on live data: it did not end within 3 seconds.",
    )
