import asyncio
import hashlib
import json
import os
import signal
from pathlib import Path

import asyncpg
import pytest

from ingestor import runs
from tests.ingestor.office import Office, lines, opened_office, release
from tests.support.postgres import Cluster
from tests.support.processes import Started

pytestmark = pytest.mark.thorough

PROCESSES = 4_000

# Every connection but the one that asks, as a restart of PostgreSQL does.
CUT = """
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE usename = 'ingestor' AND datname = current_database() AND pid <> pg_backend_pid()
"""


def content() -> bytes:
    """Write lines of some size; every process has two releases, thousands of lines apart."""
    return lines(
        release(f"ocds-kill-{process}", number, note="x" * 400)
        for number in (1, 2)
        for process in range(PROCESSES)
    )


def start(office: Office, file: Path) -> Started:
    words = ("load", str(file), "--source", "kill", "--json")
    return Started("ingestor", words, office.environment())


async def batches_stored(office: Office) -> int:
    [row] = await office.rows("SELECT coalesce(max(received), 0) AS received FROM run")
    return int(row["received"])


async def said(office: Office) -> dict[str, str]:
    """Return a digest of what each process says, apart from how often it said it."""
    return {
        ocid: hashlib.sha256(json.dumps(body["release"]).encode()).hexdigest()
        for (_, ocid), body in (await office.published()).items()
    }


@pytest.mark.check("F1", tier=1, limit="0 lost, 0 doubled")
async def test_a_load_killed_in_the_middle_and_loaded_again_gives_exactly_the_same_set(
    office: Office, cluster: Cluster, tmp_path: Path
) -> None:
    file = tmp_path / "kill.jsonl"
    file.write_bytes(content())
    async with opened_office(cluster) as undisturbed:
        await undisturbed.take(file.read_bytes(), "kill", file="kill.jsonl")
        wanted = await said(undisturbed)

    killed = start(office, file)
    while await batches_stored(office) < 2_000:
        await asyncio.sleep(0.02)
    os.kill(killed.pid, signal.SIGKILL)
    await killed.communicate()
    stored = await batches_stored(office)
    again = start(office, file)
    told, _ = await again.communicate()

    dead, done = await listed(office)
    assert 2_000 <= stored < 2 * PROCESSES
    assert (dead.status, dead.reason) == ("incomplete", runs.KILLED)
    assert (dead.expected, dead.received) == (2 * PROCESSES, stored)
    assert again.returncode == 0
    assert json.loads(told)["status"] == done.status == "complete"
    assert (done.received, done.unchanged) == (2 * PROCESSES, stored)
    assert await said(office) == wanted


async def test_a_load_that_is_told_to_stop_says_that_it_is_incomplete(
    office: Office, tmp_path: Path
) -> None:
    file = tmp_path / "kill.jsonl"
    file.write_bytes(content())

    stopped = start(office, file)
    while await batches_stored(office) < 1_000:
        await asyncio.sleep(0.02)
    stopped.terminate()
    _, complaint = await stopped.communicate()

    [run] = await listed(office)
    assert stopped.returncode == 3
    assert b"load the file again" in complaint
    assert (run.status, run.reason) == ("incomplete", "Interrupted; load the file again")


@pytest.mark.check("F7", tier=1, limit="0 lost")
async def test_database_connections_cut_in_the_middle_are_only_a_pause(office: Office) -> None:
    watcher = await asyncpg.connect(office.urls["ingestor"])
    loading = asyncio.create_task(office.take(content(), "cut"))

    seen, cuts = 0, 0
    while cuts < 3:
        await asyncio.sleep(0.02)
        stored = await watcher.fetchval("SELECT coalesce(max(received), 0) FROM run")
        if stored > seen:
            seen, cuts = stored, cuts + 1
            assert await watcher.fetchval(CUT) > 0
    run = await loading
    await watcher.close()

    assert (run.status, run.received) == ("complete", 2 * PROCESSES)
    assert (run.accepted, run.unchanged) == (2 * PROCESSES, 0)
    assert len(await office.published()) == PROCESSES


async def listed(office: Office) -> list[runs.Run]:
    async with office.database.connection() as connection:
        return list(reversed(await runs.recent(connection, None, 10)))
