"""Scoring's HTTP application: its feeds, its history, and whether its engine is at work."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Final

from fastapi import FastAPI

from scoring import api
from scoring.drafts import api as drafts
from scoring.settings import Settings
from shared.app import create_app
from shared.clock import Clock, SystemClock
from shared.database import Database
from shared.feed.serve import feed_router

FEEDS: Final = ("scores", "alerts", "drafts", "catalogue", "statistics", "profiles")

SILENT: Final = timedelta(seconds=15)
"""The engine writes down every two seconds that it lives."""

GRACE: Final = timedelta(seconds=60)
"""After a start the engine may still be starting too: neither may wait for the other."""


def application(settings: Settings, clock: Clock | None = None) -> FastAPI:
    """Return the application; nothing is connected before it starts."""
    clock = clock or SystemClock()
    database = Database(settings.database_url, application="scoring-api")
    watch = EngineWatch(database, clock)
    desk = drafts.Desk(database, settings.redis_url, clock)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        del app
        await database.open(patience=60)
        try:
            yield
        finally:
            await desk.close()
            await database.close()

    return create_app(
        service="scoring",
        settings=settings,
        title="Qadaga scoring",
        routers=[feed_router(database, FEEDS), api.router(database), drafts.router(desk)],
        lifespan=lifespan,
        readiness={"database": database.ping, "engine": watch.check},
        clock=clock,
    )


class EngineSilentError(Exception):
    """The engine has not been heard of: scores are served and not renewed."""


class EngineWatch:
    """Looks whether an engine is at work and how far behind it is."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._started = clock.now()

    async def check(self) -> None:
        """Return when an engine is at work; raise EngineSilentError with the reason if not."""
        async with self._database.connection() as connection:
            row = await connection.fetchrow(
                "SELECT heartbeat_at, feed_head - scored_seq AS behind FROM engine"
            )
        now = self._clock.now()
        if now - self._started > GRACE and not _heard(row["heartbeat_at"], now):
            raise EngineSilentError(
                f"no sign of life since {row['heartbeat_at']}, {row['behind']} releases behind"
            )


def _heard(heartbeat: datetime | None, now: datetime) -> bool:
    return heartbeat is not None and now - heartbeat <= SILENT
