"""A gateway that runs on a fresh database, and what a test does with it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx
from fastapi import FastAPI
from starlette.types import Message

from gateway import management
from gateway.app import build
from gateway.keys import SCOPES
from gateway.settings import GatewaySettings
from gateway.state import State
from gateway.worker import APPLIED
from shared.clock import SystemClock
from shared.database import Database
from shared.feed import Entry

PATIENCE = 5.0


class House:
    """One API process, and the hands of the worker and the operator."""

    def __init__(self, app: FastAPI, database: Database, settings: GatewaySettings) -> None:
        self.app = app
        self.database = database
        self.settings = settings
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app, raise_app_exceptions=False),
            base_url="http://gateway",
        )
        self.key = ""

    @property
    def state(self) -> State:
        state: State = self.app.state.gateway
        return state

    async def fill(self, feed: str, *entries: Entry) -> None:
        """Apply entries of a feed as the worker does, and wait until this process knows."""
        apply, _ = APPLIED[feed]
        async with self.database.transaction() as connection:
            await apply(connection, entries)
        await self.level()

    async def level(self) -> None:
        """Wait until the process has seen the newest change."""
        async with self.database.connection() as connection:
            head = await connection.fetchval("SELECT seq FROM change_head")
        async with asyncio.timeout(PATIENCE):
            while self.state.follower.seq < head:
                await asyncio.sleep(0.005)

    async def new_key(self, scopes: Sequence[str] = tuple(SCOPES), **more: Any) -> str:
        clock = SystemClock()
        with suppress(ValueError):
            await management.add_organisation(self.database, clock, "Үлгі қоры")
        made = await management.add_key(
            self.database, clock, organisation="Үлгі қоры", scopes=scopes, **more
        )
        return made.text

    async def get(self, path: str, **headers: str) -> httpx.Response:
        """Ask with the house's own key; `Name_of_header=value` adds headers."""
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.get(path, headers={"Authorization": f"Bearer {self.key}", **said})

    async def ids(self, path: str) -> list[str]:
        """The ids of a list."""
        answer = await self.get(path)
        assert answer.status_code == 200, answer.text
        return [each["id"] for each in answer.json()["data"]]


def settings(database_url: str, redis_url: str, **more: Any) -> GatewaySettings:
    given: dict[str, Any] = {
        "database_url": database_url,
        "redis_url": redis_url,
        "internal_key": "i" * 32,
        "cursor_key": "c" * 32,
        "scoring_url": "http://127.0.0.1:9",
        "log_level": "WARNING",
    }
    return GatewaySettings(**given | more)


@asynccontextmanager
async def started(app: FastAPI) -> AsyncIterator[None]:
    """Run an application's start and end in one task, as a server does."""
    inbox: asyncio.Queue[Message] = asyncio.Queue()
    said: asyncio.Queue[Message] = asyncio.Queue()
    scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
    task = asyncio.create_task(app(scope, inbox.get, said.put))
    await inbox.put({"type": "lifespan.startup"})
    assert (await said.get())["type"] == "lifespan.startup.complete"
    try:
        yield
    finally:
        await inbox.put({"type": "lifespan.shutdown"})
        await task


@asynccontextmanager
async def opened_house(
    database: Database, database_url: str, redis_url: str, **more: Any
) -> AsyncIterator[House]:
    """A gateway on these servers, started and level with the view."""
    given = settings(database_url, redis_url, **more)
    app = build(given)
    app.openapi_schema = _described(app)
    async with started(app):
        house = House(app, database, given)
        await house.level()
        house.key = await house.new_key(per_minute=100_000)
        try:
            yield house
        finally:
            await house.client.aclose()


_document: dict[str, Any] = {}


def _described(app: FastAPI) -> dict[str, Any]:
    """The document is the same for every test, and takes a second to make."""
    if not _document:
        _document.update(app.openapi())
    return _document


def problem(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return answer.status_code, answer.json()["code"]
