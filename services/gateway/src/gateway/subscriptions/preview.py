"""What the last 30 days would have sent: the log read once more, by the code that matches it."""

from datetime import datetime, timedelta
from typing import Final

import asyncpg

from gateway.subscriptions import items, matching
from gateway.subscriptions.cadence import EAST
from gateway.subscriptions.documents import OnDay, Preview
from gateway.subscriptions.matching import Filter
from gateway.texts import NOTICE

LOOKS_BACK: Final = timedelta(days=30)
MOST: Final = 200_000
"""Events of the log that are looked through, the newest."""

SAMPLE: Final = 20

_AT: Final = "(convert_from(body, 'UTF8')::jsonb ->> 'at')::timestamptz"
_TOLD_AT: Final = f"SELECT {_AT} FROM feed_event WHERE feed = 'events/public' AND seq = $1"
_DAYS: Final = f"""
    SELECT ({_AT} AT TIME ZONE $2::interval)::date AS day, count(*) AS events
    FROM feed_event WHERE feed = 'events/public' AND seq = ANY($1::bigint[])
    GROUP BY 1 ORDER BY 1
"""


async def preview(
    connection: asyncpg.Connection, saved: Filter, kinds: list[str], *, now: datetime
) -> Preview:
    """Return what a filter would have found of these kinds of events."""
    head = await matching.head(connection)
    since = now - LOOKS_BACK
    after = await _last_before(connection, since, low=max(0, head - MOST), high=head)
    begun = await connection.fetchval(_TOLD_AT, after) if after else None
    hits = await matching.find(connection, [saved], after=after, until=head)
    seqs = [hit.seq for hit in hits if hit.type in kinds]
    days = [OnDay(**row) for row in await connection.fetch(_DAYS, seqs, EAST)]
    sample = await items.newest(connection, seqs[-SAMPLE:])
    looked_from = max(since, begun) if begun else since
    return Preview(
        looked_from=looked_from, events=len(seqs), days=days, sample=sample, notice=NOTICE
    )


async def _last_before(
    connection: asyncpg.Connection, moment: datetime, *, low: int, high: int
) -> int:
    """Return the last event before a moment, or `low`: events stand in the order of their time."""
    while low < high:
        middle = (low + high + 1) // 2
        if await connection.fetchval(_TOLD_AT, middle) < moment:
            low = middle
        else:
            high = middle - 1
    return low
