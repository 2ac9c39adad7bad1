"""The bell: it tells another service that there is something to read, and nothing more.

The facts lie in the feeds; a ring names a feed and a number. A ring that is lost, repeated or late
does no harm: every worker also looks by itself every few seconds. So Redis may be wiped or be away,
and work goes on a little later. This is the only module that knows arq.

    bell = await Bell.connect(settings.redis_url)
    await bell.ring("releases", head)                    # after the commit

    await run_worker(redis_url=…, queue="scoring", on_bell=read_feed, sweep=read_all_feeds)

A ring that is heard wakes its handler outside arq: a handler is never cut off by a job's time
limit, never repeated by arq, and however many rings come while it runs, it runs once more.
"""

import asyncio
import logging
import signal
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Self, cast

import msgspec
import structlog
from arq.connections import ArqRedis
from arq.worker import Worker, func
from redis.asyncio import ConnectionPool
from redis.exceptions import RedisError

from shared import metrics
from shared.contracts.feeds import FEEDS
from shared.database import transient

RING_TIMEOUT: Final = 0.5
"""Seconds a producer waits for a Redis that hangs, after its work is committed."""

SILENCE: Final = 2.0
"""Seconds without ringing after that: the workers' own rounds come as often."""

EXPIRES: Final = 60
"""Seconds after which an unheard ring is worth nothing: the round has long been made."""

POLL: Final = 0.05
"""Seconds between looks at the queue: a ring is heard after 31 ms in the middle, at 1 % of CPU."""

JOB_TIMEOUT, LONG_JOB_TIMEOUT = 5, 60
"""Seconds. arq locks the ring of a killed worker for the longest of its time limits, plus ten."""

RECONNECT: Final = 0.5
GRACE: Final = 1.5
"""Seconds that handlers get to give up their transactions when a worker is told to stop."""

_AWAY = (RedisError, OSError, TimeoutError)
_failed: Final[set[str]] = set()
"""Jobs of this process whose last time failed."""

_FUNCTION = "bell"

OnBell = Callable[[str, int], Awaitable[None]]
Action = Callable[[], Awaitable[None]]

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Periodic:
    """Something a worker does every so many seconds, counted from the end of the last time.

    `rest` is how many times as long as it took it waits at least: for what goes over all data.
    """

    name: str
    every: float
    run: Action
    rest: float = 0.0


def queue_name(queue: str, *, long: bool = False) -> str:
    """The key in Redis of a service's queue; long work has one of its own."""
    return f"qadaga:{queue}:long" if long else f"qadaga:{queue}"


class Bell:
    """Rings the workers of other services. Nothing it does ever fails."""

    def __init__(self, redis: ArqRedis) -> None:
        self._redis = redis
        self._silent_until = 0.0

    @classmethod
    async def connect(cls, redis_url: str) -> Self:
        """Make a bell; Redis itself may be away for now."""
        return cls(_client(redis_url))

    async def close(self) -> None:
        """Give the connections back."""
        with suppress(*_AWAY):
            await self._redis.aclose(close_connection_pool=True)

    async def ring(self, feed: str, seq: int) -> None:
        """Tell every consumer of a feed that it goes up to `seq`. To be called after the commit."""
        await asyncio.gather(*(self.wake(queue, feed, seq) for queue in FEEDS[feed].consumers))

    async def wake(self, queue: str, what: str, number: int, *, long: bool = False) -> None:
        """Ring one queue. `long=True` rings the worker that does nothing but long work.

        What is to be done must be written down in a table that the worker looks through anyway.
        """
        if time.monotonic() < self._silent_until:
            metrics.bells_lost_total.labels(what).inc()
            return
        name = queue_name(queue, long=long)
        try:
            async with asyncio.timeout(RING_TIMEOUT):
                await self._redis.enqueue_job(
                    _FUNCTION,
                    what,
                    number,
                    _job_id=f"{name}:{what}:{number}",
                    _queue_name=name,
                    _expires=EXPIRES,
                )
            metrics.redis_up.set(1)
        except _AWAY:
            self._silent_until = time.monotonic() + SILENCE
            metrics.redis_up.set(0)
            metrics.bells_lost_total.labels(what).inc()

    async def ping(self) -> None:
        """Answer when Redis does; raise redis' own error otherwise. For readiness."""
        async with asyncio.timeout(RING_TIMEOUT):
            await self._redis.ping()


class _Handler:
    """Runs a worker's handler for what was rung: one at a time for each feed, the newest number."""

    def __init__(self, on_bell: OnBell) -> None:
        self._on_bell = on_bell
        self._rung: dict[str, int] = {}
        self._running: dict[str, asyncio.Task[None]] = {}

    def hear(self, what: str, number: int) -> None:
        """Note a ring; start the handler unless it runs already, and will look again."""
        self._rung[what] = max(number, self._rung.get(what, 0))
        if what not in self._running:
            self._running[what] = asyncio.create_task(self._answer(what))

    @property
    def running(self) -> list[asyncio.Task[None]]:
        """The handlers at work at this moment."""
        return list(self._running.values())

    async def _answer(self, what: str) -> None:
        try:
            while (number := self._rung.pop(what, None)) is not None:
                await _attempt(what, partial(self._on_bell, what, number))
        finally:
            del self._running[what]


async def run_worker(
    *,
    redis_url: str,
    queue: str,
    on_bell: OnBell,
    sweep: Action,
    sweep_every: float = 2.0,
    cron: Sequence[Periodic] = (),
    long: bool = False,
    stop: asyncio.Event | None = None,
) -> None:
    """Listen to a queue, make rounds, and do what is due, until SIGTERM or `stop`.

    `on_bell(feed, seq)` answers a ring; `sweep()` is the round that finds what no ring told of, at
    the start and every `sweep_every` seconds, whether Redis is there or not. Handlers that raise
    are logged and called again at the next ring or round; so are those cut off at the end, in the
    next life of the worker.
    """
    stop = stop or _stopped_by_signal()
    handler = _Handler(on_bell)
    periodic = [Periodic("sweep", sweep_every, sweep), *cron]
    tasks = [
        asyncio.create_task(_listen(redis_url, queue_name(queue, long=long), handler, long=long)),
        asyncio.create_task(metrics.watch_loop()),
        *(asyncio.create_task(_every(action)) for action in periodic),
    ]
    try:
        waiting = asyncio.create_task(stop.wait())
        done, _ = await asyncio.wait([waiting, *tasks], return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        await _end([*tasks, waiting, *handler.running])


def _stopped_by_signal() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


async def _every(periodic: Periodic) -> None:
    while True:
        began = time.monotonic()
        await _attempt(periodic.name, periodic.run)
        took = time.monotonic() - began
        await asyncio.sleep(max(periodic.every, periodic.rest * took))


async def _attempt(name: str, action: Action) -> None:
    """Do it, measured; a fault is counted and told, and ends nothing else."""
    began = time.perf_counter()
    if name in _failed:
        metrics.jobs_retries_total.labels(name).inc()
    try:
        await action()
    except Exception as fault:
        _failed.add(name)
        metrics.jobs_total.labels(name, "failed").inc()
        if transient(fault):
            log.warning("job put off", job=name, reason=f"{type(fault).__name__}: {fault}")
        else:
            log.exception("job failed", job=name)
    else:
        _failed.discard(name)
        metrics.jobs_total.labels(name, "done").inc()
    metrics.job_duration_seconds.labels(name).observe(time.perf_counter() - began)


async def _listen(redis_url: str, queue: str, handler: _Handler, *, long: bool) -> None:
    """Hear rings for ever; arq's worker ends when Redis goes away, and is made anew."""
    logging.getLogger("arq").setLevel(logging.ERROR)
    away = False
    while True:
        redis = _client(redis_url)
        try:
            await redis.ping()
            metrics.redis_up.set(1)
            log.info("the bell is heard", queue=queue, again=away)
            away = False
            await _hear(redis, queue, handler, LONG_JOB_TIMEOUT if long else JOB_TIMEOUT)
        except _AWAY as fault:
            metrics.redis_up.set(0)
            if not away:
                log.warning("the bell is silent", queue=queue, reason=type(fault).__name__)
            away = True
        finally:
            with suppress(*_AWAY):
                await redis.aclose(close_connection_pool=True)
        await asyncio.sleep(RECONNECT)


async def _hear(redis: ArqRedis, queue: str, handler: _Handler, job_timeout: int) -> None:
    async def hear(_: dict[str, Any], what: str, number: int) -> None:
        handler.hear(what, number)

    worker = Worker(
        [func(cast("Any", hear), name=_FUNCTION, keep_result=0, timeout=job_timeout)],
        queue_name=queue,
        redis_pool=redis,
        handle_signals=False,
        poll_delay=POLL,
        job_timeout=job_timeout,
        keep_result=0,
        health_check_interval=10,
        job_serializer=_serialize,
        job_deserializer=msgspec.json.decode,
        log_results=False,
    )
    try:
        await worker.async_run()
    finally:
        await _end(worker.tasks.values())


async def _end(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel tasks and wait for them a little.

    They are asked more than once: a cancellation that comes while arq starts on a new connection
    was seen to be lost (arq 0.28.0, redis 5.3.1, Python 3.11.7).
    """
    until = time.monotonic() + GRACE
    pending = {task for task in tasks if not task.done()}
    while pending and time.monotonic() < until:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=0.1)


def _client(redis_url: str) -> ArqRedis:
    pool = ConnectionPool.from_url(
        redis_url,
        socket_connect_timeout=RING_TIMEOUT,
        socket_timeout=2 * RING_TIMEOUT,
        health_check_interval=10,
    )
    return ArqRedis(pool, job_serializer=_serialize, job_deserializer=msgspec.json.decode)


def _serialize(job: Any) -> bytes:
    """JSON, never pickle: who can write to Redis must not be able to run code here."""
    # arq also puts the exception of a job it drops in here, to throw the result away afterwards.
    return msgspec.json.encode(job, enc_hook=repr)
