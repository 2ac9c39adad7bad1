"""The whole platform, running in a folder of its own for as long as something is measured.

Or the view of a gateway alone, with the servers below it.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import asyncpg
import psutil

from deploy.local.family import Family
from deploy.local.keys import keys_of
from deploy.local.place import Place
from deploy.local.platform import DATABASE, Platform, addresses
from deploy.local.ports import another, assign
from deploy.servers import Postgres, Valkey
from gateway import management
from shared.clock import SystemClock
from shared.database import Database
from shared.migrations import upgrade
from shared.provision import provision
from tests.support.servers import running as lent


class Running:
    """A platform that can work; `started_in` is how many seconds that took."""

    def __init__(self, platform: Platform, postgres: Postgres, started_in: float) -> None:
        self.platform = platform
        self.admin_url = postgres.admin_url(DATABASE)
        self.started_in = started_in
        self._server = psutil.Process(
            int((postgres.data / "postmaster.pid").read_text().partition("\n")[0])
        )

    def database_cpu(self) -> float:
        """CPU seconds that PostgreSQL has taken, with those of its sessions that have ended."""
        alive = (sum(one.cpu_times()[:2]) for one in self._server.children())
        return float(sum(self._server.cpu_times()[:4]) + sum(alive))

    async def command(self, service: str, *words: str) -> str:
        """Run a command of a service to its end and give what it printed."""
        told = self.platform.environment(service)
        return await self.platform.run(*words, program=service, told=told)

    async def api_key(self) -> str:
        """A new key of a new organisation, with room for one that waits by asking again."""
        await self.command("gateway", "organisation", "add", "Bench")
        words = ("--json", "--organisation", "Bench", "--per-minute", str(10**6))
        return str(json.loads(await self.command("gateway", "key", "add", *words))["key"])

    async def accepted(self, connection: asyncpg.Connection, beyond: int) -> float:
        """Wait until the feed of releases has passed a number; the moment at which it had."""
        while await connection.fetchval(HEAD) <= beyond:
            await asyncio.sleep(0.002)
        return time.perf_counter()


@asynccontextmanager
async def running(folder: Path, *, services: bool = True) -> AsyncIterator[Running]:
    """Start everything in order, or the servers and tables alone, lend it, and end everything."""
    place = Place(folder)
    place.make()
    began = time.monotonic()
    platform = Platform(place, keys_of(place), assign(place, another(set())))
    family = Family(place)
    try:
        await family.up(platform.servers())
        await platform.prepare()
        if services:
            await family.up(platform.services())
        postgres = addresses(place, keys_of(place), platform.ports).postgres
        assert postgres is not None, "the bench brings its own PostgreSQL: unset DATABASE_URL"
        yield Running(platform, postgres, time.monotonic() - began)
    finally:
        await family.stop()


PASSWORD = "bench-only"  # noqa: S105 - of a server that lives for a minute


@contextmanager
def view() -> Iterator[tuple[str, str]]:
    """Lend an empty view of a gateway: the addresses of its PostgreSQL and its Valkey."""
    with lent(Postgres) as postgres, lent(Valkey) as valkey:
        assert isinstance(postgres.server, Postgres)
        assert isinstance(valkey.server, Valkey)
        yield prepare(postgres.server), valkey.server.url()


def prepare(server: Postgres) -> str:
    """Make the gateway's tables on a server and return their address."""
    asyncio.run(provision(server.admin_url(), {"gateway": PASSWORD}, database="bench"))
    url = f"postgresql://gateway:{PASSWORD}@127.0.0.1:{server.port}/bench"
    upgrade(url, "gateway")
    return url


@asynccontextmanager
async def filling(url: str) -> AsyncIterator[Database]:
    """Lend the view of a gateway, to be filled."""
    database = Database(url, application="bench")
    await database.open()
    try:
        yield database
    finally:
        await database.close()


async def key_for(database: Database, scopes: Sequence[str]) -> str:
    """Return a key of a new organisation that no limit stops."""
    clock = SystemClock()
    await management.add_organisation(database, clock, "bench")
    made = await management.add_key(
        database, clock, organisation="bench", scopes=scopes, per_minute=10**9
    )
    return made.text


HEAD = "SELECT coalesce((SELECT seq FROM ingestor.feed_head WHERE feed = 'releases'), 0)"
