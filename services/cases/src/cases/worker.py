"""The worker of cases: follows alerts and figures of scoring, and does what is due by the clock."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

import httpx

from cases import measure
from cases.campaigns import published
from cases.casefile import moving as cases
from cases.complaints import due as complaints
from cases.evidence.files import SWEEP_EVERY
from cases.evidence.storing import files_of
from cases.settings import Settings
from cases.triage import arriving
from cases.triage import store as triage
from cases.vault import keeping, telling
from shared import kept_answers, metrics
from shared.clock import Clock, SystemClock
from shared.contracts.feeds import FEEDS
from shared.database import Database
from shared.feed.reader import Apply, FeedReader, Reset
from shared.feed.rounds import Rounds
from shared.observed import observe
from shared.queue import Periodic, run_worker
from shared.security import InternalAuth, service_caller

QUEUE: Final = "cases"

APPLIED: Final[Mapping[str, tuple[Apply, Reset | None]]] = {
    "alerts": (arriving.apply, arriving.reset),
    "statistics": (published.apply, published.reset),
}
"""What is done about each feed, and how what it said is forgotten."""

WAKE_EVERY: Final = 30.0
"""Seconds between looks for what was put off until now: snoozed alerts, cases on hold."""

FORGET_EVERY: Final = 300.0
"""Seconds between looks for answers to commands that nobody may ask for any more."""


class Following:
    """Keeps level with the feeds that cases reads."""

    def __init__(self, readers: Mapping[str, FeedReader]) -> None:
        self._readers = readers
        self.rounds = Rounds(self.feed, readers)

    async def feed(self, name: str, seq: int = 0) -> None:
        """Read one feed to its end. `seq`, which was rung, says no more than that it has grown."""
        del seq
        if name in self._readers:
            await self._readers[name].drain()


@asynccontextmanager
async def following(
    settings: Settings, database: Database, clock: Clock
) -> AsyncIterator[Mapping[str, FeedReader]]:
    """Lend the readers of all feeds that are followed, which sign their requests."""
    auth = InternalAuth(
        service_caller("feeds:read"),
        issuer="cases",
        audience=FEEDS["alerts"].producer,
        key=settings.internal_key,
        clock=clock,
    )
    async with httpx.AsyncClient(auth=auth) as client:
        yield {
            name: FeedReader(
                feed=name,
                url=settings.scoring_url,
                client=client,
                database=database,
                apply=apply,
                reset=reset,
            )
            for name, (apply, reset) in APPLIED.items()
        }


def due(settings: Settings, database: Database, clock: Clock) -> list[Periodic]:
    """Return what is done by the clock."""
    files = files_of(settings)

    async def wake() -> None:
        async with database.transaction() as connection:
            await triage.wake(connection, clock.now())

    async def resume() -> None:
        async with database.transaction() as connection:
            await cases.wake(connection, service_caller(), clock.now())

    async def look() -> None:
        await complaints.look(database, clock)

    async def sweep() -> None:
        await asyncio.to_thread(files.sweep)

    async def forget() -> None:
        async with database.transaction() as connection:
            await kept_answers.purge(connection, now=clock.now())

    return [
        Periodic("wake_snoozed_alerts", WAKE_EVERY, wake),
        Periodic("resume_held_cases", WAKE_EVERY, resume),
        Periodic("sweep_broken_uploads", SWEEP_EVERY, sweep),
        Periodic("due_complaints", complaints.EVERY, look),
        Periodic("forget_answers", FORGET_EVERY, forget),
    ]


def all_due(
    settings: Settings, database: Database, vault: Database, clock: Clock
) -> list[Periodic]:
    """Return what is done by the clock, about tips and the measures of both stores too."""
    return [
        *due(settings, database, clock),
        *keeping.due(vault, clock),
        *telling.due(vault, database, clock),
        *measure.due(database, vault, clock),
    ]


async def work(settings: Settings, *, stop: asyncio.Event | None = None) -> None:
    """Follow and do what is due, until told to end."""
    metrics.disks.watch("evidence", settings.evidence_path)
    clock = SystemClock()
    database = Database(settings.database_url, application="cases-worker")
    vault = Database(settings.vault_database_url, application="cases-vault-worker")
    await database.open()
    await vault.open()
    try:
        async with following(settings, database, clock) as readers:
            level = Following(readers)
            try:
                await run_worker(
                    redis_url=settings.redis_url,
                    queue=QUEUE,
                    on_bell=level.feed,
                    sweep=level.rounds.look,
                    cron=all_due(settings, database, vault, clock),
                    stop=stop,
                )
            finally:
                await level.rounds.end()
    finally:
        await vault.close()
        await database.close()


def run(settings: Settings) -> None:
    """Run the worker as a process, with its metrics beside it."""
    observe("cases", settings)
    asyncio.run(work(settings))
