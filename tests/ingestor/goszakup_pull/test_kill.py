"""Killed in the middle, again and again, or with two schedulers: the set is the portal's."""

import asyncio
import json
import os

import asyncpg
import psutil
import pytest

from ingestor import runs
from ingestor.sources.goszakup.pull.follow import JOB, follow
from tests.ingestor.goszakup_pull.house import WHOLE, connected, filled, said
from tests.ingestor.goszakup_pull.purchases import FIRST, fill, oracle
from tests.ingestor.goszakup_pull.standin import TOKEN, Standin
from tests.ingestor.goszakup_pull.wire import Call
from tests.ingestor.office import Office
from tests.support.processes import Started

pytestmark = pytest.mark.thorough

KILLS = 4
PURCHASES = 400

# Every connection of the connector, as a restart of PostgreSQL does.
CUT = """
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE usename = 'ingestor' AND datname = current_database() AND pid <> pg_backend_pid()
"""


def start(office: Office, standin: Standin, *more: str) -> Started:
    told = {"GOSZAKUP_URL": standin.url, "GOSZAKUP_TOKEN": TOKEN, "GOSZAKUP_RATE": "0"}
    days = ("--from", str(WHOLE.since), "--to", str(WHOLE.until))
    words = ("backfill", "goszakup", "--json", *days, *more)
    return Started("ingestor", words, office.environment() | told)


async def held(office: Office) -> int:
    [row] = await office.rows("SELECT count(*) FROM process")
    return int(row["count"])


def works(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


@pytest.mark.check("F1", tier=1, limit="0 lost, 0 doubled")
async def test_a_back_fill_killed_four_times_ends_with_exactly_the_set_of_the_portal(
    office: Office, standin: Standin
) -> None:
    fill(standin, range(PURCHASES))
    there = [0]
    beside: list[psutil.Process] = []
    for kill in range(KILLS):
        killed = start(office, standin)
        while await held(office) <= there[-1] and killed.returncode is None:
            await asyncio.sleep(0.01 + 0.01 * kill)
        assert killed.returncode is None
        beside += psutil.Process(killed.pid).children()
        killed.kill()
        await killed.communicate()
        there.append(await held(office))
    last = start(office, standin)
    told, _ = await last.communicate()

    assert beside
    assert not any(map(works, beside))
    assert there == sorted(set(there))
    assert there[-1] < len(oracle(standin))
    assert await said(office) == oracle(standin)
    assert (last.returncode, json.loads(told)["status"]) == (0, "complete")
    async with office.database.connection() as connection:
        told_of = await runs.recent(connection, "goszakup", KILLS + 2)
    assert [run.status for run in told_of] == ["complete", *["incomplete"] * KILLS]
    assert {run.reason for run in told_of[1:]} == {runs.KILLED}
    [doubled] = await office.rows("SELECT count(*) - count(DISTINCT process) FROM source_record")
    [asked] = await office.rows("SELECT count(*) FROM portal_record WHERE root = 'TrdApp'")
    assert (doubled[0], asked[0]) == (0, len(standin.tables["TrdApp"]))


@pytest.mark.check("F23", tier=1, limit="one works")
async def test_of_two_schedulers_one_works_and_the_other_says_so(
    office: Office, standin: Standin
) -> None:
    fill(standin, range(100))
    both = [start(office, standin) for _ in range(2)]
    answers = [await one.communicate() for one in both]

    assert sorted(one.returncode or 0 for one in both) == [0, 4]
    idle = next(i for i, one in enumerate(both) if one.returncode == 4)
    assert b"another process is doing this; nothing was done" in answers[idle][1]
    assert await said(office) == oracle(standin)


@pytest.mark.check("F23", tier=1, limit="0 doubled")
async def test_two_that_both_believe_to_lead_do_no_harm_and_one_gives_way(
    office: Office, standin: Standin
) -> None:
    fill(standin, range(60))
    async with connected(office, standin) as one, connected(office, standin) as other:
        first = asyncio.create_task(follow(one))
        while not standin.asked("Lots"):
            await asyncio.sleep(0.005)
        [unlocked] = await office.rows(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory'"
            " AND classid = 7853 AND granted AND objid = (hashtext($1)::bigint & 4294967295)::oid",
            JOB,
        )
        leads = await follow(other)
        await asyncio.gather(first, return_exceptions=True)

    assert (unlocked[0], leads) == (1, True)
    assert await said(office) == oracle(standin)
    [doubled] = await office.rows("SELECT count(*) - count(DISTINCT process) FROM source_record")
    assert doubled[0] == 0


async def test_a_postgresql_that_cuts_every_connection_again_and_again_is_only_a_pause(
    office: Office, standin: Standin
) -> None:
    fill(standin, range(200))
    watcher = await asyncpg.connect(office.urls["ingestor"])
    one_by_one = asyncio.Lock()
    cuts: list[asyncio.Task[int]] = []

    async def cut_all() -> int:
        async with one_by_one:
            return int(await watcher.fetchval(CUT))

    def cut(_: Call) -> None:
        """Cut them with every ninth question, wherever the connector is by then."""
        if len(standin.calls) % 9 == 0:
            cuts.append(asyncio.create_task(cut_all()))

    standin.faults.append(cut)
    run = await filled(office, standin)
    cut_off = await asyncio.gather(*cuts)
    await watcher.close()

    assert len(cut_off) > 15
    assert sum(cut_off) > 8
    assert (run.status, run.reason) == ("complete", None)
    assert run.received == run.expected == 200 + 190
    assert await said(office) == oracle(standin)
    [doubled] = await office.rows("SELECT count(*) - count(DISTINCT process) FROM source_record")
    assert doubled[0] == 0


async def test_a_finished_back_fill_asks_for_nothing_and_again_compares_everything(
    office: Office, standin: Standin
) -> None:
    fill(standin, range(20))
    await filled(office, standin)
    feed, asked = await office.feed(), len(standin.calls)
    idle = await filled(office, standin)
    after = len(standin.calls)
    process = start(office, standin, "--again")
    told, _ = await process.communicate()

    assert (idle.status, idle.received, after) == ("complete", 0, asked)
    assert len(standin.calls) > after
    compared = json.loads(told)
    assert (compared["status"], compared["accepted"], compared["received"]) == ("complete", 0, 39)
    assert await office.feed() == feed
    assert str(FIRST) in compared["file"]
    assert os.environ.get("GOSZAKUP_TOKEN") is None
