"""The quarantine: what could not be used, listed with its reason, until it can be read at last."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

import asyncpg

from ingestor.runs import public_id

COLUMNS: Final = """
    id, run, source, file, line, item, place, code, reason, encode(raw_hash, 'hex') AS raw_hash,
    size, truncated, count, seen_at, attempts, replayed_at, resolved_run
"""

LIST: Final = f"""
    SELECT {COLUMNS} FROM quarantine
    WHERE ($1::bigint IS NULL OR run = $1)
      AND ($2::text IS NULL OR code = $2::text)
      AND ($3 OR resolved_run IS NULL)
    ORDER BY id LIMIT $4
"""

OF_A_LIST: Final = "register_"  # begins the code of a row of a register's list

OPEN: Final = f"""
    SELECT {COLUMNS} FROM quarantine
    WHERE resolved_run IS NULL AND NOT truncated AND id > $1
      AND NOT starts_with(code, '{OF_A_LIST}')
    ORDER BY id LIMIT $2
"""

RESOLVED: Final = """
    UPDATE quarantine SET attempts = attempts + 1, replayed_at = now(), resolved_run = $2
    WHERE id = $1
"""

REFUSED_AGAIN: Final = """
    UPDATE quarantine SET attempts = attempts + 1, replayed_at = now(), reason = $2 WHERE id = $1
"""

COUNT_BY_CODE: Final = """
    SELECT code, sum(count)::bigint FROM quarantine WHERE resolved_run IS NULL GROUP BY code
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One thing in quarantine; or `count` more of its code that are not listed one by one."""

    id: int
    run: int
    source: str
    file: str
    line: int | None
    item: int | None
    place: int | None
    code: str
    reason: str
    raw_hash: str
    size: int
    truncated: bool
    count: int
    seen_at: datetime
    attempts: int
    replayed_at: datetime | None
    resolved_run: int | None

    def stands_for_many(self) -> bool:
        """Tell whether it stands for the rest of its code; of these no payload was kept."""
        return not self.raw_hash

    def document(self) -> dict[str, Any]:
        """Return the row with the public ids of its runs, as JSON is made of it."""
        resolved = public_id(self.resolved_run) if self.resolved_run else None
        return {**asdict(self), "run": public_id(self.run), "resolved_run": resolved}


async def listed(
    connection: asyncpg.Connection,
    *,
    run: int | None = None,
    code: str | None = None,
    resolved: bool = False,
    limit: int = 1000,
) -> list[Row]:
    """Return what is in quarantine, of one run or code or all; `resolved`: and what has left it."""
    return [Row(**row) for row in await connection.fetch(LIST, run, code, resolved, limit)]


async def one(connection: asyncpg.Connection, identifier: int) -> Row | None:
    """Return one row."""
    row = await connection.fetchrow(f"SELECT {COLUMNS} FROM quarantine WHERE id = $1", identifier)
    return Row(**row) if row else None


async def replayable(connection: asyncpg.Connection, *, after: int, limit: int) -> list[Row]:
    """Return the next open rows whose payload was kept whole."""
    return [Row(**row) for row in await connection.fetch(OPEN, after, limit)]


async def resolve(connection: asyncpg.Connection, identifier: int, run: int) -> None:
    """Note that a run could use it at last."""
    await connection.execute(RESOLVED, identifier, run)


async def refuse_again(connection: asyncpg.Connection, identifier: int, reason: str) -> None:
    """Note that a replay failed, and why."""
    await connection.execute(REFUSED_AGAIN, identifier, reason)


async def count_by_code(connection: asyncpg.Connection) -> dict[str, int]:
    """Count what is in quarantine now."""
    return {row[0]: row[1] for row in await connection.fetch(COUNT_BY_CODE)}
