"""Hearing from cases what people found of flags, and telling it with each indicator.

Judging never waits for it: it is done beside the drafts (`scoring.drafts.worker`), by a look every
few minutes. A service of cases that is away leaves the figures as they were.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import httpx
import structlog

from scoring import catalogue_feed, practice, store
from scoring.settings import Settings
from shared.clock import Clock
from shared.contracts.feeds import FEEDS
from shared.database import Database, transient
from shared.feed import FeedReader
from shared.queue import Bell
from shared.security import InternalAuth, service_caller

FEED: Final = "triage"
HEAR_EVERY: Final = 180.0

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class Hearing:
    """Keeps level with what is found of flags."""

    def __init__(self, database: Database, url: str, client: httpx.AsyncClient, bell: Bell) -> None:
        self._database = database
        self._bell = bell
        self._reader = FeedReader(
            feed=FEED,
            url=url,
            client=client,
            database=database,
            apply=practice.apply,
            reset=practice.forget,
        )

    async def hear(self) -> None:
        """Read what is new, and publish the indicators of which it says something else."""
        try:
            await self._reader.drain()
        except Exception as fault:
            if not (transient(fault) or isinstance(fault, httpx.HTTPError)):
                raise
            log.warning("feed away", feed=FEED, reason=type(fault).__name__)
        await self._replay()
        async with self._database.transaction() as connection:
            head = await catalogue_feed.renew(connection)
        if head is not None:
            await self._bell.ring(catalogue_feed.FEED, head)

    async def _replay(self) -> None:
        """Try again the dead letters of this feed that somebody asked for."""
        async with self._database.transaction() as connection:
            asked = [one.id for one in await store.letters_to_replay(connection, FEED)]
        if not asked:
            return
        await self._reader.replay_dead(asked)
        async with self._database.transaction() as connection:
            await store.replayed(connection, asked)


@asynccontextmanager
async def hearing(settings: Settings, database: Database, clock: Clock) -> AsyncIterator[Hearing]:
    """Lend the reader of the feed of cases, with a signed client of its own."""
    auth = InternalAuth(
        service_caller("feeds:read"),
        issuer="scoring",
        audience=FEEDS[FEED].producer,
        key=settings.internal_key,
        clock=clock,
    )
    bell = await Bell.connect(settings.redis_url)
    try:
        async with httpx.AsyncClient(auth=auth) as client:
            yield Hearing(database, settings.cases_url, client, bell)
    finally:
        await bell.close()
