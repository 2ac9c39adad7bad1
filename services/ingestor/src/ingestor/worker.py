"""The ingestor's worker: follows the portal, purges payloads, marks dead runs, measures intake."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from ingestor import portal_jobs, runs
from ingestor.load import Desk
from ingestor.measure import intake, snapshot
from ingestor.raw.cipher import Cipher
from ingestor.raw.payloads import purge
from ingestor.settings import IngestorSettings
from ingestor.sources_feed import FEED, publish_sources
from shared import logs
from shared.clock import Clock, SystemClock
from shared.database import Database
from shared.observed import observe
from shared.queue import Bell, Periodic, run_worker

QUEUE: Final = "ingestor"
ROUND: Final = 10.0  # seconds between rounds: a dead run is seen, and figures are fresh, that soon
PURGE_EVERY: Final = 3600.0
POOL: Final = 18  # a run and its leader hold a connection each, for as long as they last

VAULT_POOL: Final = 4  # what follows, loads and checks reads there, and the purge

log = logs.logger(__name__)


@dataclass(frozen=True, slots=True)
class Worker:
    """What the worker's jobs need; without the vault nothing is purged, and it says so."""

    database: Database
    vault: Database | None
    bell: Bell
    clock: Clock

    def desk(self, settings: IngestorSettings) -> Desk:
        """Return what following the portal and fetching lists are done with."""
        return Desk(
            database=self.database,
            bell=self.bell,
            cipher=Cipher(settings.raw_key.get_secret_value()),
            clock=self.clock,
            retention=timedelta(days=settings.raw_retention_days),
            vault=self.vault,
        )

    async def go_round(self) -> None:
        """Mark runs whose program died, tell the feed of sources, and measure."""
        async with self.database.transaction() as connection:
            dead = await runs.mark_dead(connection)
            head = await publish_sources(connection, [source for _, source in dead]) if dead else 0
            intake.snapshot = await snapshot(connection)
        if dead:
            await self.bell.ring(FEED, head)
            log.warning("dead_runs_marked", runs=[runs.public_id(run) for run, _ in dead])

    async def purge(self) -> None:
        """Delete raw payloads whose retention has ended."""
        if self.vault is None:
            log.warning("nothing_purged", reason="RAW_DATABASE_URL is not set")
            return
        async with self.vault.connection() as connection:
            purged = await purge(connection, self.clock.now().date())
        log.info("payloads_purged", count=purged)


async def work(settings: IngestorSettings) -> None:
    """Work until told to stop."""
    async with (
        _opened(settings) as worker,
        portal_jobs.opened(settings, worker.desk(settings)) as jobs,
    ):
        await run_worker(
            redis_url=settings.redis_url,
            queue=QUEUE,
            on_bell=_hear_nothing,
            sweep=worker.go_round,
            sweep_every=ROUND,
            cron=[Periodic("purge", PURGE_EVERY, worker.purge), *jobs],
        )


def run(settings: IngestorSettings) -> None:
    """Run the worker as a process, with its measures on a port of their own."""
    observe("ingestor", settings)
    asyncio.run(work(settings))


async def _hear_nothing(feed: str, seq: int) -> None:
    """Nobody rings the ingestor: it follows no feed."""
    del feed, seq


@asynccontextmanager
async def _opened(settings: IngestorSettings) -> AsyncIterator[Worker]:
    database = Database(
        settings.database_url, application="ingestor-worker", pool_size=POOL, growing=True
    )
    vault = (
        Database(settings.raw_database_url, application="ingestor-vault", pool_size=VAULT_POOL)
        if settings.raw_database_url
        else None
    )
    bell = await Bell.connect(settings.redis_url)
    opened = [one for one in (database, vault) if one is not None]
    try:
        for one in opened:
            await one.open()
        yield Worker(database, vault, bell, SystemClock())
    finally:
        for one in opened:
            await one.close()
        await bell.close()
