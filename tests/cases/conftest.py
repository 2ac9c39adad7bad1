"""What the tests of cases share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.cases.office import Office, opened_office
from tests.support.postgres import Cluster


@pytest.fixture
async def office(cluster: Cluster, tmp_path: Path) -> AsyncIterator[Office]:
    """A fresh service of cases."""
    async with opened_office(cluster, tmp_path) as found:
        yield found
