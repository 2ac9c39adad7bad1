"""The bell: it is quick when Redis is there, and nothing is lost when Redis is not."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from prometheus_client import REGISTRY
from redis.asyncio import Redis

from deploy.servers import Valkey
from shared.queue import Bell, Periodic, queue_name, run_worker
from tests.support.servers import Running, running

ROOT = Path(__file__).parents[2]


class Service:
    """A worker of the queue `scoring` that notes what it hears and how often it looks itself."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, int]] = []
        self.sweeps = 0
        self.busy = 0.0
        self.fault: Exception | None = None

    async def on_bell(self, feed: str, seq: int) -> None:
        self.heard.append((feed, seq))
        await asyncio.sleep(self.busy)
        if self.fault:
            raise self.fault

    async def sweep(self) -> None:
        self.sweeps += 1

    @contextlib.asynccontextmanager
    async def working(
        self,
        redis_url: str,
        *,
        sweep_every: float = 60,
        long: bool = False,
        cron: tuple[Periodic, ...] = (),
    ) -> AsyncIterator[None]:
        """Let the worker run while the block lasts."""
        stop = asyncio.Event()
        task = asyncio.create_task(
            run_worker(
                redis_url=redis_url,
                queue="scoring",
                on_bell=self.on_bell,
                sweep=self.sweep,
                sweep_every=sweep_every,
                cron=cron,
                long=long,
                stop=stop,
            )
        )
        try:
            await until(lambda: self.sweeps > 0)
            await asyncio.sleep(0.15)
            yield
        finally:
            stop.set()
            await task


async def until(condition: Callable[[], bool], seconds: float = 8) -> None:
    """Wait for something to become true."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
async def bell(valkey_url: str) -> AsyncIterator[Bell]:
    bell = await Bell.connect(valkey_url)
    yield bell
    await bell.close()


@pytest.fixture(scope="module")
def own_valkey() -> Iterator[Running]:
    """A server of this file's own, which its tests may kill."""
    with running(Valkey) as server:
        yield server


@pytest.fixture
def own_url(own_valkey: Running) -> str:
    assert isinstance(own_valkey.server, Valkey)
    return own_valkey.server.url()


async def test_a_ring_reaches_the_handler_within_a_tenth_of_a_second(
    valkey_url: str, bell: Bell, service: Service
) -> None:
    delays = []
    async with service.working(valkey_url):
        for seq in range(1, 12):
            began = time.perf_counter()
            await bell.ring("releases", seq)
            await until(lambda seq=seq: ("releases", seq) in service.heard)  # type: ignore[misc]
            delays.append(time.perf_counter() - began)

    median = sorted(delays)[5]
    print(f"ring to handler: median {median * 1000:.0f} ms")
    assert median < 0.1


async def test_every_consumer_of_a_feed_is_rung_and_no_other(valkey_url: str, bell: Bell) -> None:
    await bell.ring("releases", 7)
    await bell.ring("scores", 8)

    async with Redis.from_url(valkey_url) as redis:
        waiting = {
            queue: await redis.zcard(queue_name(queue))
            for queue in ("ingestor", "scoring", "gateway")
        }
    assert waiting == {"ingestor": 0, "scoring": 1, "gateway": 2}


@pytest.mark.check("S5", tier=1, limit="JSON")
async def test_a_ring_holds_json_and_expires_within_a_minute(valkey_url: str, bell: Bell) -> None:
    await bell.ring("drafts", 7)

    async with Redis.from_url(valkey_url) as redis:
        (key,) = await redis.keys("arq:job:*")
        job = msgspec.json.decode(await redis.get(key))
        assert job["a"] == ["drafts", 7]
        assert 0 < await redis.ttl(key) <= 60


async def test_nothing_is_left_in_redis_when_a_ring_was_heard(
    valkey_url: str, bell: Bell, service: Service
) -> None:
    async with service.working(valkey_url), Redis.from_url(valkey_url) as redis:
        await bell.ring("releases", 7)
        await until(lambda: bool(service.heard))
        await asyncio.sleep(0.2)

        assert await redis.keys("arq:result:*") == []
        assert await redis.zcard(queue_name("scoring")) == 0


async def test_the_same_number_rung_again_later_is_heard_again(
    valkey_url: str, bell: Bell, service: Service
) -> None:
    async with service.working(valkey_url):
        await bell.ring("releases", 7)
        await until(lambda: len(service.heard) == 1)
        await asyncio.sleep(0.2)

        await bell.ring("releases", 7)
        await until(lambda: len(service.heard) == 2)


async def test_a_hundred_rings_while_the_handler_works_call_it_once_more(
    valkey_url: str, bell: Bell, service: Service
) -> None:
    service.busy = 1.0
    async with service.working(valkey_url):
        await bell.ring("releases", 1)
        await until(lambda: bool(service.heard))
        for seq in range(2, 102):
            await bell.ring("releases", seq)
        await until(lambda: len(service.heard) > 1)
        await asyncio.sleep(0.3)

    assert service.heard == [("releases", 1), ("releases", 101)]


async def test_a_handler_that_raises_is_called_again_at_the_next_ring(
    valkey_url: str, bell: Bell, service: Service
) -> None:
    service.fault = KeyError("ocid")
    async with service.working(valkey_url):
        await bell.ring("releases", 1)
        await until(lambda: len(service.heard) == 1)
        await bell.ring("releases", 2)
        await until(lambda: len(service.heard) == 2)


async def test_long_work_has_a_queue_and_a_worker_of_its_own(
    valkey_url: str, bell: Bell, service: Service
) -> None:
    exports = Service()
    async with service.working(valkey_url), exports.working(valkey_url, long=True):
        await bell.wake("scoring", "export", 3, long=True)
        await until(lambda: exports.heard == [("export", 3)])

    assert service.heard == []


async def test_a_worker_looks_by_itself_every_few_seconds(
    valkey_url: str, service: Service
) -> None:
    async with service.working(valkey_url, sweep_every=0.1):
        await until(lambda: service.sweeps >= 4)


async def test_what_is_due_is_done_though_it_failed_the_last_time(
    valkey_url: str, service: Service
) -> None:
    done: list[int] = []

    async def retire_keys() -> None:
        done.append(1)
        raise OSError("away")

    periodic = Periodic("retire_keys", 0.1, retire_keys)
    async with service.working(valkey_url, cron=(periodic,)):
        await until(lambda: len(done) >= 3)


async def test_what_took_long_rests_for_many_times_as_long(
    valkey_url: str, service: Service
) -> None:
    spans: list[tuple[float, float]] = []

    async def count() -> None:
        began = time.monotonic()
        await asyncio.sleep(0.1)
        spans.append((began, time.monotonic()))

    periodic = Periodic("count", 0.01, count, rest=5.0)
    async with service.working(valkey_url, cron=(periodic,)):
        await until(lambda: len(spans) >= 2)

    (_, ended), (again, _) = spans[:2]
    assert again - ended > 0.45


async def test_a_wiped_redis_loses_rings_and_the_next_ones_are_heard(
    valkey_url: str, bell: Bell, service: Service
) -> None:
    async with service.working(valkey_url, sweep_every=0.2), Redis.from_url(valkey_url) as redis:
        for seq in range(1, 30):
            await bell.ring("releases", seq)
            await redis.flushall()
        sweeps = service.sweeps

        await bell.ring("releases", 99)
        await until(lambda: ("releases", 99) in service.heard)
        await until(lambda: service.sweeps > sweeps + 1)


@pytest.mark.thorough
async def test_a_killed_redis_stops_neither_producer_nor_rounds_and_is_heard_when_back(
    own_valkey: Running, own_url: str, service: Service
) -> None:
    bell = await Bell.connect(own_url)
    async with service.working(own_url, sweep_every=0.1):
        await asyncio.to_thread(own_valkey.kill)
        before = _lost("releases")
        await bell.ring("releases", 1)
        sweeps = service.sweeps
        await until(lambda: service.sweeps > sweeps + 3)
        assert _lost("releases") > before

        await asyncio.to_thread(own_valkey.start)
        await asyncio.sleep(2.5)
        await bell.ring("releases", 2)
        await until(lambda: ("releases", 2) in service.heard)
    await bell.close()


@pytest.mark.check("F6", tier=1, limit="0.5 s once")
async def test_a_redis_that_hangs_holds_a_producer_up_for_half_a_second_once(
    own_valkey: Running, own_url: str
) -> None:
    bell = await Bell.connect(own_url)
    await bell.ring("releases", 1)
    os.kill(own_valkey.pid, signal.SIGSTOP)
    try:
        began = time.perf_counter()
        for seq in range(2, 50):
            await bell.ring("releases", seq)
        held_up = time.perf_counter() - began
    finally:
        os.kill(own_valkey.pid, signal.SIGCONT)
        await bell.close()

    assert held_up < 0.8


async def test_a_bell_can_be_made_while_redis_is_away() -> None:
    bell = await Bell.connect("redis://127.0.0.1:9/0")

    await bell.ring("releases", 1)
    with pytest.raises(Exception, match="9"):
        await bell.ping()
    await bell.close()


WORKER = """
import asyncio, sys
from shared.queue import run_worker
async def never_ends(*_):
    print("working", flush=True)
    await asyncio.sleep(60)
asyncio.run(run_worker(
    redis_url=sys.argv[1], queue="scoring", on_bell=never_ends, sweep=never_ends))
"""


@pytest.mark.parametrize("away", [False, True], ids=["redis there", "redis away"])
async def test_a_worker_told_to_stop_in_the_middle_of_work_ends_within_two_seconds(
    valkey_url: str, *, away: bool
) -> None:
    url = "redis://127.0.0.1:9/0" if away else valkey_url
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", WORKER, url), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    line = await asyncio.wait_for(process.stdout.readline(), 20)
    while b"working" not in line:
        line = await asyncio.wait_for(process.stdout.readline(), 20)

    began = time.perf_counter()
    process.send_signal(signal.SIGTERM)
    code = await asyncio.wait_for(process.wait(), 10)

    assert code == 0
    assert time.perf_counter() - began < 2


def _lost(feed: str) -> float:
    return REGISTRY.get_sample_value("bells_lost_total", {"feed": feed}) or 0
