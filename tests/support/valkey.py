"""A Valkey for tests: one per test process, emptied before each test.

With TEST_REDIS_URL that server is used instead, and emptied.
"""

import os
from collections.abc import Iterator

import pytest
from redis.asyncio import Redis

from deploy.servers import Valkey
from tests.support.servers import running


@pytest.fixture(scope="session")
def valkey_server_url() -> Iterator[str]:
    """The address of the server."""
    if given := os.environ.get("TEST_REDIS_URL"):
        yield given
        return
    with running(Valkey) as server:
        assert isinstance(server.server, Valkey)
        yield server.server.url()


@pytest.fixture
async def valkey_url(valkey_server_url: str) -> str:
    """The address of an empty Valkey."""
    async with Redis.from_url(valkey_server_url) as client:
        await client.flushall()
    return valkey_server_url
