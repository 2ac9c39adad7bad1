"""The process that sends: takes what is due, a few of each endpoint at a time, and notes replies.

One loop and many tries beside it. A slow endpoint holds its own few places and nobody else's, and
an organisation with many of them leaves as many places to others as it holds itself.
Several dispatchers may run: a delivery is claimed by one of them.
"""

import asyncio
import random
import signal
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any, Final

import asyncpg
import msgspec
import prometheus_client

from gateway import own_keys
from gateway.push import outbox
from gateway.push.guard import Guard
from gateway.push.outbox import Claimed, Done
from gateway.push.schedule import decide
from gateway.push.signatures import SEALED_AS, signatures
from gateway.push.telling import Letter, Mail, disabled
from gateway.push.tracing import trace
from gateway.push.transport import ANSWER_WITHIN, post
from gateway.settings import GatewaySettings
from gateway.subscriptions import notifier
from gateway.who.sealing import Seal
from shared import logs, telemetry
from shared.clock import Clock, SystemClock
from shared.database import Database, transient
from shared.observed import observe

EACH: Final = 8
"""Tries at one endpoint at a time; at one that did not answer when it was last tried, one."""

AT_ONCE: Final = 200
LOOK_EVERY: Final = 0.5
FORGET_EVERY: Final = 3600.0
LETTERS_WITHIN: Final = 5.0
"""How long letters that are under way are waited for at the end."""

USER_AGENT: Final = "qadaga-webhooks/1"

_sent = prometheus_client.Counter(
    "webhook_attempts", "Tries at deliveries, by what came of them.", ["state"]
)
_first_try = prometheus_client.Histogram(
    "webhook_first_try_seconds",
    "From when a delivery was due until it is tried for the first time.",
    buckets=(0.1, 0.5, 1, 2, 5, 15, 60, 300, 1800, 7200),
)
_log = logs.logger(__name__)


class Dispatcher:
    """Sends what is due. `step` is one round of the loop."""

    def __init__(
        self,
        database: Database,
        guard: Guard,
        seal: Seal,
        mail: Mail,
        *,
        clock: Clock,
        chance: random.Random | None = None,
        within: float = ANSWER_WITHIN,
    ) -> None:
        self._database = database
        self._guard = guard
        self._seal = seal
        self._mail = mail
        self._clock = clock
        self._chance = chance or random.SystemRandom()
        self._within = within
        self._busy: Counter[str] = Counter()
        self._held: Counter[str] = Counter()
        self._silent: set[str] = set()
        self._tries: set[asyncio.Task[None]] = set()
        self._letters: set[asyncio.Task[bool]] = set()
        self._done: list[Done] = []
        self._wake = asyncio.Event()
        self._looked_at = self._forgot_at = float("-inf")

    async def run(self, stop: asyncio.Event) -> None:
        """Send until told to end; tries that are under way are ended and made again later."""
        ending = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                try:
                    idle = not await self.step()
                except Exception as fault:
                    if not transient(fault):
                        raise
                    _log.warning("database_away", fault=type(fault).__name__)
                    idle = True
                if idle:
                    await self._rest(ending)
        finally:
            ending.cancel()
            await self.end()

    async def step(self) -> int:
        """Note replies, look for what is new, begin what is due; return how much that was."""
        self._wake.clear()
        noted = await self._record()
        brought = await self._bring()
        return noted + brought + await self._begin()

    def look(self) -> None:
        """Look into the log at the next step, however short ago it was looked at."""
        self._looked_at = float("-inf")

    async def settle(self) -> None:
        """Wait for the tries that are under way and note what came of them."""
        while self._tries:
            await asyncio.wait(set(self._tries))
        await self._record()

    async def end(self) -> None:
        """End what is under way; what was not noted is sent again, under its id."""
        for task in set(self._tries):
            task.cancel()
        with suppress(Exception):
            await self._record()
        if self._letters:
            await asyncio.wait(set(self._letters), timeout=LETTERS_WITHIN)

    async def _rest(self, ending: asyncio.Task[Any]) -> None:
        woken = asyncio.create_task(self._wake.wait())
        await asyncio.wait({woken, ending}, timeout=LOOK_EVERY, return_when=asyncio.FIRST_COMPLETED)
        woken.cancel()

    async def _record(self) -> int:
        done = [*self._done]
        if not done:
            return 0
        async with self._database.transaction() as connection:
            await outbox.record(connection, done)
            ended = await self._disable(connection, done)
            if telemetry.on():
                await trace(connection, done)
        del self._done[: len(done)]
        for each in done:
            self._free(each.delivery)
            _sent.labels(each.verdict.state).inc()
        for letter in ended:
            self._write(letter)
        return len(done)

    def _free(self, delivery: Claimed) -> None:
        self._busy[delivery.endpoint] -= 1
        self._held[delivery.organisation] -= 1
        self._busy, self._held = +self._busy, +self._held

    def _write(self, letter: Letter) -> None:
        """Send a letter beside the loop: a mail server that hangs holds up no webhook."""
        task = asyncio.create_task(self._mail.send(letter))
        self._letters.add(task)
        task.add_done_callback(self._letters.discard)

    async def _disable(self, connection: asyncpg.Connection, done: Sequence[Done]) -> list[Letter]:
        told = [
            await disabled(connection, each.delivery.endpoint, reason)
            for each in done
            if (reason := each.verdict.disable)
            and await outbox.disable(connection, each.delivery.endpoint, reason)
        ]
        return [letter for letter in told if letter is not None]

    async def _bring(self) -> int:
        """Look into the log twice a second, and at once as long as there was more than a page."""
        now = time.monotonic()
        if now - self._looked_at < LOOK_EVERY:
            return 0
        self._looked_at = now
        async with self._database.connection() as connection:
            behind = await outbox.behind(connection)
            if now - self._forgot_at > FORGET_EVERY:
                self._forgot_at = now
                await outbox.forget_old(connection, self._clock.now())
        looked = 0
        for each in behind:
            async with self._database.transaction() as connection:
                named = each["id"], each["organisation_id"], each["stream"]
                looked += await outbox.bring(connection, *named, self._clock.now())
        if looked >= outbox.BATCH or len(behind) == outbox.BROUGHT:
            self.look()
        return looked

    async def _begin(self) -> int:
        free = AT_ONCE - len(self._tries)
        if free <= 0:
            return 0
        async with self._database.connection() as connection:
            claimed = await outbox.claim(
                connection,
                now=self._clock.now(),
                busy=self._taken(),
                held=self._held,
                each=EACH,
                free=free,
            )
        for each in claimed:
            self._busy[each.endpoint] += 1
            self._held[each.organisation] += 1
            task = asyncio.create_task(self._try(each))
            self._tries.add(task)
            task.add_done_callback(partial(self._ended, each))
        return len(claimed)

    def _taken(self) -> Counter[str]:
        """Return the places that are taken: of one that is silent, all but one beside its own."""
        return self._busy + Counter(dict.fromkeys(self._silent, EACH - 1))

    def _ended(self, delivery: Claimed, task: asyncio.Task[None]) -> None:
        """Note the end of a try. What broke on our side is no reply: it is made after the lease."""
        self._tries.discard(task)
        self._wake.set()
        if not task.cancelled() and (fault := task.exception()) is not None:
            _log.error("try_failed", delivery=delivery.id, exc_info=fault)
            _sent.labels("broken").inc()
            self._free(delivery)

    async def _try(self, delivery: Claimed) -> None:
        began, now = time.monotonic(), self._clock.now()
        if delivery.tries == 1:
            _first_try.observe(max(0.0, (now - delivery.since).total_seconds()))
        body = payload(delivery)
        headers = self._headers(delivery, int(now.timestamp()), body)
        reply = await post(self._guard, delivery.url, headers, body, within=self._within)
        note = self._silent.add if reply.status is None else self._silent.discard
        note(delivery.endpoint)
        after = self._clock.now()
        verdict = decide(reply, tries=delivery.tries, now=after, chance=self._chance.random())
        spent = round(1000 * (time.monotonic() - began))
        self._done.append(Done(delivery, now, spent, reply, verdict))

    def _headers(self, delivery: Claimed, timestamp: int, body: bytes) -> dict[str, str]:
        sealed = [each for each in (delivery.sealed, delivery.sealed_before) if each is not None]
        keys = [self._seal.open(each, of=delivery.endpoint) for each in sealed]
        scheme: Any = delivery.signing
        return {
            "Content-Type": "application/json",
            "User-Agent": USER_AGENT,
            "webhook-id": delivery.id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signatures(
                scheme, keys, message=delivery.id, timestamp=timestamp, body=body
            ),
        }


class _Told(msgspec.Struct):
    id: str
    type: str
    at: str
    data: dict[str, Any]


_told = msgspec.json.Decoder(_Told).decode


def payload(delivery: Claimed) -> bytes:
    """Return what is sent: type, time, and in `data` the thin event with its place in its stream.

    Whoever keeps the numbers of a stream sees whether one is missing, and asks GET /v1/feed for it.
    """
    told = _told(delivery.body)
    place = {"event": told.id, "stream": delivery.stream, "seq": delivery.seq}
    return msgspec.json.encode(
        {"type": told.type, "timestamp": told.at, "data": {**told.data, **place}}
    )


async def dispatch(settings: GatewaySettings, *, stop: asyncio.Event | None = None) -> None:
    """Send, and follow subscriptions, until told to end.

    Each try may wait for a name of its own: look-ups take threads.
    """
    threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="lookup")
    asyncio.get_running_loop().set_default_executor(threads)
    database = Database(settings.database_url, application="gateway-dispatcher", pool_size=5)
    await database.open()
    try:
        sender = Dispatcher(
            database,
            Guard(nearby=settings.nearby(), own=settings.own_host()),
            own_keys.seal(settings, SEALED_AS),
            Mail(settings.mail_server(), settings.mail_from),
            clock=SystemClock(),
        )
        stop = stop or _stopped_by_signal()
        async with notifier.opened(settings, database) as follower, asyncio.TaskGroup() as group:
            group.create_task(sender.run(stop))
            group.create_task(follower.run(stop))
    finally:
        await database.close()


def run(settings: GatewaySettings) -> None:
    """Run the dispatcher as a process, with its metrics beside it."""
    observe("gateway", settings)
    asyncio.run(dispatch(settings))


def _stopped_by_signal() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop
