"""One list taken in as a run: from its first row to an honest ending."""

import asyncio

from ingestor import runs
from ingestor.load import Desk
from ingestor.registers.listing import Listing, Reader
from ingestor.registers.taking import Taking
from ingestor.sources_feed import FEED as SOURCES_FEED
from ingestor.sources_feed import keep_source, publish_sources
from shared.logs import logger

log = logger(__name__)


async def load(desk: Desk, listing: Listing, reader: Reader) -> runs.Run:
    """Take in a list and return its run, whatever its ending.

    Raises what PostgreSQL raises when it stays away.
    """
    async with desk.database.transaction() as connection:
        await runs.mark_dead(connection)
        await keep_source(connection, listing.source, listing.kind, listing.terms)
    begun = runs.begin(desk.database, listing.source, listing.file, "live", None)
    async with begun as run:
        how = runs.Ending("failed", "The ingestor failed; see its log")
        try:
            how = await Taking(desk, listing, reader, run).all()
        except asyncio.CancelledError:
            how = runs.Ending("incomplete", "Interrupted; load the list again")
            raise
        finally:
            await _end(desk, listing, run, how)
    async with desk.database.connection() as connection:
        return await runs.one(connection, run)


async def _end(desk: Desk, listing: Listing, run: int, how: runs.Ending) -> None:
    async with desk.database.transaction() as connection:
        await runs.end(connection, run, how)
        newest = await publish_sources(connection, [listing.source], run)
    await desk.bell.ring(SOURCES_FEED, newest)
    log.info("run_ended", run=runs.public_id(run), status=how.status, reason=how.reason)
