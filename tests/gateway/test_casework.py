"""What cases answers, asked through the only door."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.desk import Desk
from shared.clock import SystemClock
from tests.gateway.casework import Casework, opened_casework
from tests.gateway.house import House, problem
from tests.support.postgres import Cluster


@pytest.fixture
async def casework(house: House, cluster: Cluster, tmp_path: Path) -> AsyncIterator[Casework]:
    async with opened_casework(house, cluster, tmp_path) as found:
        yield found


async def test_life_cycles_are_read_through_the_gateway(casework: Casework) -> None:
    key = await casework.key(await casework.organisation("Бақылаушылар"), "reader")

    answer = await casework.ask("GET", "/meta/workflows", key)

    assert answer.status_code == 200
    assert isinstance(answer.json()["data"], list)


async def test_where_cases_is_away_the_gateway_says_so_and_nothing_else_stops(
    house: House, casework: Casework
) -> None:
    key = await casework.key(await casework.organisation("Бақылаушылар"), "reader")
    nowhere = Desk(
        url="http://127.0.0.1:1", service="cases", settings=house.settings, clock=SystemClock()
    )
    house.app.state.gateway = replace(house.state, cases=nowhere)

    away = await casework.ask("GET", "/meta/workflows", key)

    assert problem(away)[0] == 503
    assert (await casework.ask("GET", "/me", key)).status_code == 200
    await nowhere.close()
