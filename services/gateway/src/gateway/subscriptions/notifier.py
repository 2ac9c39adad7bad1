"""The part of the dispatcher that follows subscriptions: looks for what fits, sends messages.

Looking and each channel are loops of their own: a mail server that hangs holds up neither chats nor
webhooks. Several dispatchers may run: what one holds, the others pass over.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import httpx
import prometheus_client

from gateway import own_keys
from gateway.push.schedule import decide
from gateway.reads.priority import Weights
from gateway.settings import GatewaySettings
from gateway.subscriptions import finding, letters, outbox, store
from gateway.subscriptions.channels import Channel, Chats, Letters, Outgoing
from gateway.subscriptions.codes import Codes
from gateway.subscriptions.finding import Wording
from gateway.subscriptions.outbox import Claimed, Done, Waiting
from shared import logs
from shared.clock import Clock, SystemClock
from shared.database import Database, transient
from shared.metrics import outbox_oldest_seconds, outbox_pending

AT_ONCE: Final = 10
"""Messages of a channel under way at a time."""

LOOK_EVERY: Final = 0.5
COUNT_EVERY: Final = 15.0
FORGET_EVERY: Final = 3600.0
ENDS_WITHIN: Final = 5.0
SPARED_FOR: Final = timedelta(minutes=1)
"""How long, at most, one that is told to wait holds up the others of its channel."""

WEBHOOK: Final = "webhook"
CHANNELS: Final = ("email", "telegram", WEBHOOK)

Round = Callable[[], Awaitable[int]]

_sent = prometheus_client.Counter(
    "subscription_attempts", "Tries at messages, by what came of them.", ["channel", "state"]
)
_backlog = prometheus_client.Gauge(
    "delivery_backlog", "Deliveries and messages still to be sent.", ["channel"]
)
_log = logs.logger(__name__)


class Notifier:
    """Follows subscriptions. `look` and `send` are one round of its loops."""

    def __init__(
        self,
        database: Database,
        channels: Mapping[str, Channel],
        codes: Codes,
        wording: Wording,
        *,
        clock: Clock,
        chance: random.Random | None = None,
    ) -> None:
        self._database = database
        self._channels = channels
        self._codes = codes
        self._wording = wording
        self._clock = clock
        self._chance = chance or random.SystemRandom()
        self._spared: dict[str, datetime] = {}
        self._counted_at = self._forgot_at = float("-inf")

    async def run(self, stop: asyncio.Event) -> None:
        """Follow until told to end; what is being sent then is waited for a moment."""
        rounds: list[Round] = [self.look]
        rounds += [partial(self.send, name) for name in self._channels]
        loops = [asyncio.create_task(_repeat(each, stop)) for each in rounds]
        ending = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait([*loops, ending], return_when=asyncio.FIRST_COMPLETED)
            if stop.is_set():
                await asyncio.wait(loops, timeout=ENDS_WITHIN)
        finally:
            for task in (*loops, ending):
                task.cancel()
        for task in loops:
            if task.done() and not task.cancelled():
                task.result()

    async def look(self) -> int:
        """Match what is new and make the digests that are due; return how much that was."""
        await self._keep_house()
        async with self._database.transaction() as connection:
            matched = await finding.match(connection, self._wording, self._clock.now())
        async with self._database.transaction() as connection:
            return matched + await finding.digest(connection, self._wording, self._clock.now())

    async def send(self, name: str) -> int:
        """Send the messages of a channel that are due; return how many those were."""
        now = self._clock.now()
        if self._spared.get(name, now) > now:
            return 0
        async with self._database.transaction() as connection:
            claimed = await outbox.claim(connection, name, now=now, limit=AT_ONCE)
        tries = [self._try_and_note(name, each) for each in claimed]
        for ended in await asyncio.gather(*tries, return_exceptions=True):
            if ended is not None:  # what broke on our side is tried after its lease
                _log.error("message_not_sent", channel=name, exc_info=ended)
                _sent.labels(name, "broken").inc()
        return len(claimed)

    async def _try_and_note(self, name: str, claimed: Claimed) -> None:
        """Send a message and note at once what came of it: who dies between sends one twice."""
        done = await self._try(name, claimed)
        async with self._database.transaction() as connection:
            await outbox.record(connection, [done])
            if done.verdict.disable:
                await store.pause(connection, claimed.subscription, done.verdict.disable)

    async def _try(self, name: str, claimed: Claimed) -> Done:
        message = self._message(claimed)
        reply = await self._channels[name].send(message, claimed)
        now = self._clock.now()
        verdict = decide(reply, tries=claimed.tries, now=now, chance=self._chance.random())
        if verdict.spare_until is not None:
            self._spared[name] = min(verdict.spare_until, now + SPARED_FOR)
        _sent.labels(name, verdict.state).inc()
        return Done(claimed, reply, verdict)

    def _message(self, claimed: Claimed) -> Outgoing:
        """Return a message with its links: they are derived, so that none is stored."""
        name, language, address = claimed.subscription, claimed.language, self._wording.address
        if claimed.kind == "confirmation":
            asked = claimed.code_asked_at
            token = self._codes.make("confirm", name, asked)
            subject, text = letters.confirmation(
                owner=claimed.owner,
                name=claimed.name,
                language=language,
                link=f"{address}/subscription-confirmed?subscription={name}&token={token}",
                code=self._codes.make("code", name, asked),
            )
            return Outgoing(claimed.id, claimed.address, subject, text, language, None)
        token = self._codes.make("unsubscribe", name)
        ended = f"{address}/unsubscribed?subscription={name}&token={token}"
        text = claimed.body + letters.footer(
            language=language, unsubscribe=ended, message=claimed.id
        )
        return Outgoing(claimed.id, claimed.address, claimed.subject, text, language, ended)

    async def _keep_house(self) -> None:
        now = time.monotonic()
        if now - self._counted_at < COUNT_EVERY:
            return
        self._counted_at = now
        async with self._database.transaction() as connection:
            self._show(await outbox.backlog(connection, self._clock.now()))
            if now - self._forgot_at > FORGET_EVERY:
                self._forgot_at = now
                await outbox.forget_old(connection, self._clock.now())

    def _show(self, found: Mapping[str, Waiting]) -> None:
        """Show what waits; a channel that is not set up is nobody's to send by."""
        for channel in CHANNELS:
            waiting = found.get(channel, Waiting())
            _backlog.labels(channel).set(waiting.number)
            if channel in {WEBHOOK, *self._channels}:
                outbox_pending.labels(channel).set(waiting.number)
                outbox_oldest_seconds.labels(channel).set(waiting.seconds)


async def _repeat(work: Round, stop: asyncio.Event) -> None:
    """Do rounds of work until told to end, with a rest after one that found nothing."""
    while not stop.is_set():
        try:
            idle = not await work()
        except Exception as fault:
            if not transient(fault):
                raise
            _log.warning("database_away", fault=type(fault).__name__)
            idle = True
        if idle:
            try:
                await asyncio.wait_for(stop.wait(), LOOK_EVERY)
            except TimeoutError:
                continue


@asynccontextmanager
async def opened(settings: GatewaySettings, database: Database) -> AsyncIterator[Notifier]:
    """Lend a notifier with the channels that are set up."""
    weights = Weights(settings.priority_risk, settings.priority_regions)
    channels: dict[str, Channel] = {}
    async with httpx.AsyncClient() as client:
        if server := settings.mail_server():
            channels["email"] = Letters(server, settings.mail_from)
        if settings.telegram_token:
            token = settings.telegram_token.get_secret_value()
            channels["telegram"] = Chats(settings.telegram_api, token, client)
        yield Notifier(
            database,
            channels,
            own_keys.codes(settings),
            Wording(settings.public_url, weights),
            clock=SystemClock(),
        )
