"""How much one key may ask: an exact count over a sliding minute, kept in Valkey.

Whatever moment it is looked at, no more than the limit passed in the sixty seconds before. The
calls of one turn of the event loop, and those that come while a round trip is under way, travel
together. When Valkey is away every call is let through at once: reading public data matters more
than counting, and a probe in the background brings the counting back.
"""

import asyncio
import math
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from typing import Any, Final, NamedTuple

from redis.asyncio import Redis
from redis.exceptions import NoScriptError, RedisError

from shared.logs import logger

WINDOW: Final = 60
"""Seconds over which requests are counted."""

PATIENCE: Final = 0.25
"""Seconds a round trip may take before Valkey counts as away."""

LONGEST: Final = 2.0
"""And however late we are ourselves to look at its answer."""

PROBE_EVERY: Final = 0.5

_log = logger(__name__)

# Counts by the second of the server's clock. `swept`: all seconds up to it are taken off `total`.
_COUNT: Final = """
local now = tonumber(redis.call('TIME')[1])
local answers = {}
for place, key in ipairs(KEYS) do
  local window, limit, asked = 60, tonumber(ARGV[2 * place - 1]), tonumber(ARGV[2 * place])
  local known = redis.call('HMGET', key, 'total', 'swept')
  local total, edge = tonumber(known[1]) or 0, now - window
  local swept = tonumber(known[2]) or edge
  if edge - swept >= window then
    redis.call('DEL', key)
    total, swept = 0, edge
  end
  for second = swept + 1, edge do
    local count = tonumber(redis.call('HGET', key, second))
    if count then
      total = total - count
      redis.call('HDEL', key, second)
    end
  end
  local granted = math.max(0, math.min(asked, limit - total))
  if granted > 0 then redis.call('HINCRBY', key, now, granted) end
  total = total + granted
  redis.call('HSET', key, 'total', total, 'swept', math.max(swept, edge))
  redis.call('EXPIRE', key, window + 1)
  local wait = window
  if total >= limit then
    for second = edge + 1, now do
      if redis.call('HEXISTS', key, second) == 1 then
        wait = second + window - now
        break
      end
    end
  end
  answers[place] = {granted, math.max(0, limit - total), wait}
end
return answers
"""


class Verdict(NamedTuple):
    """Whether a request may pass, how many more may, and in how many seconds that changes."""

    passed: bool
    limit: int
    remaining: int
    seconds: int

    def headers(self) -> list[tuple[bytes, bytes]]:
        """Return the fields of draft-ietf-httpapi-ratelimit-headers."""
        return [
            (b"ratelimit-policy", b'"key-min";q=%d;w=60' % self.limit),
            (b"ratelimit", b'"key-min";r=%d;t=%d' % (self.remaining, self.seconds)),
        ]


class _Call(NamedTuple):
    key: str
    limit: int
    verdict: asyncio.Future[Verdict | None]


class Quotas:
    """Counts the requests of keys. `open` while nothing can be counted."""

    def __init__(self, redis_url: str) -> None:
        self.open = False
        self.round_trips = 0
        self._redis: Any = Redis.from_url(
            redis_url, socket_timeout=LONGEST, socket_connect_timeout=LONGEST, max_connections=2
        )
        self._waiting: list[_Call] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._busy = False
        self._script = ""

    async def take(self, key: str, limit: int) -> Verdict | None:
        """Count one request of a key; None where nothing can be counted now."""
        if self.open:
            return None
        loop = asyncio.get_running_loop()
        call = _Call(key, limit, loop.create_future())
        self._waiting.append(call)
        if not self._busy:
            self._busy = True
            loop.call_soon(self._start, self._carry())
        return await call.verdict

    async def close(self) -> None:
        """End the probe and the connections."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._redis.aclose()

    def _start(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _carry(self) -> None:
        """Carry what waits to Valkey, and what came meanwhile, until nothing waits."""
        try:
            while self._waiting:
                calls, self._waiting = self._waiting, []
                await self._count(calls)
        finally:
            self._busy = False

    async def _count(self, calls: Sequence[_Call]) -> None:
        by_key: dict[str, list[_Call]] = {}
        for call in calls:
            by_key.setdefault(call.key, []).append(call)
        answers: Sequence[Any] = ()
        if not self.open:
            try:
                answers = await _in_time(self._ask(by_key))
            except (RedisError, OSError, TimeoutError) as fault:
                self._let_through(fault)
        for place, group in enumerate(by_key.values()):
            _tell(group, answers[place] if answers else None)

    async def _ask(self, by_key: dict[str, list[_Call]]) -> Sequence[Any]:
        keys = [f"quota:{key}" for key in by_key]
        counts = [(str(group[0].limit), str(len(group))) for group in by_key.values()]
        arguments = [*keys, *(word for pair in counts for word in pair)]
        self.round_trips += 1
        if not self._script:
            self._script = await self._redis.script_load(_COUNT)
        try:
            answers = await self._redis.execute_command(
                "EVALSHA", self._script, len(keys), *arguments
            )
        except NoScriptError:  # Valkey was restarted or flushed
            answers = await self._redis.execute_command("EVAL", _COUNT, len(keys), *arguments)
        counted: Sequence[Any] = answers
        return counted

    def _let_through(self, fault: BaseException) -> None:
        self.open = True
        _log.warning("quotas_not_counted", fault=type(fault).__name__)
        self._start(self._probe())

    async def _probe(self) -> None:
        while self.open:
            await asyncio.sleep(PROBE_EVERY)
            with suppress(RedisError, OSError, TimeoutError):
                await asyncio.wait_for(self._redis.ping(), PATIENCE)
                self.open = False
        _log.info("quotas_counted_again")


async def _in_time(asking: Coroutine[Any, Any, Sequence[Any]]) -> Sequence[Any]:
    """Wait for an answer. Raises TimeoutError where none came, though we had time to look.

    In a burst of requests it is this process that is late, not Valkey: its answer lies there.
    """
    loop = asyncio.get_running_loop()
    task = loop.create_task(asking)
    try:
        for _ in range(round(LONGEST / PATIENCE)):
            began = loop.time()
            await asyncio.wait({task}, timeout=PATIENCE)
            if task.done():
                return await task
            if loop.time() - began < 1.5 * PATIENCE:
                break
    finally:
        task.cancel()
    raise TimeoutError


def _tell(calls: Sequence[_Call], answer: Sequence[int] | None) -> None:
    """Give each call of one key its verdict; the earliest calls pass first."""
    for place, call in enumerate(calls):
        if call.verdict.done():  # its caller has left
            continue
        if answer is None:
            call.verdict.set_result(None)
            continue
        granted, remaining, wait = answer
        left = max(0, granted - place - 1) + remaining
        seconds = wait if left == 0 else WINDOW
        call.verdict.set_result(
            Verdict(place < granted, call.limit, left, max(1, math.ceil(seconds)))
        )
