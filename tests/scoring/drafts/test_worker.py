"""A back-test is done whatever happens to its worker, and never in the way of the engine."""

import asyncio
import os
from pathlib import Path

import msgspec
import pytest

from scoring.drafts import jobs, keeper
from scoring.drafts.confined import Task
from scoring.drafts.lending import borrow, lend, lent, wanted
from scoring.drafts.limits import Limits
from scoring.drafts.worker import Trier
from scoring.indicator import Indicator
from tests.scoring.drafts.conftest import Bureau
from tests.scoring.drafts.documents import CLEAR, querying
from tests.scoring.releases import suspicious

pytestmark = pytest.mark.thorough


async def test_a_killed_worker_leaves_its_back_test_to_the_next(bureau: Bureau) -> None:
    draft = await bureau.draft()
    asked = await bureau.post(f"/indicator-drafts/{draft}/back-tests", {})
    identifier = asked.json()["id"]
    now = bureau.office.clock.now()
    async with bureau.office.scoring.connection() as held:
        taken = await jobs.take(held, now)
        async with bureau.office.scoring.connection() as other:
            meanwhile = await jobs.take(other, now)
        # As when its process is killed: the session ends, and with it the lock.
        await held.execute("SELECT pg_advisory_unlock_all()")

    await bureau.work()

    found = (await bureau.get(f"/back-tests/{identifier}")).json()
    assert taken is not None
    assert meanwhile is None
    assert (found["state"], found["attempts"]) == ("done", 2)


async def test_a_back_test_that_takes_its_worker_along_is_not_begun_for_ever(
    bureau: Bureau,
) -> None:
    draft = await bureau.draft()
    asked = await bureau.post(f"/indicator-drafts/{draft}/back-tests", {})
    identifier = asked.json()["id"]
    for _ in range(3):
        async with bureau.office.scoring.connection() as connection:
            assert await jobs.take(connection, bureau.office.clock.now())
            await jobs.release(connection, identifier)

    await bureau.work()

    found = (await bureau.get(f"/back-tests/{identifier}")).json()
    assert found["state"] == "failed"
    assert "three times" in found["reason"]


async def test_the_reason_why_a_draft_was_stopped_is_told(bureau: Bureau) -> None:
    tight = bureau.settings.model_copy(update={"draft_cpu_seconds": 2, "draft_seconds": 5})
    bureau.trier = Trier(tight, bureau.office.scoring, bureau.office.clock)
    # Past the checks: as if a query had found a way that no list knows of.
    draft = await _smuggled(bureau, f"SELECT len(rpad('x', 2000000000, 'y')) AS subject, {CLEAR}")

    tried = await bureau.tried(draft)
    await bureau.office.publish(suspicious("ocds-3"))
    await bureau.office.judge()

    assert tried["state"] == "failed"
    assert tried["reason"].startswith("The draft was stopped: it ")
    assert await bureau.office.score("ocds-3") is not None


async def test_what_a_draft_does_wrong_over_all_facts_is_told(bureau: Bureau) -> None:
    draft = await _smuggled(bureau, f"SELECT 999999 AS subject, {CLEAR}")

    tried = await bureau.tried(draft)

    assert tried["state"] == "refused"
    assert "999999" in tried["reason"]
    assert tried["result"] is None


async def _smuggled(bureau: Bureau, query: str) -> str:
    draft = await bureau.draft()
    document = msgspec.json.encode(querying(query))
    async with bureau.office.scoring.connection() as connection:
        await connection.execute(
            "UPDATE draft_version SET document = $2 WHERE draft = $1", draft, document
        )
    return draft


async def test_the_engine_lends_a_whole_copy_and_keeps_working(bureau: Bureau) -> None:
    path = bureau.settings.facts_path
    asking = asyncio.create_task(borrow(path, patience=20))
    while not wanted(path).exists():
        await asyncio.sleep(0.01)
    await lend(bureau.office.session.facts, path)
    await bureau.office.publish(suspicious("ocds-4"))
    await bureau.office.judge()

    assert await asking
    assert lent(path).exists()
    assert not wanted(path).exists()
    assert await bureau.office.score("ocds-4") is not None


async def test_without_an_engine_a_back_test_waits(bureau: Bureau) -> None:
    draft = await bureau.draft()
    asked = await bureau.post(f"/indicator-drafts/{draft}/back-tests", {})

    assert not await borrow(bureau.settings.facts_path, patience=0.3)

    found = (await bureau.get(f"/back-tests/{asked.json()['id']}")).json()
    assert (found["state"], found["attempts"]) == ("queued", 0)


async def test_the_process_ends_with_whoever_waits_for_it(bureau: Bureau) -> None:
    await bureau.work()
    limits = Limits(memory_mb=300, cpu_seconds=60, wall_seconds=60, threads=1)
    query = f"SELECT count(*) AS subject, {CLEAR} FROM generate_series(1, 100000000000)"
    indicator = msgspec.convert(querying(query), Indicator)
    path = str(lent(bureau.settings.facts_path))
    running = asyncio.create_task(keeper.run(Task("back_test", indicator, limits, "kz", path=path)))
    await asyncio.sleep(2)
    running.cancel()
    await asyncio.wait([running])

    assert running.cancelled()
    assert _children() == []


def _children() -> list[Path]:
    """The confined processes that this one has started and that still run."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_text()
            parent = (process / "stat").read_text().rpartition(")")[2].split()[1]
        except OSError:
            continue
        if "scoring.drafts" in words and int(parent) == os.getpid():
            found.append(process)
    return found
