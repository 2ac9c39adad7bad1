"""How fresh the view is: each source's last run, each feed's lag, and how much there is."""

from datetime import datetime
from typing import Final

import asyncpg
import msgspec
from msgspec import Struct

from shared.contracts.sources import Run, Source


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

_source = msgspec.json.Decoder(Source).decode


async def read(
    connection: asyncpg.Connection, *, now: datetime, as_of: datetime, seq: int
) -> Freshness:
    """Return how fresh everything is at the moment `now`."""
    held = await connection.fetch("SELECT source, count(*) FROM process GROUP BY source")
    by_source: dict[str, int] = {row["source"]: row["count"] for row in held}
    sources = await connection.fetch("SELECT body FROM source ORDER BY id")
    feeds = {row["feed"]: row for row in await connection.fetch(_FEEDS)}
    counts = {row["what"]: row["number"] for row in await connection.fetch(_COUNTS)}
    return Freshness(
        as_of=as_of,
        seq=seq,
        sources=[of_source(_source(row["body"]), by_source) for row in sources],
        feeds=[_of_feed(name, feeds.get(name), now) for name in FOLLOWED],
        counts={"processes": sum(by_source.values()), **counts},
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
