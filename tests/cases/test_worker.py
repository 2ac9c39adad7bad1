"""The worker of cases takes alerts in from a running scoring, and sets aside what is none."""

import asyncio
import json
from argparse import Namespace
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from cases.commands import dead
from cases.settings import Settings
from cases.worker import Following, following, work
from shared.clock import SystemClock
from shared.database import Database
from shared.feed import Entry
from tests.cases.triage.alerts import alert
from tests.gateway.builders import tile
from tests.gateway.producers import Producers, opened_producers
from tests.support.postgres import SERVICES, Cluster, opened

STEPS = [("tests.support.kernel", "scoring"), *SERVICES["cases"]]


class Street(NamedTuple):
    """Cases, and the scoring that it reads from."""

    settings: Settings
    database: Database
    producers: Producers

    async def alerts(self) -> list[str]:
        """The alerts that were taken in."""
        async with self.database.connection() as connection:
            rows = await connection.fetch("SELECT id FROM alert ORDER BY id")
        return [row["id"] for row in rows]


@pytest.fixture
async def street(cluster: Cluster, valkey_url: str, tmp_path: Path) -> AsyncIterator[Street]:
    async with cluster.copy("cases and scoring", STEPS) as name:
        scoring = {"scoring": cluster.url("scoring", name)}
        own = cluster.url("cases", name)
        async with opened_producers(scoring) as producers, opened(own) as database:
            told = Settings(
                database_url=own,
                vault_database_url=cluster.url("cases_vault", name),
                redis_url=valkey_url,
                internal_key="i" * 32,
                receipt_key="r" * 32,
                evidence_path=tmp_path / "evidence",
                scoring_url=producers.urls["scoring_url"],
            )
            yield Street(told, database, producers)


def entry(id_: str) -> Entry:
    return Entry(0, id_, deleted=False, body=msgspec.json.encode(alert(id_)))


async def test_an_alert_that_scoring_raises_is_taken_in_without_a_ring(street: Street) -> None:
    stop = asyncio.Event()
    task = asyncio.create_task(work(street.settings, stop=stop))
    try:
        await street.producers.publish("alerts", [entry("alr_1")])
        async with asyncio.timeout(15):
            while await street.alerts() != ["alr_1"]:
                await asyncio.sleep(0.02)
    finally:
        stop.set()
        await task


@pytest.mark.check("F16", tier=1, limit="1 set aside, others unaffected")
async def test_an_alert_that_is_none_is_set_aside_listed_and_tried_again(
    street: Street, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in street.settings.model_dump().items():
        secret = getattr(value, "get_secret_value", None)
        monkeypatch.setenv(name.upper(), str(secret() if secret else value or ""))
    broken = Entry(0, "alr_2", deleted=False, body=b'{"id":"alr_2","process":5}')
    await street.producers.publish("alerts", [entry("alr_1"), broken, entry("alr_3")])
    async with following(street.settings, street.database, SystemClock()) as readers:
        await Following(readers).rounds.look(patience=None)

    listed = await asyncio.to_thread(dead.run, Namespace(action="list", json=True))
    first = json.loads(capsys.readouterr().out.splitlines()[-1])
    replayed = await asyncio.to_thread(dead.run, Namespace(action="replay", json=True))
    lines = map(json.loads, capsys.readouterr().out.splitlines()[-2:])
    again = {line.pop("feed"): line for line in lines}

    assert await street.alerts() == ["alr_1", "alr_3"]
    assert (listed, first["feed"], first["key"]) == (0, "alerts", "alr_2")
    assert (replayed, again["alerts"]) == (1, {"applied": 0, "failed": 1})
    assert again["statistics"] == {"applied": 0, "failed": 0}


async def test_figures_that_scoring_publishes_are_kept_for_campaigns(street: Street) -> None:
    await street.producers.publish("statistics", [tile("single-source"), tile("methods")])
    async with following(street.settings, street.database, SystemClock()) as readers:
        await Following(readers).rounds.look(patience=None)

    async with street.database.connection() as connection:
        kept = await connection.fetch("SELECT tile FROM statistic ORDER BY tile")
    assert [row["tile"] for row in kept] == ["methods", "single-source"]


async def test_a_scoring_that_is_away_stops_nothing(street: Street) -> None:
    away = street.settings.model_copy(update={"scoring_url": "http://127.0.0.1:9"})

    async with following(away, street.database, SystemClock()) as readers:
        await Following(readers).rounds.look(patience=None)

    assert await street.alerts() == []
