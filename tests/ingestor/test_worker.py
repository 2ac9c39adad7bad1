import asyncio
from collections.abc import Iterator
from datetime import timedelta

import asyncpg
import prometheus_client
import pytest

from ingestor import runs
from ingestor.measure import Snapshot, intake
from ingestor.worker import Worker
from tests.ingestor.office import Office, release


@pytest.fixture(autouse=True)
def _fresh_measures() -> Iterator[None]:
    yield
    intake.snapshot = Snapshot()


def worker(office: Office) -> Worker:
    return Worker(office.database, office.vault, office.desk.bell, office.clock)


async def test_payloads_are_deleted_on_the_day_their_retention_ends_and_not_before(
    office: Office,
) -> None:
    await office.take([release(), b"null"])
    office.clock.advance(timedelta(days=364))
    await worker(office).purge()
    assert await held(office) == 2

    office.clock.advance(timedelta(days=1))
    await worker(office).purge()

    assert await held(office) == 0
    assert len(await office.published()) == 1


async def test_a_run_whose_program_died_is_marked_and_a_living_one_is_not(office: Office) -> None:
    await office.take([release()])
    other = await asyncpg.connect(office.urls["ingestor"])
    dying = await other.fetchval(runs.BEGIN, "test", "dying.jsonl", "live", 10)
    await other.execute("SELECT pg_advisory_lock($1, $2)", runs.RUN_LOCK, dying)
    await worker(office).go_round()
    [alive] = await office.rows("SELECT status FROM run WHERE id = $1", dying)

    other.terminate()
    await gone(office)
    await worker(office).go_round()

    [dead] = await office.rows("SELECT status, reason FROM run WHERE id = $1", dying)
    assert alive["status"] == "running"
    assert tuple(dead) == ("incomplete", runs.KILLED)


async def test_the_worker_shows_fates_by_source_the_quarantine_and_the_age_of_news(
    office: Office,
) -> None:
    await office.take([release(), release("ocds-t-2"), b"null", b"{"], "portal")
    await office.take([release(), b"null"], "portal")

    await worker(office).go_round()

    shown = prometheus_client.generate_latest().decode()
    assert 'releases_total{result="accepted",source="portal"} 2.0' in shown
    assert 'releases_total{result="unchanged",source="portal"} 1.0' in shown
    assert 'releases_total{result="quarantined",source="portal"} 3.0' in shown
    assert 'quarantine{code="truncated"} 1.0' in shown
    assert 'run_complete_timestamp{source="portal"} 1.' in shown


async def held(office: Office) -> int:
    async with office.vault.connection() as connection:
        count: int = await connection.fetchval("SELECT count(*) FROM payload")
        return count


async def gone(office: Office) -> None:
    """Wait until PostgreSQL has noticed that a connection is gone."""
    locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = $1::int::oid"
    for _ in range(200):
        [row] = await office.rows(locks, runs.RUN_LOCK)
        if row["count"] == 0:
            return
        await asyncio.sleep(0.02)
    pytest.fail("the lock of the dead run is still held")
