"""An engine for tests, on fresh databases."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.scoring.office import Office, office


@pytest.fixture
async def scoring_office(
    platform_database_urls: dict[str, str], tmp_path: Path
) -> AsyncIterator[Office]:
    """A started engine whose feed of releases is the ingestor's."""
    async with office(platform_database_urls, tmp_path) as found:
        yield found


@pytest.fixture
async def alerting(scoring_office: Office) -> Office:
    """The same, raising alerts on data of the last day."""
    scoring_office.alerts_since = scoring_office.clock.now() - timedelta(days=1)
    await scoring_office.restart()
    return scoring_office
