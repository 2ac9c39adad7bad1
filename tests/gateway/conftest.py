from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.gateway.builders import alert, indicator, process, release, score, source
from tests.gateway.casework import opened_casework
from tests.gateway.house import House, opened_house
from tests.gateway.portal_builders import portal_notice
from tests.gateway.tip_people import Recipients
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


@pytest.fixture
async def full(house: House) -> House:
    """A gateway with something of everything in it."""
    one = process("o-1")
    await house.fill("sources", source())
    await house.fill("catalogue", indicator("R018"))
    await house.fill("releases", release("o-1"), release("o-2"), portal_notice())
    await house.fill("scores", score(one))
    await house.fill("alerts", alert(1, one))
    return house


@pytest.fixture
async def line(house: House, cluster: Cluster, tmp_path: Path) -> AsyncIterator[Recipients]:
    """Who receives tips; little work is asked of senders, so that tests are quick."""
    async with opened_casework(house, cluster, tmp_path) as casework:
        quick = {"tip_work_bits": 2, "tip_answer_seconds": 0.02}
        desk = casework.office.app.state.desk
        desk.settings = desk.settings.model_copy(update=quick)
        recipients = Recipients(casework)
        await recipients.open()
        yield recipients
