"""The feeds, seen from who serves them: pages of entries, to other services as NDJSON."""

from collections.abc import Sequence
from typing import Annotated, Final

import asyncpg
from fastapi import APIRouter, Depends, Path, Query, Response

from shared.database import Database
from shared.errors import NotFound, ScopeMissing, Unauthenticated, responses
from shared.feed.entries import MEDIA_TYPE, NO_EPOCH, Entry, Page, lines
from shared.security import internal_caller

MOST_ENTRIES: Final = 10_000
MOST_BYTES: Final = 16 * 1024 * 1024
"""Of bodies in one page. A single larger body still travels, as a page of its own."""

GREATEST_SEQ: Final = 2**63 - 1
EXAMPLE_LINE: Final = '{"seq":1,"key":"prc_example","deleted":false,"body":{"id":"prc_example"}}\n'


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


def feed_router(database: Database, feeds: Sequence[str]) -> APIRouter:
    """The door through which other services read these feeds of ours.

    Needs an internal token with the scope feeds:read.
    """
    router = APIRouter(prefix="/internal/feeds", tags=["feeds"])

    @router.get(
        "/{name}",
        response_class=Response,
        dependencies=[Depends(internal_caller("feeds:read"))],
        responses={
            200: {"content": {MEDIA_TYPE: {"example": EXAMPLE_LINE}}},
            **responses(Unauthenticated, ScopeMissing, NotFound),
        },
    )
    async def read_feed(
        name: Annotated[str, Path(max_length=100)],
        after: Annotated[int, Query(ge=0, le=GREATEST_SEQ)] = 0,
        limit: Annotated[int, Query(ge=1, le=MOST_ENTRIES)] = 1000,
    ) -> Response:
        """Entries after a number, a line of JSON each."""
        if name not in feeds:
            raise NotFound(f"Feeds here: {', '.join(feeds)}.")
        async with database.connection() as connection:
            page = await read(connection, name, after=after, limit=limit)
        return Response(lines(page.entries), media_type=MEDIA_TYPE, headers=_headers(page, after))

    return router


def _entry(seq: int, key: str, body: bytes | None) -> Entry:
    return Entry(seq, key, body is None, b"null" if body is None else body)


def _headers(page: Page, after: int) -> dict[str, str]:
    """What a reader that leaves the lines unparsed needs to know of them."""
    last = page.entries[-1].seq if page.entries else after
    return {
        "Feed-Epoch": str(page.epoch),
        "Feed-Head": str(page.head),
        "Feed-Count": str(len(page.entries)),
        "Feed-Last": str(last),
    }


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
