"""The ingestor's HTTP interface, for other services only: its feeds, and provenance."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from fastapi import FastAPI

from ingestor.api import raw_router
from ingestor.settings import IngestorSettings
from ingestor.sources.goszakup.opened import token_of
from shared.app import create_app
from shared.clock import Clock, SystemClock
from shared.database import Database
from shared.feed.serve import feed_router

FEEDS: Final = ("releases", "plans", "registers", "sources")


def application(settings: IngestorSettings, clock: Clock | None = None) -> FastAPI:
    """Return the application; it opens its databases when it starts."""
    database = Database(settings.database_url, application="ingestor-api")
    vault = (
        Database(settings.raw_database_url, application="ingestor-api-raw", pool_size=2)
        if settings.raw_database_url
        else None
    )

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        del app
        opened = [one for one in (database, vault) if one is not None]
        for one in opened:
            await one.open()
        yield
        for one in opened:
            await one.close()

    async def tables() -> None:
        """Raise what is wrong where the schema was not migrated."""
        async with database.connection() as connection:
            await connection.fetchval("SELECT count(*) FROM source")

    clock = clock or SystemClock()
    token = token_of(settings)

    async def portal_token() -> None:
        """Raise what is to be done where the portal's token has expired."""
        if (left := token.days_left(clock)) is not None and left < 0:
            raise RuntimeError(token.warning(clock))

    readiness = {"postgres": database.ping, "tables": tables}
    if settings.goszakup_token_expires is not None:
        readiness["portal_token"] = portal_token

    return create_app(
        service="ingestor",
        settings=settings,
        title="Qadaga ingestor",
        routers=[feed_router(database, FEEDS), raw_router(database, vault)],
        lifespan=lifespan,
        readiness=readiness,
        clock=clock,
    )
