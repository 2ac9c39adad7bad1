from collections.abc import AsyncIterator

import pytest

from tests.ingestor.goszakup_pull.house import NIGHT
from tests.ingestor.goszakup_pull.standin import Standin
from tests.ingestor.office import Office


@pytest.fixture
async def standin() -> AsyncIterator[Standin]:
    """A portal without any rows."""
    portal = Standin()
    await portal.wire.start()
    yield portal
    await portal.wire.stop()


@pytest.fixture
def office(office: Office) -> Office:
    """An ingestor on the evening of the tests."""
    office.clock.moment = NIGHT
    return office
