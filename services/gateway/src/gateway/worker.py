"""The gateway's worker: follows the feeds of the other services, and fills the view."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC
from functools import partial
from typing import Final

import httpx

from gateway import signs, tip_recipients, usage
from gateway.audit.daily import Daily
from gateway.desk import Desk
from gateway.exports.making import Exporter
from gateway.measure import data, snapshot
from gateway.settings import GatewaySettings
from gateway.stream import ageing
from gateway.told_by_files import files
from gateway.view import apply, changes, figures, shapes
from shared import metrics
from shared.clock import Clock, SystemClock
from shared.contracts.feeds import FEEDS
from shared.database import Database
from shared.feed.reader import Apply, FeedReader, Reset
from shared.feed.rounds import Rounds
from shared.observed import observe
from shared.queue import Periodic, run_worker
from shared.security import InternalAuth, service_caller

QUEUE: Final = "gateway"
FORGET_EVERY: Final = 60.0
LOOK_EVERY: Final = 30.0
MEASURE_EVERY: Final = 300.0
MEASURE_RESTS: Final = 20.0
"""Times as long as counting took, which goes over all data, until all is counted again."""
SIGNS_EVERY: Final = 15.0
CHECKPOINT_LOOKED_FOR_EVERY: Final = 600.0

_LEVEL: Final = """
    INSERT INTO feed_level (feed, level_at) VALUES ($1, now())
    ON CONFLICT (feed) DO UPDATE SET level_at = excluded.level_at
"""

APPLIED: Final[Mapping[str, tuple[Apply, Reset]]] = {
    "releases": (apply.releases, apply.forget_releases),
    "plans": (apply.plans, apply.forget_plans),
    "sources": (apply.sources, partial(apply.empty, tables=("source",), kinds=("source",))),
    "registers": (
        apply.registers,
        partial(apply.empty, tables=("register_coverage",), kinds=("coverage",)),
    ),
    "scores": (apply.scores, apply.forget_scores),
    "alerts": (apply.alerts, partial(apply.empty, tables=("alert",), kinds=("alert",))),
    "drafts": (apply.drafts, partial(apply.empty, tables=(), kinds=("draft",))),
    "case_events": (apply.case_events, partial(apply.empty, tables=(), kinds=("case",))),
    "catalogue": (
        apply.catalogue,
        partial(apply.empty, tables=("indicator",), kinds=("indicator",)),
    ),
    "statistics": (figures.statistics, partial(apply.empty, tables=("tile",), kinds=("tile",))),
    "profiles": (
        figures.profiles,
        partial(apply.empty, tables=("figures",), kinds=("organisation", "region", "network")),
    ),
}
"""What is done about each feed, and how what it said is forgotten."""


class Filling:
    """Keeps the view level with every feed."""

    def __init__(self, readers: Mapping[str, FeedReader], database: Database, clock: Clock) -> None:
        self._readers = readers
        self._database = database
        self._clock = clock
        self.rounds = Rounds(self.feed, readers)

    async def feed(self, name: str, seq: int = 0) -> None:
        """Read one feed to its end. `seq`, which was rung, says no more than that it has grown."""
        del seq
        if name not in self._readers:
            return
        await self._readers[name].drain()
        async with self._database.connection() as connection:
            await connection.execute(_LEVEL, name)

    async def forget_old_changes(self) -> None:
        """Drop changes that every process has long followed, and days nobody can ask for."""
        async with self._database.connection() as connection:
            await changes.forget_old(connection)
            await usage.forget_old(connection, today=self._clock.now().astimezone(UTC).date())

    async def tell_of_age(self) -> None:
        """Tell of sources that have grown older than was promised."""
        async with self._database.transaction() as connection:
            await ageing.look(connection, self._clock.now())

    async def measure(self) -> None:
        """Count what the metrics show of the data."""
        async with self._database.transaction() as connection:
            data.snapshot = await snapshot(connection, self._clock)

    async def look_for_signs(self) -> None:
        """Count what the metrics show of the audit, the webhooks and what waits."""
        async with self._database.transaction() as connection:
            signs.shown.signs = await signs.look(connection, self._clock.now())

    async def look_again(self) -> None:
        """Look at releases anew until all shapes tell of the fields that are watched."""
        while True:
            async with self._database.transaction() as connection:
                if not await shapes.stale(connection):
                    return
                await shapes.look_again(connection)


@asynccontextmanager
async def filling(
    settings: GatewaySettings, database: Database, clock: Clock
) -> AsyncIterator[tuple[Filling, Mapping[str, FeedReader]]]:
    """Lend the readers of all feeds, each signing its requests for the feed's producer."""
    urls = {
        "ingestor": settings.ingestor_url,
        "scoring": settings.scoring_url,
        "cases": settings.cases_url,
    }
    clients = {
        producer: httpx.AsyncClient(
            auth=InternalAuth(
                service_caller("feeds:read"),
                issuer="gateway",
                audience=producer,
                key=settings.internal_key,
                clock=clock,
            )
        )
        for producer in urls
    }
    readers = {
        name: FeedReader(
            feed=name,
            url=urls[FEEDS[name].producer],
            client=clients[FEEDS[name].producer],
            database=database,
            apply=applied,
            reset=reset,
        )
        for name, (applied, reset) in APPLIED.items()
    }
    view = Filling(readers, database, clock)
    try:
        yield view, readers
    finally:
        await view.rounds.end()
        for client in clients.values():
            await client.aclose()


async def work(settings: GatewaySettings, *, stop: asyncio.Event | None = None) -> None:
    """Fill the view until told to end."""
    database = Database(settings.database_url, application="gateway-worker")
    await database.open()
    files.backup_report, files.certificate = settings.backup_report, settings.certificate
    if settings.export_path is not None:
        metrics.disks.watch("exports", settings.export_path)
    daily = Daily(settings, database, SystemClock())
    exporter = Exporter(
        database, SystemClock(), folder=settings.export_path, public_url=settings.public_url
    )
    cases = Desk(
        url=settings.cases_url,
        service="cases",
        about="Cases",
        settings=settings,
        clock=SystemClock(),
    )
    exporting = asyncio.create_task(exporter.run())
    try:
        async with filling(settings, database, SystemClock()) as (view, _):
            await run_worker(
                redis_url=settings.redis_url,
                queue=QUEUE,
                on_bell=view.feed,
                sweep=view.rounds.look,
                cron=[
                    Periodic("forget_old_changes", FORGET_EVERY, view.forget_old_changes),
                    Periodic("look_again", LOOK_EVERY, view.look_again),
                    Periodic("tell_of_age", FORGET_EVERY, view.tell_of_age),
                    Periodic("measure", MEASURE_EVERY, view.measure, rest=MEASURE_RESTS),
                    Periodic("signs", SIGNS_EVERY, view.look_for_signs),
                    Periodic("checkpoint", CHECKPOINT_LOOKED_FOR_EVERY, daily.look),
                    Periodic("dump", CHECKPOINT_LOOKED_FOR_EVERY, daily.dump),
                    Periodic("forget_answers", MEASURE_EVERY, daily.forget_answers),
                    Periodic(
                        "tip_keys",
                        tip_recipients.EVERY,
                        partial(tip_recipients.look, database, cases),
                    ),
                ],
                stop=stop,
            )
    finally:
        exporting.cancel()
        with suppress(asyncio.CancelledError):
            await exporting
        await cases.close()
        await database.close()


def run(settings: GatewaySettings) -> None:
    """Run the worker as a process, with its metrics beside it."""
    observe("gateway", settings)
    asyncio.run(work(settings))
