from collections.abc import AsyncIterator

import pytest

from tests.ingestor.office import Office, opened_office
from tests.support.postgres import Cluster


@pytest.fixture
async def office(cluster: Cluster) -> AsyncIterator[Office]:
    """An ingestor on a fresh database."""
    async with opened_office(cluster) as office:
        yield office
