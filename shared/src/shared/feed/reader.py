"""Following another service's feed: every entry is applied, in order, and none is lost.

What is done about a page and the place reached in the feed are stored in one transaction. A reader
that is killed before the commit reads the page again; one that is killed after it reads on.

An entry whose data cannot be applied must not hold up those behind it: after a few attempts it is
set aside as a dead letter. A fault of the connection says nothing about an entry: it is raised, and
the page is read again later.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import asyncpg
import httpx
import msgspec
import structlog

from shared import deadletters, metrics, telemetry
from shared.database import Database, transient
from shared.feed.client import FeedClient
from shared.feed.entries import NO_EPOCH, Entry

ATTEMPTS: Final = 3
"""Of one entry by itself, before it is set aside."""

LOOKED_LATELY: Final = 10.0
"""Seconds for which a reader that was level is taken to be so: it looks every two."""

Apply = Callable[[asyncpg.Connection, Sequence[Entry]], Awaitable[None]]
Reset = Callable[[asyncpg.Connection], Awaitable[bool | None]]

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a feed was read: up to number `seq` of this epoch."""

    epoch: UUID
    seq: int


class FeedReader:
    """Follows one feed and applies it to this service's tables.

    `apply` gets a connection inside a transaction and some entries in order; it must bear being
    given an entry again. `reset` empties what earlier entries left behind; it is called when the
    producer has begun a new epoch, or has fewer entries than were read: in one transaction after
    another for as long as it says that there is more. Without it, old rows stay until they are
    overwritten.
    """

    def __init__(
        self,
        *,
        feed: str,
        url: str,
        client: httpx.AsyncClient,
        database: Database,
        apply: Apply,
        reset: Reset | None = None,
        limit: int = 1000,
    ) -> None:
        self.feed = feed
        self._source = FeedClient(url, client)
        self._database = database
        self._apply = telemetry.traced(feed, apply)
        self._reset = reset
        self._limit = limit
        self._one_at_a_time = asyncio.Lock()
        self._level_at = time.time()
        self._level = False
        metrics.feed_lag_seconds.labels(feed).set_function(lambda: time.time() - self._level_at)
        metrics.outbox_oldest_seconds.labels(feed).set_function(self._oldest)

    async def drain(self) -> int:
        """Read until nothing is left and return how many entries that were.

        Raises httpx.HTTPError when the producer does not answer, and faults of the database: both
        leave everything as it was, to be tried again at the next bell.
        """
        total = 0
        async with self._one_at_a_time:
            while (count := await self._step()) is not None:
                total += count
        self._level_at, self._level = time.time(), True
        metrics.outbox_pending.labels(self.feed).set(0)
        metrics.feed_last_success_timestamp.labels(self.feed).set(self._level_at)
        return total

    def _oldest(self) -> float:
        """Return how old an entry that is not applied can be: 0 if all was, a moment ago."""
        since = time.time() - self._level_at
        return 0.0 if self._level and since < LOOKED_LATELY else since

    async def replay_dead(self, ids: Sequence[int] | None = None) -> "deadletters.Replay":
        """Try the dead letters of this feed again, those with these ids or all."""
        async with self._one_at_a_time, self._database.transaction() as connection:
            await _locked_cursor(connection, self.feed)
            result = await deadletters.replay(connection, self.feed, self._apply, ids)
            await self._show_dead(connection)
        return result

    async def _step(self) -> int | None:
        """Read and apply one page; None when there was nothing to read.

        Entries set aside count as read.
        """
        async with self._database.connection() as connection:
            cursor = await _cursor(connection, self.feed)
        self._level = False  # until it is known: who does not answer may have much to tell
        page = await self._source.fetch(self.feed, cursor.seq, self._limit)
        metrics.feed_head.labels(self.feed).set(page.head)
        metrics.outbox_pending.labels(self.feed).set(max(0, page.head - cursor.seq))
        if _begun_again(cursor, page.epoch, page.head):
            await self._begin_again(cursor)
            return 0
        entries = _entries(page.lines)
        if not entries:
            return None
        reached = Cursor(page.epoch, entries[-1].seq)
        try:
            return await self._apply_page(cursor, reached, entries, self._whole)
        except Exception as fault:
            if not _concerns_data(fault):
                raise
            log.warning("page not applied", feed=self.feed, reason=deadletters.reason(fault))
        return await self._apply_page(cursor, reached, entries, self._by_halves)

    async def _apply_page(
        self, seen: Cursor, reached: Cursor, entries: Sequence[Entry], apply: Apply
    ) -> int:
        """Apply a page and move the cursor, unless another process has done so meanwhile."""
        async with self._database.transaction() as connection:
            if await _locked_cursor(connection, self.feed) != seen:
                return 0
            await apply(connection, entries)
            await _move(connection, self.feed, reached)
        metrics.feed_applied.labels(self.feed).set(reached.seq)
        return len(entries)

    async def _whole(self, connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
        await self._apply(connection, entries)
        await deadletters.forget(connection, self.feed, [entry.key for entry in entries])

    async def _by_halves(self, connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
        """Apply what can be applied, in order, and set aside each entry that cannot."""
        for _ in range(ATTEMPTS if len(entries) == 1 else 1):
            try:
                async with connection.transaction():
                    return await self._whole(connection, entries)
            except Exception as error:
                if not _concerns_data(error) or connection.is_closed():
                    raise
                fault = error
        if len(entries) == 1:
            return await self._set_aside(connection, entries[0], fault)
        middle = len(entries) // 2
        await self._by_halves(connection, entries[:middle])
        await self._by_halves(connection, entries[middle:])
        return None

    async def _set_aside(
        self, connection: asyncpg.Connection, entry: Entry, fault: Exception
    ) -> None:
        await deadletters.store(connection, self.feed, entry, fault, ATTEMPTS)
        await self._show_dead(connection)
        why = deadletters.reason(fault)
        log.error("entry set aside", feed=self.feed, key=entry.key, seq=entry.seq, reason=why)

    async def _show_dead(self, connection: asyncpg.Connection) -> None:
        number = await deadletters.count(connection, self.feed)
        metrics.dead_letters.labels(self.feed).set(number)

    async def _begin_again(self, seen: Cursor) -> None:
        """Forget what was read of an epoch that is over."""
        more: bool | None = True
        while more:
            async with self._database.transaction() as connection:
                if await _locked_cursor(connection, self.feed) != seen:
                    return
                more = await self._reset(connection) if self._reset else False
                if not more:
                    await _move(connection, self.feed, Cursor(NO_EPOCH, 0))
        log.warning("feed begins again", feed=self.feed, read_so_far=seen.seq)


def _begun_again(cursor: Cursor, epoch: UUID, head: int) -> bool:
    """Whether the numbers read so far are no longer those of the producer."""
    return cursor.seq > 0 and (epoch != cursor.epoch or head < cursor.seq)


def _concerns_data(fault: Exception) -> bool:
    """Whether a fault may lie in the entry: not in a connection, nor in our own schema.

    Class 42 of PostgreSQL is a missing table or right. It would fail for every entry alike, and
    setting the whole feed aside would only hide it.
    """
    ours = isinstance(fault, asyncpg.PostgresError) and (fault.sqlstate or "").startswith("42")
    return not (ours or transient(fault) or isinstance(fault, httpx.TransportError))


class _Line(msgspec.Struct):
    seq: int
    key: str
    deleted: bool
    body: msgspec.Raw


_decoder = msgspec.json.Decoder(_Line)


def _entries(lines: bytes) -> list[Entry]:
    found = _decoder.decode_lines(lines)
    return [Entry(line.seq, line.key, line.deleted, bytes(line.body)) for line in found]


async def _cursor(connection: asyncpg.Connection, feed: str) -> Cursor:
    row = await connection.fetchrow("SELECT epoch, seq FROM feed_cursor WHERE feed = $1", feed)
    return Cursor(*row) if row else Cursor(NO_EPOCH, 0)


async def _locked_cursor(connection: asyncpg.Connection, feed: str) -> Cursor:
    """The cursor, held until the transaction ends: two processes never apply the same page."""
    await connection.execute(
        "INSERT INTO feed_cursor (feed, epoch, seq) VALUES ($1, $2, 0) ON CONFLICT DO NOTHING",
        feed,
        NO_EPOCH,
    )
    row = await connection.fetchrow(
        "SELECT epoch, seq FROM feed_cursor WHERE feed = $1 FOR UPDATE", feed
    )
    return Cursor(*row)


async def _move(connection: asyncpg.Connection, feed: str, cursor: Cursor) -> None:
    await connection.execute(
        "UPDATE feed_cursor SET epoch = $2, seq = $3, updated_at = now() WHERE feed = $1",
        feed,
        cursor.epoch,
        cursor.seq,
    )
