"""Feed and bell together: whatever happens to Redis, what was published arrives once."""

import asyncio
from collections.abc import Iterator, Sequence

import asyncpg
import pytest
from redis.asyncio import Redis

from deploy.servers import Valkey
from shared.database import Database
from shared.feed import Change, Entry, FeedReader, publish_events
from shared.queue import Bell, run_worker
from tests.support.feeds import URL, feed_client
from tests.support.servers import Running, running

ALERTS = 300


@pytest.fixture
def redis_server() -> Iterator[Running]:
    with running(Valkey) as server:
        yield server


async def _apply(connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
    await connection.executemany(
        "INSERT INTO alert VALUES ($1, $2)", [(entry.seq, entry.key) for entry in entries]
    )


async def _produce(producer: Database, bell: Bell, server: Running) -> None:
    """Publish one alert at a time; wipe Redis at every 10th, kill it at the 100th and 200th."""
    assert isinstance(server.server, Valkey)
    for number in range(1, ALERTS + 1):
        async with producer.transaction() as connection:
            event = Change(f"alr_{number}", b"{}")
            seq = await publish_events(connection, "alerts", [event])
        await bell.ring("alerts", seq)
        if number in (100, 200):
            server.kill()
            await asyncio.to_thread(server.start)
        elif number % 10 == 0:
            async with Redis.from_url(server.server.url()) as redis:
                await redis.flushall()


@pytest.mark.check("F4", tier=1, limit="0 lost, 0 doubled")
@pytest.mark.check("F5", tier=1, limit="0 lost, 0 doubled")
async def test_no_alert_is_lost_or_doubled_while_redis_is_wiped_and_killed(
    producer: Database, consumer: Database, redis_server: Running
) -> None:
    assert isinstance(redis_server.server, Valkey)
    url = redis_server.server.url()
    async with consumer.connection() as connection:
        await connection.execute("CREATE TABLE alert (seq bigint, key text)")
    stop = asyncio.Event()

    async with feed_client(producer, "alerts") as client:
        reader = FeedReader(feed="alerts", url=URL, client=client, database=consumer, apply=_apply)

        async def drain(*_: object) -> None:
            await reader.drain()

        worker = asyncio.create_task(
            run_worker(
                redis_url=url,
                queue="gateway",
                on_bell=drain,
                sweep=drain,
                sweep_every=0.5,
                stop=stop,
            )
        )
        bell = await Bell.connect(url)
        await _produce(producer, bell, redis_server)
        await asyncio.sleep(1.2)
        stop.set()
        await worker
        await bell.close()

    async with consumer.connection() as connection:
        rows = await connection.fetch("SELECT seq, key FROM alert ORDER BY seq")
    assert [tuple(row) for row in rows] == [(n, f"alr_{n}") for n in range(1, ALERTS + 1)]
