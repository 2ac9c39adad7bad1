"""What could not be applied: set aside with its reason, for somebody to see and to try again.

One row for each feed and key; the newest entry that failed takes the place of an older one, for in
a state feed only the newest counts.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import asyncpg

from shared.database import transient
from shared.feed.entries import Entry

LONGEST_REASON: Final = 2000
MOST_LISTED: Final = 1000


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An entry that was passed over, why, and how often it was tried."""

    id: int
    feed: str
    entry: Entry
    reason: str
    attempts: int
    first_failed_at: datetime
    last_failed_at: datetime


@dataclass(frozen=True, slots=True)
class Replay:
    """How many letters were applied at last, and how many failed once more."""

    applied: int
    failed: int


async def store(
    connection: asyncpg.Connection, feed: str, entry: Entry, fault: BaseException, attempts: int
) -> None:
    """Set an entry aside."""
    body = None if entry.deleted else entry.body
    await connection.execute(_STORE, feed, entry.key, entry.seq, body, reason(fault), attempts)


async def listed(
    connection: asyncpg.Connection, *, feed: str | None = None, limit: int = MOST_LISTED
) -> list[DeadLetter]:
    """Letters of one feed or of all, the oldest failure first."""
    rows = await connection.fetch(_LIST, feed, min(limit, MOST_LISTED))
    return [_letter(row) for row in rows]


async def some(connection: asyncpg.Connection, ids: Sequence[int]) -> list[DeadLetter]:
    """Letters by their ids, in the order of their entries."""
    return [_letter(row) for row in await connection.fetch(_SOME, ids)]


async def keys(connection: asyncpg.Connection, feed: str) -> set[str]:
    """The keys of all letters of a feed."""
    return {row["key"] for row in await connection.fetch(_KEYS, feed)}


async def count(connection: asyncpg.Connection, feed: str) -> int:
    """How many letters of a feed are waiting for somebody."""
    number: int = await connection.fetchval(
        "SELECT count(*) FROM dead_letter WHERE feed = $1", feed
    )
    return number


async def forget(connection: asyncpg.Connection, feed: str, keys: Sequence[str]) -> None:
    """Drop letters whose keys have been applied since: a newer entry made them void."""
    await connection.execute(
        "DELETE FROM dead_letter WHERE feed = $1 AND key = ANY ($2::text[])", feed, keys
    )


async def replay(
    connection: asyncpg.Connection,
    feed: str,
    apply: Callable[[asyncpg.Connection, Sequence[Entry]], Awaitable[None]],
    ids: Sequence[int] | None = None,
) -> Replay:
    """Apply letters of a feed again, those with these ids or all, each by itself.

    Runs inside the caller's transaction. What succeeds is dropped, what fails stays with its new
    reason. Raises faults of the connection, which say nothing about a letter.
    """
    rows = await connection.fetch(_CHOSEN, feed, ids)
    applied = 0
    for letter in [_letter(row) for row in rows]:
        try:
            async with connection.transaction():
                await apply(connection, [letter.entry])
                await forget(connection, feed, [letter.entry.key])
            applied += 1
        except Exception as fault:
            if transient(fault):
                raise
            await store(connection, feed, letter.entry, fault, letter.attempts + 1)
    return Replay(applied, len(rows) - applied)


def reason(fault: BaseException) -> str:
    """What is written down about a fault: its kind and its words, without NUL."""
    words = f"{type(fault).__name__}: {fault}".replace("\0", "�")
    return words.encode("utf-8", "replace").decode()[:LONGEST_REASON]


def _letter(row: asyncpg.Record) -> DeadLetter:
    body = row["body"]
    return DeadLetter(
        id=row["id"],
        feed=row["feed"],
        entry=Entry(row["seq"], row["key"], body is None, b"null" if body is None else body),
        reason=row["reason"],
        attempts=row["attempts"],
        first_failed_at=row["first_failed_at"],
        last_failed_at=row["last_failed_at"],
    )


_COLUMNS: Final = "id, feed, key, seq, body, reason, attempts, first_failed_at, last_failed_at"

_STORE: Final = """
    INSERT INTO dead_letter (feed, key, seq, body, reason, attempts)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (feed, key) DO UPDATE
    SET seq = excluded.seq, body = excluded.body, reason = excluded.reason,
        attempts = excluded.attempts, last_failed_at = now()
"""

_LIST: Final = f"""
    SELECT {_COLUMNS} FROM dead_letter WHERE $1::text IS NULL OR feed = $1 ORDER BY id LIMIT $2
"""

_SOME: Final = f"""
    SELECT {_COLUMNS} FROM dead_letter WHERE id = ANY ($1::bigint[]) ORDER BY seq
"""

_KEYS: Final = "SELECT key FROM dead_letter WHERE feed = $1"

_CHOSEN: Final = f"""
    SELECT {_COLUMNS} FROM dead_letter
    WHERE feed = $1 AND ($2::bigint[] IS NULL OR id = ANY ($2)) ORDER BY seq FOR UPDATE
"""
