"""Runs: one file taken in, told from its beginning to an honest ending.

A run that is going on holds an advisory lock of its own. Where the lock is free the program has
died, whatever the row says, and the run is marked incomplete by whoever looks next.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final, Literal

import asyncpg

from ingestor.intake import Origin, Tally
from ingestor.patience import patiently
from shared.database import Database

Status = Literal["running", "complete", "incomplete", "failed"]

RUN_LOCK: Final = 0x2A11  # first key of the advisory locks of runs; the second is the run
KILLED: Final = "The program that ran it died; what it had stored is kept, load the file again"

BEGIN: Final = """
    INSERT INTO run (source, file, origin, status, expected) VALUES ($1, $2, $3, 'running', $4)
    RETURNING id
"""

ADD: Final = """
    UPDATE run SET
        received = received + $2, accepted = accepted + $3, unchanged = unchanged + $4,
        mended = mended + $5, quarantined = quarantined + $6
    WHERE id = $1
"""

END: Final = """
    UPDATE run SET status = $2, reason = $3, expected = coalesce($4, expected), finished_at = now()
    WHERE id = $1
"""

MARK_DEAD: Final = """
    UPDATE run SET status = 'incomplete', reason = $2, finished_at = now()
    WHERE status = 'running' AND pg_try_advisory_xact_lock($1, id::integer)
    RETURNING id, source
"""

COLUMNS: Final = """
    id, source, file, origin, status, reason, started_at, finished_at,
    expected, received, accepted, unchanged, mended, quarantined
"""

LIST: Final = f"""
    SELECT {COLUMNS} FROM run WHERE $1::text IS NULL OR source = $1::text ORDER BY id DESC LIMIT $2
"""

ONE: Final = f"SELECT {COLUMNS} FROM run WHERE id = $1"


@dataclass(frozen=True, slots=True)
class Run:
    """A run as it is told to people."""

    id: int
    source: str
    file: str
    origin: Origin
    status: Status
    reason: str | None
    started_at: datetime
    finished_at: datetime | None
    expected: int | None
    received: int
    accepted: int
    unchanged: int
    mended: int
    quarantined: int

    def document(self) -> dict[str, Any]:
        """Return the run with its public id, as JSON is made of it."""
        return {**asdict(self), "id": public_id(self.id)}


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ended, and what it should have received where that is known by then."""

    status: Status
    reason: str | None = None
    expected: int | None = None


def public_id(run: int) -> str:
    """Return the id of a run outside this service."""
    return f"run_{run}"


def ending(announced: int | None, received: int, usable: int, broken: str | None) -> Ending:
    """Judge a run that reached the end of what it could read.

    It is complete only if nothing broke off and everything announced has arrived; what was set
    aside with its reason has arrived. Where nothing at all was of use, it failed.
    """
    if not usable:
        why = broken or "Nothing in it could be used; the quarantine tells why"
        return Ending("failed", why, announced)
    if broken:
        return Ending("incomplete", broken, announced)
    if announced is not None and received < announced:
        return Ending("incomplete", f"Only {received} of {announced} arrived", announced)
    return Ending("complete", None, received if announced is None else announced)


@asynccontextmanager
async def begin(
    database: Database, source: str, file: str, origin: Origin, expected: int | None
) -> AsyncIterator[int]:
    """Open a run and hold its lock until the block is left; the caller says how it ended."""

    async def open_run() -> tuple[AsyncExitStack, asyncpg.Connection, int]:
        async with AsyncExitStack() as lent:
            connection = await lent.enter_async_context(database.connection())
            async with connection.transaction():
                run: int = await connection.fetchval(BEGIN, source, file, origin, expected)
                await connection.execute("SELECT pg_advisory_lock($1, $2)", RUN_LOCK, run)
            return lent.pop_all(), connection, run

    lent, connection, run = await patiently(open_run, "beginning of a run")
    async with lent:
        try:
            yield run
        finally:
            with suppress(asyncpg.InterfaceError, asyncpg.PostgresError, OSError):  # cut: lock gone
                await connection.execute("SELECT pg_advisory_unlock($1, $2)", RUN_LOCK, run)


async def add(connection: asyncpg.Connection, run: int, tally: Tally) -> None:
    """Count a batch, in the batch's own transaction."""
    await connection.execute(
        ADD, run, tally.received, tally.accepted, tally.unchanged, tally.mended, tally.quarantined
    )


async def end(connection: asyncpg.Connection, run: int, how: Ending) -> None:
    """Write down how a run ended."""
    await connection.execute(END, run, how.status, how.reason, how.expected)


async def mark_dead(connection: asyncpg.Connection) -> list[tuple[int, str]]:
    """Mark runs whose program died as incomplete; returns each with its source."""
    rows = await connection.fetch(MARK_DEAD, RUN_LOCK, KILLED)
    return [(row["id"], row["source"]) for row in rows]


async def recent(connection: asyncpg.Connection, source: str | None, limit: int) -> list[Run]:
    """Return the newest runs first, of one source or of all."""
    return [Run(**row) for row in await connection.fetch(LIST, source, limit)]


async def one(connection: asyncpg.Connection, run: int) -> Run:
    """Return one run; raises LookupError."""
    row = await connection.fetchrow(ONE, run)
    if row is None:
        raise LookupError(f"There is no {public_id(run)}")
    return Run(**row)


async def received(connection: asyncpg.Connection, run: int) -> int:
    """Return how much of its delivery a run has received."""
    count: int = await connection.fetchval("SELECT received FROM run WHERE id = $1", run)
    return count
