"""The engine as it runs: woken by the bell or by itself, alive to be seen, gone when told to."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from scoring.engine import Engine
from scoring.settings import Settings
from shared.clock import SystemClock
from shared.database import Database
from shared.feed import publish_state
from shared.feed.client import FeedClient
from shared.queue import Bell
from tests.scoring.office import NO_REDIS
from tests.scoring.releases import change, release
from tests.support.feeds import KEY, URL, feed_client
from tests.support.postgres import opened

pytestmark = pytest.mark.thorough

PATIENCE = 15.0


@asynccontextmanager
async def at_work(
    urls: dict[str, str], folder: Path, redis_url: str, indicators: str = ""
) -> AsyncIterator[tuple[Database, Database]]:
    """An engine that runs by itself, between the ingestor's tables and scoring's."""
    settings = Settings(
        database_url=urls["scoring"],
        redis_url=redis_url,
        internal_key=KEY,
        facts_path=folder / "facts.duckdb",
        indicators=indicators,
    )
    async with (
        opened(urls["ingestor"]) as ingestor,
        opened(urls["scoring"]) as scoring,
        feed_client(ingestor, "releases", "plans", "registers") as client,
    ):
        bell, stop = await Bell.connect(redis_url), asyncio.Event()
        engine = Engine(settings, scoring, FeedClient(URL, client), bell, SystemClock())
        running = asyncio.create_task(engine.run(stop))
        try:
            yield ingestor, scoring
        finally:
            stop.set()
            await asyncio.wait_for(running, 5)
            await bell.close()


async def test_it_starts_judges_compares_and_shows_that_it_lives(
    platform_database_urls: dict[str, str], tmp_path: Path
) -> None:
    async with at_work(platform_database_urls, tmp_path, NO_REDIS) as (ingestor, scoring):
        await _publish(ingestor, "ocds-1", "ocds-2")

        await _until(scoring, "SELECT count(*) = 2 FROM score WHERE subject_type = 'process'")
        await _until(scoring, "SELECT compared_seq = 2 AND population_version = 1 FROM engine")
        await _until(scoring, "SELECT count(*) = 0 FROM rejudge")
        await _until(scoring, "SELECT heartbeat_at > now() - interval '5 s' FROM engine")

        await _publish(ingestor, "ocds-3")
        await _until(scoring, "SELECT count(*) = 3 FROM score WHERE subject_type = 'process'")


async def test_a_bell_alone_is_enough(
    platform_database_urls: dict[str, str],
    tmp_path: Path,
    valkey_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("scoring.engine.SWEEP", 3600.0)
    async with at_work(platform_database_urls, tmp_path, valkey_url) as (ingestor, scoring):
        bell = await Bell.connect(valkey_url)

        for number in range(1, 6):
            await bell.ring("releases", await _publish(ingestor, f"ocds-{number}"))
            await _until(scoring, f"SELECT scored_seq = {number} FROM engine")
        await bell.close()


async def test_it_goes_on_when_its_connections_are_cut(
    platform_database_urls: dict[str, str], tmp_path: Path
) -> None:
    async with at_work(platform_database_urls, tmp_path, NO_REDIS) as (ingestor, scoring):
        await _publish(ingestor, "ocds-1")
        await _until(scoring, "SELECT scored_seq = 1 FROM engine")

        async with scoring.connection() as connection:
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND usename = current_user "
                "AND pid <> pg_backend_pid()"
            )
        await _publish(ingestor, "ocds-2")

        await _until(scoring, "SELECT scored_seq = 2 FROM engine")


async def _publish(ingestor: Database, *ocids: str) -> int:
    async with ingestor.transaction() as connection:
        changes = [change(release(ocid)) for ocid in ocids]
        return await publish_state(connection, "releases", changes)


async def _until(database: Database, question: str) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        async with database.connection() as connection:
            if await connection.fetchval(question):
                return
        if time.monotonic() > until:
            pytest.fail(f"not within {PATIENCE} s: {question}")
        await asyncio.sleep(0.02)
