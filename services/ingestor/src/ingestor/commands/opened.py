"""What commands are told and open: settings, the database, the bell, the desk of a delivery."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Final

import asyncpg
from pydantic import ValidationError

from ingestor.load import Desk
from ingestor.raw.cipher import Cipher
from ingestor.settings import IngestorSettings
from shared.clock import SystemClock
from shared.database import Database
from shared.queue import Bell

HINT: Final = (
    "A service is told by its environment. On a platform that `make up` runs, `make load FILE=…` "
    "or `python -m deploy.local exec ingestor …` tells this command what it needs."
)


def told() -> IngestorSettings:
    """Read the settings; ends the command, naming the variables, where they do not do."""
    try:
        return IngestorSettings()
    except ValidationError as fault:
        flaws = (f"{'.'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in fault.errors())
        raise SystemExit(f"ingestor: {'; '.join(flaws)}\n{HINT}") from fault


@asynccontextmanager
async def database(url: str, application: str = "ingestor-cli") -> AsyncIterator[Database]:
    """Lend an open database."""
    lent = Database(url, application=application, pool_size=4, growing=True)
    try:
        await lent.open()
    except (OSError, asyncpg.PostgresError) as fault:
        raise SystemExit(f"ingestor: the database does not answer: {fault}") from fault
    try:
        yield lent
    finally:
        await lent.close()


@asynccontextmanager
async def following(settings: IngestorSettings) -> AsyncIterator[Desk]:
    """Lend what following the portal needs: the vault too, where its records lie."""
    if settings.raw_database_url is None:
        raise SystemExit("ingestor: RAW_DATABASE_URL is not set; the portal's records lie there")
    async with (
        desk(settings) as opened,
        database(settings.raw_database_url, "ingestor-vault") as vault,
    ):
        yield replace(opened, vault=vault)


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
