"""A back-fill of the sandbox's portal under siege: killed, and PostgreSQL under it, by event count.

Events are pages committed, counted in the checkpoints, and questions asked of the sandbox after
that; both are drawn from a seed. A kill counts only if a loader lived with its run open. A loader
whose PostgreSQL is killed is left alone: it has to go on by itself.
"""

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random
from typing import Any

import asyncpg

from deploy.sandbox.server.access import Access
from deploy.sandbox.server.app import Server
from deploy.sandbox.server.serve import background
from deploy.sandbox.world import World
from deploy.servers import Postgres, free_port
from tests.ingestor.office import Office, opened_office
from tests.support.postgres import Cluster
from tests.support.processes import Started
from tests.support.servers import Running, running

START, NOW = date(2026, 6, 1), datetime(2026, 7, 1, 12, 0)  # noqa: DTZ001 - the portal's own time
TOKEN = "0123456789abcdef0123456789abcdef"
SEED, CONTRACTS = 7, 5_000

MOST_PAGES, MOST_QUESTIONS = 4, 6
"""Committed, and then asked, before a kill."""

AGAIN_WITHIN = 30.0
GLANCE = 0.01
"""Seconds between two looks at the counts."""

COMMITTED = "SELECT coalesce(sum(step), 0)::bigint FROM portal_checkpoint"

Loader = Started


@dataclass
class Siege:
    """One back-fill, what kills it, and how often it was hit."""

    office: Office
    postgres: Running
    sandbox: Server
    url: str
    rng: Random
    hits: Counter[str] = field(default_factory=Counter)
    last: tuple[int | None, dict[str, Any]] = (None, {})

    def begin(self) -> Loader:
        """Start a loader."""
        return back_fill(self.office, self.url)

    async def strike(self, loader: Loader, target: str) -> Loader:
        """Kill the loader, or its database, in the middle; returns the loader that goes on."""
        await self._pages(loader, self.rng.randint(1, MOST_PAGES))
        await self._questions(loader, self.rng.randint(0, MOST_QUESTIONS))
        if loader.returncode is not None:
            raise AssertionError("the back-fill was over before it was killed often enough")
        self.hits[target] += 1
        if target == "postgres":
            await self._cut_power()
            return loader
        loader.kill()
        await loader.wait()
        return self.begin()

    async def _pages(self, loader: Loader, count: int) -> None:
        """Wait until so many more pages are committed."""
        async with self.connection() as connection:
            goal = await connection.fetchval(COMMITTED) + count
            while loader.returncode is None and await connection.fetchval(COMMITTED) < goal:
                await asyncio.sleep(GLANCE)

    async def _questions(self, loader: Loader, count: int) -> None:
        """Wait until so many more questions are asked."""
        goal = self.sandbox.usage.requests + count
        while loader.returncode is None and self.sandbox.usage.requests < goal:
            await asyncio.sleep(GLANCE)

    async def _cut_power(self) -> None:
        """End PostgreSQL without warning and start it again."""
        self.postgres.kill()
        until = time.monotonic() + AGAIN_WITHIN
        while True:
            try:
                await asyncio.to_thread(self.postgres.start)
            except RuntimeError:  # its old backends still end
                if time.monotonic() > until:
                    raise
                await asyncio.sleep(GLANCE)
            else:
                return

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[asyncpg.Connection]:
        """Lend a connection that no kill has cut."""
        connection = await asyncpg.connect(self.office.urls["ingestor"])
        try:
            yield connection
        finally:
            with suppress(OSError, asyncpg.InterfaceError):
                await connection.close()


def back_fill(office: Office, url: str) -> Loader:
    """Start a loader of the whole month."""
    told = {"GOSZAKUP_URL": url, "GOSZAKUP_TOKEN": TOKEN, "GOSZAKUP_RATE": "0"}
    days = ("--from", str(START), "--to", str(NOW.date()))
    words = ("backfill", "goszakup", "--json", *days)
    return Started("ingestor", words, office.environment() | told)


async def ended(loader: Loader) -> tuple[int | None, dict[str, Any]]:
    """Let a loader come to its end; its exit status, and the run it tells of."""
    told, _ = await loader.communicate()
    return loader.returncode, json.loads(told or b"{}")


@asynccontextmanager
async def besieged(rng: Random) -> AsyncIterator[Siege]:
    """Lend a month of a world, an empty ingestor, and a PostgreSQL of its own that keeps it."""
    server = Server(World(SEED, CONTRACTS, START), Access(TOKEN))
    server.advance(NOW)
    with running(Postgres, durable=True) as postgres, background(server, free_port()) as url:
        assert isinstance(postgres.server, Postgres)
        cluster = Cluster(postgres.server.admin_url())
        try:
            async with opened_office(cluster) as office:
                yield Siege(office, postgres, server, url, rng)
        finally:
            await cluster.close()
