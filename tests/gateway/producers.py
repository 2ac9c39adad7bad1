"""The ingestor and scoring as far as the gateway sees them: two services that serve feeds."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI

from deploy.servers import free_port
from shared.app import create_app
from shared.contracts.feeds import FEEDS
from shared.database import Database
from shared.feed import Change, Entry, publish_events, publish_state
from shared.feed.serve import feed_router
from tests.gateway.house import settings


class Producers:
    """Publish feeds in their own schemas, and serve them over HTTP."""

    def __init__(self, databases: dict[str, Database], ports: dict[str, int]) -> None:
        self._databases = databases
        self.urls = {f"{name}_url": f"http://127.0.0.1:{port}" for name, port in ports.items()}

    async def publish(self, feed: str, entries: Sequence[Entry]) -> int:
        """Publish entries and return the feed's last number."""
        about = FEEDS[feed]
        put = publish_state if about.kind == "state" else publish_events
        changes = [Change(each.key, None if each.deleted else each.body) for each in entries]
        async with self._databases[about.producer].transaction() as connection:
            return await put(connection, feed, changes)

    async def begin_again(self, feed: str) -> None:
        """Lose a feed, as a producer does whose tables are gone."""
        async with self._databases[FEEDS[feed].producer].transaction() as connection:
            for table in ("feed_head", "feed_state", "feed_event"):
                await connection.execute(f"DELETE FROM {table} WHERE feed = $1", feed)


@asynccontextmanager
async def opened_producers(urls: dict[str, str]) -> AsyncIterator[Producers]:
    """Both producers on their databases, each on a port of its own."""
    databases = {name: Database(url, application=name) for name, url in urls.items()}
    ports = {name: free_port() for name in urls}
    for database in databases.values():
        await database.open()
    servers = [_server(name, database, ports[name]) for name, database in databases.items()]
    tasks = [asyncio.create_task(server.serve()) for server in servers]
    try:
        while not all(server.started for server in servers):
            await asyncio.sleep(0.01)
        yield Producers(databases, ports)
    finally:
        for server in servers:
            server.should_exit = True
        await asyncio.gather(*tasks)
        for database in databases.values():
            await database.close()


def _server(name: str, database: Database, port: int) -> uvicorn.Server:
    config = uvicorn.Config(_app(name, database), port=port, log_config=None, lifespan="off")
    return uvicorn.Server(config)


def _app(name: str, database: Database) -> FastAPI:
    feeds = [feed.name for feed in FEEDS.values() if feed.producer == name]
    return create_app(
        service=name,
        settings=settings("postgresql://unused", "redis://unused"),
        title=name,
        routers=[feed_router(database, feeds)],
    )
