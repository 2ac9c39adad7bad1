"""A producer whose feeds can be read over HTTP, as other services read them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI
from pydantic import SecretStr

from shared.app import create_app
from shared.clock import SystemClock
from shared.database import Database
from shared.feed.serve import feed_router
from shared.security import InternalAuth, service_caller
from shared.settings import Settings

KEY = SecretStr("test-only-key-of-thirty-two-chars!")
URL = "http://ingestor.test"


def feed_application(database: Database, *feeds: str) -> FastAPI:
    """An application that serves these feeds, and nothing else."""
    return create_app(
        service="ingestor",
        settings=Settings(database_url="postgresql://unused", internal_key=KEY),
        title="Feeds",
        routers=[feed_router(database, feeds)],
    )


@asynccontextmanager
async def feed_client(
    database: Database, *feeds: str, scope: str = "feeds:read"
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of that application, with a token that has the scope."""
    auth = InternalAuth(
        service_caller(scope), issuer="scoring", audience="ingestor", key=KEY, clock=SystemClock()
    )
    transport = httpx.ASGITransport(feed_application(database, *feeds), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, auth=auth, base_url=URL) as client:
        yield client
