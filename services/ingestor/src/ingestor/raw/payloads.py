"""Reading and purging the vault, with its own role."""

from datetime import date
from typing import Final, NamedTuple

import asyncpg

PURGED_AT_ONCE: Final = 5_000  # rows a statement, so that none runs into the statement timeout

PURGE: Final = (
    """
    DELETE FROM payload WHERE hash IN (
        SELECT hash FROM payload WHERE expires_on <= $1 LIMIT $2
    )
    """,
    """
    DELETE FROM portal_record WHERE (root, id, hash, expires_on) IN (
        SELECT root, id, hash, expires_on FROM portal_record WHERE expires_on <= $1 LIMIT $2
    )
    """,
)


class Held(NamedTuple):
    """A payload in the vault, still sealed."""

    hash: bytes
    size: int
    content: bytes


async def fetch(connection: asyncpg.Connection, digest: bytes) -> Held | None:
    """Return a payload; None where it was purged, or never came."""
    row = await connection.fetchrow(
        "SELECT hash, size, content FROM payload WHERE hash = $1", digest
    )
    return Held(*row) if row else None


async def purge(connection: asyncpg.Connection, today: date) -> int:
    """Delete what has passed its date and return how many payloads and records that were."""
    return sum([await _purged(connection, statement, today) for statement in PURGE])


async def _purged(connection: asyncpg.Connection, statement: str, today: date) -> int:
    purged = 0
    while True:
        status = await connection.execute(statement, today, PURGED_AT_ONCE)
        count = int(status.rpartition(" ")[2])
        purged += count
        if count < PURGED_AT_ONCE:
            return purged
