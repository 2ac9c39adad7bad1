"""What commands open: the database, the bell, and what a delivery is taken in with."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from ingestor.load import Desk
from ingestor.raw.cipher import Cipher
from ingestor.settings import IngestorSettings
from shared.clock import SystemClock
from shared.database import Database
from shared.queue import Bell


@asynccontextmanager
async def database(url: str, application: str = "ingestor-cli") -> AsyncIterator[Database]:
    """Lend an open database."""
    lent = Database(url, application=application, pool_size=4)
    await lent.open()
    try:
        yield lent
    finally:
        await lent.close()


@asynccontextmanager
async def desk(settings: IngestorSettings) -> AsyncIterator[Desk]:
    """Lend what loading needs."""
    bell = await Bell.connect(settings.redis_url)
    try:
        async with database(settings.database_url, "ingestor-load") as opened:
            yield Desk(
                database=opened,
                bell=bell,
                cipher=Cipher(settings.raw_key.get_secret_value()),
                clock=SystemClock(),
                retention=timedelta(days=settings.raw_retention_days),
            )
    finally:
        await bell.close()
