"""One file taken in: read in a thread, stored batch by batch, each batch whole or not at all."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Protocol

import asyncpg

from ingestor import runs
from ingestor.batch import FEED, Occasion, store_batch
from ingestor.intake import Batch, Origin
from ingestor.patience import asked, done, patiently
from ingestor.raw.cipher import Cipher
from ingestor.source import Declaration, Terms
from ingestor.sources_feed import FEED as SOURCES_FEED
from ingestor.sources_feed import keep_source, publish_sources
from shared.clock import Clock
from shared.database import Database
from shared.feed import head
from shared.logs import logger
from shared.queue import Bell

log = logger(__name__)


class Reader(Protocol):
    """A file being read: batches until it ends.

    Then `broken` tells what cut it short, if anything did, and `usable` how much was of use.
    `expected` is a first estimate; what was `announced` by somebody has to arrive.
    """

    expected: int | None
    announced: int | None
    broken: str | None
    usable: int

    def __iter__(self) -> Iterator[Batch]:
        """Yield what the file holds, a batch at a time."""
        ...


@dataclass(frozen=True, slots=True)
class Desk:
    """What every delivery is taken in with; the vault is read by who follows the portal only."""

    database: Database
    bell: Bell
    cipher: Cipher
    clock: Clock
    retention: timedelta
    vault: Database | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One file, from one source."""

    source: str
    file: str
    origin: Origin
    kind: Declaration
    terms: Terms


@dataclass(slots=True)
class Progress:
    """How far a run has come, from which sources things came, and which of them were of use."""

    run: int
    sources: set[str]
    received: int = 0
    useful: set[str] = field(default_factory=set)


async def load(desk: Desk, delivery: Delivery, reader: Reader) -> runs.Run:
    """Take in a whole delivery and return its run, whatever its ending.

    Raises what PostgreSQL raises when it stays away; the run is then marked incomplete later.
    """

    async def prepared(connection: asyncpg.Connection) -> None:
        await runs.mark_dead(connection)
        await keep_source(connection, delivery.source, delivery.kind, delivery.terms)

    await done(desk.database, prepared, "preparation of a run")
    begun = runs.begin(
        desk.database, delivery.source, delivery.file, delivery.origin, reader.expected
    )
    async with begun as run:
        progress = Progress(run, {delivery.source})
        how = runs.Ending("failed", "The ingestor failed; see its log")
        try:
            await _publish_sources(desk, progress)
            how = await _take_in(desk, delivery, reader, progress)
        except asyncio.CancelledError:
            how = runs.Ending("incomplete", "Interrupted; load the file again")
            raise
        finally:
            await _end(desk, progress, how)
    return await asked(desk.database, lambda c: runs.one(c, run))


async def _take_in(
    desk: Desk, delivery: Delivery, reader: Reader, progress: Progress
) -> runs.Ending:
    """Store every batch; while one is being stored, the next is read."""
    batches = iter(reader)
    upcoming = asyncio.create_task(asyncio.to_thread(next, batches, None))
    try:
        while (batch := await upcoming) is not None:
            upcoming = asyncio.create_task(asyncio.to_thread(next, batches, None))
            await _store(desk, delivery, batch, progress)
    finally:
        await asyncio.wait([upcoming])
    return runs.ending(reader.announced, progress.received, reader.usable, reader.broken)


async def _store(desk: Desk, delivery: Delivery, batch: Batch, progress: Progress) -> None:
    """Store one batch, patient with a PostgreSQL that restarts, and ring."""
    now = desk.clock.now()
    occasion = Occasion(progress.run, delivery.origin, now, (now + desk.retention).date())
    attempt = partial(_stored, desk, delivery, batch, occasion, progress)
    newest = await patiently(attempt, f"batch of run {progress.run}")
    progress.received += batch.received()
    progress.sources |= batch.sources()
    progress.useful |= batch.useful()
    if newest is not None:
        await desk.bell.ring(FEED, newest)


async def _stored(
    desk: Desk, delivery: Delivery, batch: Batch, occasion: Occasion, progress: Progress
) -> int | None:
    """Store one batch, unless a try whose answer was lost has done so; returns the feed's head.

    A source is told of with its first release: a process on whose terms nothing is said is no use.
    """
    async with desk.database.transaction() as connection:
        if await runs.received(connection, occasion.run) > progress.received:
            return await head(connection, FEED)
        for source in sorted(batch.sources() - {delivery.source}):
            await keep_source(connection, source, delivery.kind, Terms())
        stored = await store_batch(connection, batch, occasion)
        await runs.add(connection, occasion.run, stored.tally)
        if new := batch.useful() - progress.useful:
            await publish_sources(connection, new)
        return stored.head


async def _end(desk: Desk, progress: Progress, how: runs.Ending) -> None:
    """Write down the ending and tell the readers of the feed of sources."""
    await done(desk.database, lambda c: runs.end(c, progress.run, how), "ending of a run")
    await _publish_sources(desk, progress)
    log.info("run_ended", run=runs.public_id(progress.run), status=how.status, reason=how.reason)


async def _publish_sources(desk: Desk, progress: Progress) -> None:
    newest = await done(
        desk.database, lambda c: publish_sources(c, progress.sources, progress.run), "sources"
    )
    await desk.bell.ring(SOURCES_FEED, newest)
