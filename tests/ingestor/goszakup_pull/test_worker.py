"""The worker with a token: it follows, loads what lies before, and checks; and says what it has."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
from prometheus_client import REGISTRY

from ingestor import portal_jobs
from ingestor.app import application
from ingestor.settings import IngestorSettings
from ingestor.sources.goszakup.pull import nightly
from ingestor.sources.goszakup.pull.reassemble import reassemble
from shared.clock import FixedClock
from tests.ingestor.goszakup_pull.house import NIGHT, connected, filled, last_run, said
from tests.ingestor.goszakup_pull.purchases import FIRST, contract, fill, oracle
from tests.ingestor.goszakup_pull.standin import TOKEN, Standin
from tests.ingestor.goszakup_pull.wire import Answer, Call
from tests.ingestor.office import Office


def settings(office: Office, standin: Standin, **more: Any) -> IngestorSettings:
    given: dict[str, Any] = {key.lower(): value for key, value in office.environment().items()}
    given |= {"goszakup_url": standin.url, "goszakup_token": TOKEN, "goszakup_rate": 0}
    return IngestorSettings.model_validate(given | more)


async def test_a_worker_with_a_token_follows_loads_what_lies_before_and_checks_once_a_night(
    office: Office, standin: Standin
) -> None:
    fill(standin, range(12))
    told = settings(office, standin, goszakup_since=FIRST)
    clock = FixedClock(NIGHT)
    async with portal_jobs.opened(told, replace(office.desk, clock=clock)) as jobs:
        for job in jobs:
            await job.run()
        runs = {row["file"] for row in await office.rows("SELECT file FROM run")}
        asked = len(standin.calls)
        await jobs[1].run()
        await jobs[2].run()

    assert await said(office) == oracle(standin)
    portal_runs = {"follow", "backfill 2026-11-01..2026-11-30", nightly.JOB}
    assert runs == portal_runs | {"participants", "unfair_participants"}
    assert len(standin.calls) == asked


async def test_a_region_whose_customers_contracts_broke_off_is_loaded_on_until_all_are_there(
    office: Office, standin: Standin
) -> None:
    fill(standin, range(12))
    told = settings(office, standin, goszakup_since=FIRST, goszakup_regions="71")
    hangs = asyncio.Event()

    def hang(call: Call) -> Answer | None:
        if hangs.is_set() or "customerBin" not in call.filter:
            return None
        hangs.set()
        return Answer(hang=60)

    standin.faults.append(hang)
    async with portal_jobs.opened(told, replace(office.desk, clock=FixedClock(NIGHT))) as jobs:
        interrupted = asyncio.ensure_future(jobs[1].run())
        await hangs.wait()
        interrupted.cancel()
        await asyncio.wait([interrupted])
        half = await said(office)
        await jobs[1].run()
        asked = len(standin.calls)
        await jobs[1].run()

    own = f"ocds-kz0000-c{contract(10, direct=True)['id']}"  # of the region, without a notice
    assert own not in half
    assert own in await said(office)
    assert len(standin.calls) == asked


async def test_a_worker_that_begins_anew_in_another_month_goes_on_with_what_it_was_to_load(
    office: Office, standin: Standin
) -> None:
    fill(standin, range(4))
    told = settings(office, standin, goszakup_since=FIRST)
    asked = []
    for clock in (FixedClock(NIGHT), FixedClock(NIGHT + timedelta(days=12))):
        async with portal_jobs.opened(told, replace(office.desk, clock=clock)) as jobs:
            await jobs[1].run()
        asked.append(len(standin.calls))

    assert asked[1] == asked[0]
    jobs_run = [row["file"] for row in await office.rows("SELECT file FROM run")]
    assert jobs_run == ["backfill 2026-11-01..2026-11-30"]


async def test_a_worker_that_is_told_of_an_earlier_day_loads_to_the_end_of_the_month_of_then(
    office: Office, standin: Standin
) -> None:
    fill(standin, range(4))
    for since in (FIRST, FIRST - timedelta(days=1)):
        told = settings(office, standin, goszakup_since=since)
        clock = FixedClock(NIGHT + timedelta(days=12 * (since < FIRST)))
        async with portal_jobs.opened(told, replace(office.desk, clock=clock)) as jobs:
            await jobs[1].run()

    assert (await last_run(office)).file == "backfill 2026-10-31..2026-12-31"


async def test_a_worker_without_a_token_has_no_such_jobs(office: Office, standin: Standin) -> None:
    told = settings(office, standin, goszakup_token=None)
    async with portal_jobs.opened(told, office.desk) as jobs:
        assert list(jobs) == []


async def test_an_expired_token_is_a_reason_not_to_be_ready_and_its_last_days_are_a_measure(
    office: Office, standin: Standin
) -> None:
    fill(standin, range(1))
    told = settings(office, standin, goszakup_token_expires=(NIGHT + timedelta(days=3)).date())
    clock = FixedClock(NIGHT)
    async with portal_jobs.opened(told, replace(office.desk, clock=clock)) as jobs:
        await jobs[0].run()
    left = REGISTRY.get_sample_value("portal_token_days_left")
    before = await ready(told, clock)
    clock.advance(timedelta(days=4))
    after = await ready(told, clock)

    assert left == 3
    assert before == (200, "ok")
    assert after[0] == 503
    assert "expired 1 days ago" in after[1]


async def test_what_is_held_is_translated_anew_without_asking_the_portal(
    office: Office, standin: Standin
) -> None:
    fill(standin, range(8))
    await filled(office, standin)
    feed, asked = await office.feed(), len(standin.calls)
    async with office.database.connection() as connection:
        await connection.execute("UPDATE process SET hash = 'other' WHERE ocid LIKE '%0003'")
    office.clock.advance(timedelta(minutes=1))
    async with connected(office, standin) as connector:
        assert await reassemble(connector)

    run = await last_run(office)
    assert (run.status, run.accepted, run.received) == ("complete", 1, len(oracle(standin)))
    assert len(standin.calls) == asked
    assert len(await office.feed()) == len(feed)
    assert await said(office) == oracle(standin)


async def ready(told: IngestorSettings, clock: FixedClock) -> tuple[int, str]:
    app = application(told, clock)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://ingestor") as client,
    ):
        answer = await client.get("/readyz")
        await asyncio.sleep(0)
    return answer.status_code, answer.json()["checks"]["portal_token"]
