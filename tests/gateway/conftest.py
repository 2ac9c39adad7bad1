from collections.abc import AsyncIterator

import pytest

from tests.gateway.house import House, opened_house
from tests.support.postgres import SERVICES, Cluster, opened


@pytest.fixture
async def database_url(cluster: Cluster) -> AsyncIterator[str]:
    """The address of a fresh database of the gateway."""
    async with cluster.copy("gateway", SERVICES["gateway"]) as name:
        yield cluster.url("gateway", name)


@pytest.fixture
async def house(database_url: str, valkey_url: str) -> AsyncIterator[House]:
    """A gateway with nothing in it yet."""
    async with (
        opened(database_url) as database,
        opened_house(database, database_url, valkey_url) as house,
    ):
        yield house
