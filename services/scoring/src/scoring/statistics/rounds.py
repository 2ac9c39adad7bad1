"""One round after the other: all figures anew from the facts, published on change.

A round is cut into steps, so that a new release waits for one of them and no longer. What was
offered to a feed in this life is known by its hash; the feed itself writes what differs, and what
nobody is told of any more leaves a tombstone.
"""

import math
import time
from collections.abc import AsyncGenerator, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

import asyncpg
import duckdb
import structlog

from scoring.measures import judged_seconds
from scoring.session import Session
from scoring.statistics import prepare
from scoring.statistics.declaration import Declaration, parts, tiles
from scoring.statistics.figures import figures
from scoring.statistics.tile import encode, tile
from scoring.store import claim
from shared.contracts.statistics import Tile
from shared.feed import Change, publish_state

STATISTICS: Final = "statistics"
PROFILES: Final = "profiles"

CALM: Final = 1.0
"""Seconds without a new release after which a round may begin."""

PAUSE: Final = 10.0
"""Least seconds between two rounds."""

SHARE_OF_TIME: Final = 10
"""A round that took one second is not made again within this many, whatever comes."""

SLICE: Final = 4_000
"""Subjects whose profiles are written and published at once."""

Mark = tuple[int, int, int, int]
"""What judging had come to when a round began."""

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class Statistics:
    """Makes rounds, no more often than it is worth, at the latest every few minutes."""

    def __init__(self, session: Session, *, every: float) -> None:
        self._session = session
        self._every = every
        self._done: Mark | None = None
        self._begun: Mark | None = None
        self._last = time.monotonic() - every
        self._spent = self._took = 0.0
        self._round: AsyncGenerator[None, None] | None = None
        self._offered: dict[str, dict[str, int]] = {STATISTICS: {}, PROFILES: {}}

    @property
    def overdue(self) -> bool:
        """Whether a round can wait no longer although releases keep coming."""
        late = time.monotonic() - self._last > max(self._every, self._worth_waiting)
        return late and (self._round is not None or (self._session.level and self._news))

    def due_in(self) -> float | None:
        """Seconds until the next step; None while nothing has changed, or judging is not done."""
        session = self._session
        if self._round is not None:
            return 0.0
        if not (session.level and session.complete and self._news) or session.waiting:
            return None
        now = time.monotonic()
        pause = max(PAUSE, self._worth_waiting)
        return max(CALM - now + session.loaded_at, pause - now + self._last)

    @property
    def _worth_waiting(self) -> float:
        """Seconds between two rounds, by how long the last one took without what came between."""
        return SHARE_OF_TIME * self._took

    def hurry(self) -> None:
        """Let the next round begin at once, if there is anything new."""
        self._last = -math.inf

    async def step(self) -> bool:
        """Do the next step, if one is due; say whether it was."""
        due = self.due_in()
        if not self.overdue and (due is None or due > 0):
            return False
        if self._round is None:
            self._round, self._begun, self._spent = self._go(), self._mark, 0.0
        began = time.monotonic()
        try:
            await anext(self._round)
        except StopAsyncIteration:
            self._end(began)
        except duckdb.InterruptException:
            raise
        except duckdb.Error as fault:
            log.exception("figures not counted", reason=str(fault).splitlines()[0])
            self._round, self._done, self._last = None, self._mark, time.monotonic()
        else:
            self._spent += time.monotonic() - began
        return True

    def _end(self, began: float) -> None:
        """Note what a round had come to and how long its steps took, the last one since `began`."""
        self._round, self._done, self._last = None, self._begun, time.monotonic()
        self._took = self._spent + self._last - began
        judged_seconds.labels("statistics").observe(self._took)

    @property
    def _news(self) -> bool:
        return self._session.facts_seq > 0 and self._mark != self._done

    @property
    def _mark(self) -> Mark:
        state = self._session.state
        return (
            state.scored_seq,
            state.compared_seq,
            state.compared_registers,
            state.population_version,
        )

    async def _go(self) -> AsyncGenerator[None, None]:
        """Make one round; between its steps others may work."""
        session = self._session
        seq = session.facts_seq
        now = session.clock.now()
        newest = await session.facts(lambda facts: prepare.begin(facts, now))
        for statement in prepare.tables():
            await session.facts(partial(prepare.take, statement=statement), many=True)
            yield
        await self._take_flags()
        yield
        for one in tiles().values():
            await self._offer(STATISTICS, await self._tile(one, seq, newest))
            yield
        await self._offer(STATISTICS, [(figures().id, encode(figures()))])
        await self._withdraw(STATISTICS, {*tiles(), figures().id})
        for part in parts("profiles").values():
            await session.facts(partial(prepare.make_part, part=part), many=True)
            yield
        for first in range(0, await session.facts(prepare.subjects), SLICE):
            found: list[prepare.Document] = []
            for write in (prepare.profiles, prepare.networks):
                some = partial(write, first=first, last=first + SLICE - 1)
                found += await session.facts(some, many=True)
                yield
            await self._offer(PROFILES, [(key, body.encode()) for key, body in found])
            await session.facts(prepare.written)
        await self._withdraw(PROFILES, await session.facts(prepare.keys))
        await session.facts(prepare.forget)

    async def _take_flags(self) -> None:
        """Take what judging says of every purchase from PostgreSQL into the facts, as it is now."""
        folder = self._session.folder
        flags, bands = folder / "flags.csv", folder / "bands.csv"
        async with self._session.database.transaction() as connection:
            await _copy(connection, _FLAGS, flags)
            await _copy(connection, _BANDS, bands)
        await self._session.facts(
            lambda facts: prepare.take_flags(facts, str(flags), str(bands)), many=True
        )
        flags.unlink()
        bands.unlink()

    async def _tile(
        self, one: Declaration, seq: int, newest: datetime | None
    ) -> list[tuple[str, bytes]]:
        """Fill a tile; one that cannot be filled stays as published, and the others follow."""
        fill = partial(tile, one=one, data_seq=seq, data_date=newest)
        try:
            found: Tile = await self._session.facts(fill, many=True)
        except duckdb.InterruptException:
            raise
        except duckdb.Error as fault:
            log.exception("tile not filled", tile=one.id, reason=str(fault).splitlines()[0])
            return []
        return [(one.id, encode(found))]

    async def _offer(self, feed: str, documents: Sequence[tuple[str, bytes]]) -> None:
        """Publish the documents that differ from what was offered before."""
        known = self._offered[feed]
        fresh = [(key, body) for key, body in documents if known.get(key) != hash(body)]
        if not fresh:
            return
        await self._publish(feed, [Change(key, body) for key, body in fresh])
        known.update((key, hash(body)) for key, body in fresh)

    async def _withdraw(self, feed: str, told: set[str]) -> None:
        """Withdraw what nothing is said of any more, whoever published it."""
        async with self._session.database.connection() as connection:
            rows = await connection.fetch(_PUBLISHED, feed)
        gone = sorted({row["key"] for row in rows} - told)
        if gone:
            await self._publish(feed, [Change(key, None) for key in gone])
        for key in gone:
            self._offered[feed].pop(key, None)

    async def _publish(self, feed: str, changes: Sequence[Change]) -> None:
        session = self._session
        async with session.database.transaction() as connection:
            await claim(connection, session.state)
            head = await publish_state(connection, feed, changes)
        await session.tell(feed, head)


async def _copy(connection: asyncpg.Connection, query: str, path: Path) -> None:
    await connection.copy_from_query(query, output=path, format="csv")


_FLAGS: Final = """
    SELECT DISTINCT subject_id, indicator FROM finding
    WHERE closed_at IS NULL AND status = 'flagged' AND subject_type = 'process'
"""

_BANDS: Final = """
    SELECT subject_id, band FROM score WHERE subject_type = 'process' AND band IS NOT NULL
"""

_PUBLISHED: Final = "SELECT key FROM feed_state WHERE feed = $1 AND body IS NOT NULL"
