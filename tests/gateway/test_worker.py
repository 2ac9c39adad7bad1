"""The worker fills the view from the feeds of running services, rung or not."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

import pytest
from redis.asyncio import Redis

from gateway.worker import filling, work
from shared import deadletters
from shared.clock import SystemClock
from shared.feed import Entry
from shared.queue import Bell
from tests.gateway.builders import alert, gone, indicator, process, release, score, source
from tests.gateway.house import House, opened_house
from tests.gateway.producers import Producers, opened_producers
from tests.support.postgres import Cluster, opened

STEPS = [
    ("tests.support.kernel", "ingestor"),
    ("tests.support.kernel", "scoring"),
    ("gateway", "gateway"),
]


class Street(NamedTuple):
    """A gateway's house, and the producers it reads from."""

    house: House
    producers: Producers


@pytest.fixture
async def street(cluster: Cluster, valkey_url: str) -> AsyncIterator[Street]:
    async with cluster.copy("gateway and producers", STEPS) as name:
        urls = {role: cluster.url(role, name) for role in ("ingestor", "scoring")}
        own = cluster.url("gateway", name)
        async with (
            opened_producers(urls) as producers,
            opened(own) as database,
            opened_house(database, own, valkey_url, **producers.urls) as house,
        ):
            yield Street(house, producers)


@asynccontextmanager
async def working(house: House) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(work(house.settings, stop=stop))
    try:
        yield
    finally:
        stop.set()
        await task


async def until_served(house: House, path: str, *, seconds: float = 8.0) -> None:
    async with asyncio.timeout(seconds):
        while (await house.get(path)).status_code != 200:
            await asyncio.sleep(0.01)


async def test_a_ring_makes_a_score_visible_and_a_lost_ring_only_delays_it(street: Street) -> None:
    house, producers = street
    bell = await Bell.connect(house.settings.redis_url)
    async with working(house):
        head = await producers.publish("scores", [score(process("rung"))])
        began = time.monotonic()
        await bell.ring("scores", head)
        await until_served(house, f"/v1/scores/process/{process('rung')}")
        assert time.monotonic() - began < 2

        async with Redis.from_url(house.settings.redis_url) as client:
            await client.flushall()
        await producers.publish("scores", [score(process("unheard"))])
        await until_served(house, f"/v1/scores/process/{process('unheard')}")
    await bell.close()


async def test_every_feed_is_read_to_its_end_and_says_when_it_was_level(street: Street) -> None:
    house, producers = street
    feeds: dict[str, list[Entry]] = {
        "releases": [release("o-1"), release("o-2"), gone(process("o-2"))],
        "sources": [source()],
        "scores": [score(process("o-1"))],
        "alerts": [alert(1, process("o-1"))],
        "catalogue": [indicator("R018")],
    }
    for feed, entries in feeds.items():
        await producers.publish(feed, entries)

    async with filling(house.settings, house.database, SystemClock()) as (view, _):
        await view.rounds.look(patience=None)
    await house.level()

    fresh = (await house.get("/v1/meta/freshness")).json()
    assert fresh["counts"] == {"processes": 1, "scores": 1, "alerts": 1, "indicators": 1}
    assert all(0 <= feed["lag_seconds"] < 30 for feed in fresh["feeds"])
    assert [feed["applied"] for feed in fresh["feeds"] if feed["name"] == "alerts"] == [1]


async def test_a_producer_that_begins_again_replaces_what_was_there_some_at_a_time(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.view.apply.PORTION", 2)
    house, producers = street
    old = [f"old-{n}" for n in range(5)]
    async with filling(house.settings, house.database, SystemClock()) as (view, _):
        await producers.publish("releases", [release(ocid) for ocid in old])
        await producers.publish("scores", [score(process(ocid)) for ocid in old])
        await view.rounds.look(patience=None)
        for feed in ("scores", "releases"):
            await producers.begin_again(feed)
        await producers.publish("releases", [release("new"), release("old-4")])
        await producers.publish("scores", [score(process("new"))])
        before = await _numbers(house)
        await view.rounds.look(patience=None)
    await house.level()

    assert set(await house.ids("/v1/processes")) == {process("new"), process("old-4")}
    counts = (await house.get("/v1/meta/freshness")).json()["counts"]
    assert (counts["processes"], counts["scores"]) == (2, 1)
    assert await _numbers(house) > before + 3 + 3  # portions, each with a number of its own


async def _numbers(house: House) -> int:
    async with house.database.connection() as connection:
        found: int = await connection.fetchval("SELECT seq FROM change_head")
        return found


@pytest.mark.check("F16", tier=1, limit="1 set aside, others unaffected")
async def test_an_entry_that_is_none_is_set_aside_and_the_rest_is_shown(street: Street) -> None:
    house, producers = street
    broken = Entry(0, "prc_broken", deleted=False, body=b'{"id":"prc_broken","release":5}')
    await producers.publish("releases", [release("o-1"), broken, release("o-2")])

    async with filling(house.settings, house.database, SystemClock()) as (view, readers):
        await view.rounds.look(patience=None)
        again = await readers["releases"].replay_dead()
    await house.level()

    assert len(await house.ids("/v1/processes")) == 2
    assert (again.applied, again.failed) == (0, 1)
    async with house.database.connection() as connection:
        letters = await deadletters.listed(connection)
    assert [letter.entry.key for letter in letters] == ["prc_broken"]
    assert "missing required field" in letters[0].reason


async def test_a_producer_that_is_away_holds_up_no_other(street: Street) -> None:
    house, producers = street
    await producers.publish("releases", [release("o-1")])
    away = house.settings.model_copy(update={"scoring_url": "http://127.0.0.1:9"})

    async with filling(away, house.database, SystemClock()) as (view, _):
        await view.rounds.look(patience=None)
    await house.level()

    assert await house.ids("/v1/processes") == [process("o-1")]
