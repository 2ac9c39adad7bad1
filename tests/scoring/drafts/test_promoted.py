"""What was approved is live: the engine judges by it within seconds, and no longer once retired."""

import json
from pathlib import Path

from scoring.drafts import checks, store
from scoring.indicator import Indicator
from shared.clock import SystemClock
from shared.database import Database
from shared.feed import publish_state
from tests.scoring.drafts.conftest import AIDA, SECOND
from tests.scoring.drafts.documents import document
from tests.scoring.office import NO_REDIS
from tests.scoring.releases import change, suspicious
from tests.scoring.test_engine_at_work import _publish, _until, at_work

FLAGGED = """
    SELECT count(*) = {n} FROM finding
    WHERE indicator = 'X-018' AND status = 'flagged' AND closed_at IS NULL"""


async def test_an_approved_draft_is_judged_by_and_a_retired_one_no_longer(
    platform_database_urls: dict[str, str], tmp_path: Path
) -> None:
    async with at_work(platform_database_urls, tmp_path, NO_REDIS) as (ingestor, scoring):
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


async def _suspicious(ingestor: Database) -> None:
    async with ingestor.transaction() as connection:
        await publish_state(connection, "releases", [change(suspicious("ocds-2"))])


async def _draft(scoring: Database) -> str:
    read = checks.read(json.dumps(document()).encode())
    assert isinstance(read, Indicator)
    async with scoring.transaction() as connection:
        now = SystemClock().now()
        return await store.add(connection, read.code, checks.canonical(read), AIDA, now)


async def _put(scoring: Database, draft: str, state: str) -> None:
    async with scoring.transaction() as connection:
        row = await store.find(connection, draft)
        assert row is not None
        await store.move(connection, row, state, SECOND, SystemClock().now())
