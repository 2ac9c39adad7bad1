"""Reading the feeds of one's own database: pages of entries, and how far a feed has come."""

from typing import Final

import asyncpg

from shared.feed.entries import NO_EPOCH, Entry, Page

MOST_ENTRIES: Final = 10_000
MOST_BYTES: Final = 16 * 1024 * 1024
"""Of bodies in one page. A single larger body still travels, as a page of its own."""


async def read(
    connection: asyncpg.Connection,
    feed: str,
    *,
    after: int,
    limit: int,
    max_bytes: int = MOST_BYTES,
) -> Page:
    """Read the entries that follow number `after`, at most `limit` of them.

    A page also ends before its bodies exceed `max_bytes`, with one entry at least.
    """
    row = await connection.fetchrow("SELECT seq, epoch, kind FROM feed_head WHERE feed = $1", feed)
    if row is None:
        return Page([], 0, NO_EPOCH)
    if after >= row["seq"]:
        return Page([], row["seq"], row["epoch"])
    statement = _READ.format(table=_TABLES[row["kind"]])
    rows = await connection.fetch(statement, feed, after, min(limit, MOST_ENTRIES), max_bytes)
    entries = [_entry(*found) for found in rows]
    return Page(entries, max([row["seq"], *(entry.seq for entry in entries[-1:])]), row["epoch"])


async def head(connection: asyncpg.Connection, feed: str) -> int:
    """The last number published in a feed; 0 where there is none yet."""
    seq: int | None = await connection.fetchval("SELECT seq FROM feed_head WHERE feed = $1", feed)
    return seq or 0


def _entry(seq: int, key: str, body: bytes | None) -> Entry:
    return Entry(seq, key, body is None, b"null" if body is None else body)


_TABLES: Final = {"state": "feed_state", "event": "feed_event"}

# The size of a body is known without unpacking it; only what is sent is unpacked.
_READ: Final = """
    SELECT seq, key, body FROM (
        SELECT *, sum(size) OVER (ORDER BY seq) - size AS bytes_before
        FROM (
            SELECT seq, key, body, coalesce(octet_length(body), 0) AS size
            FROM {table} WHERE feed = $1 AND seq > $2 ORDER BY seq LIMIT $3
        ) AS candidate
    ) AS sized
    WHERE bytes_before = 0 OR bytes_before + size <= $4
    ORDER BY seq
"""
