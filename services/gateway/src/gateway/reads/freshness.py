"""How fresh the view is: each source's last run, each feed's lag, and how much there is."""

import asyncio
from datetime import datetime
from time import monotonic
from typing import Final, NamedTuple

import asyncpg
import msgspec
from msgspec import Struct

from shared.contracts.sources import Run, Source
from shared.database import Database


class SourceFreshness(Struct, frozen=True):
    """A source: its last run, its newest release, and its processes here and at the ingestor."""

    id: str
    title: str
    publisher: str | None
    last_run: Run | None
    newest_release: datetime | None
    processes: int
    processes_here: int


class FeedFreshness(Struct, frozen=True, gc=False):
    """A feed: the last entry applied, and since when the view has not held all of it.

    `lag_seconds` is null before the feed was first read to its end.
    """

    name: str
    applied: int
    level_at: datetime | None
    lag_seconds: float | None


class Freshness(Struct, frozen=True):
    """What was served a moment ago, and how old it was."""

    as_of: datetime
    seq: int
    sources: list[SourceFreshness]
    feeds: list[FeedFreshness]
    counts: dict[str, int]


FOLLOWED: Final = (
    *("releases", "plans", "sources", "registers"),
    *("scores", "alerts", "drafts", "catalogue", "statistics", "profiles"),
)
"""The feeds that fill the view."""

_FEEDS: Final = """
    SELECT coalesce(level.feed, cursor.feed) AS feed, coalesce(cursor.seq, 0) AS applied,
           level.level_at
    FROM feed_level AS level FULL JOIN feed_cursor AS cursor ON cursor.feed = level.feed
"""

_COUNTS: Final = """
    SELECT 'scores' AS what, count(*) AS number FROM score
    UNION ALL SELECT 'alerts', count(*) FROM alert
    UNION ALL SELECT 'indicators', count(*) FROM indicator
"""

REST: Final = 20.0
"""Times as long as counting took for which its counts are told."""

AT_ONCE: Final = 0.05
"""Seconds of counting that are no burden: so little is counted whenever somebody asks."""

_source = msgspec.json.Decoder(Source).decode


class Counts(NamedTuple):
    """How many processes of each source the view holds, and how much of all else."""

    by_source: dict[str, int]
    others: dict[str, int]


class Held:
    """What the view holds, counted by one at a time, who holds no connection while waiting.

    Anybody may ask, and counting goes over all there is.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._alone = asyncio.Lock()
        self._until = 0.0
        self._counts = Counts({}, {})

    async def counts(self) -> Counts:
        """Return the counts, some seconds old where counting takes long."""
        async with self._alone:
            began = monotonic()
            if began < self._until:
                return self._counts
            async with self._database.connection() as connection:
                self._counts = await count(connection)
            took = monotonic() - began
            self._until = began + (REST * took if took > AT_ONCE else 0.0)
            return self._counts


async def count(connection: asyncpg.Connection) -> Counts:
    """Count what the view holds."""
    held = await connection.fetch("SELECT source, count(*) FROM process GROUP BY source")
    others = await connection.fetch(_COUNTS)
    return Counts(
        {row["source"]: row["count"] for row in held},
        {row["what"]: row["number"] for row in others},
    )


async def read(
    connection: asyncpg.Connection, counts: Counts, *, now: datetime, as_of: datetime, seq: int
) -> Freshness:
    """Return how fresh everything is at the moment `now`."""
    by_source = counts.by_source
    sources = await connection.fetch("SELECT body FROM source ORDER BY id")
    feeds = {row["feed"]: row for row in await connection.fetch(_FEEDS)}
    return Freshness(
        as_of=as_of,
        seq=seq,
        sources=[of_source(_source(row["body"]), by_source) for row in sources],
        feeds=[_of_feed(name, feeds.get(name), now) for name in FOLLOWED],
        counts={"processes": sum(by_source.values()), **counts.others},
    )


def of_source(source: Source, held: dict[str, int]) -> SourceFreshness:
    """Put what the ingestor says of a source beside what the view holds of it."""
    return SourceFreshness(
        id=source.id,
        title=source.title,
        publisher=source.publisher,
        last_run=source.last_run,
        newest_release=source.newest_release,
        processes=source.processes,
        processes_here=held.get(source.id, 0),
    )


def _of_feed(name: str, row: asyncpg.Record | None, now: datetime) -> FeedFreshness:
    level_at = row["level_at"] if row else None
    lag = round(max(0.0, (now - level_at).total_seconds()), 3) if level_at else None
    return FeedFreshness(name, row["applied"] if row else 0, level_at, lag)
