"""An organisation's own things are counted, and deleted: files first, then rows, then it is told.

Files come first because a row that names a missing file can be deleted again after a crash, and a
file that no row names would be found by nobody.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

import asyncpg

from cases.events import Happened, record
from cases.evidence.files import Files
from cases.evidence.store import alone
from cases.leaving import holding
from cases.leaving.declared import ENDINGS, OF_CASES, UNTOUCHED, Ending
from shared.clock import Clock
from shared.database import Database

DELETED: Final = "deleted"

__all__ = ["DELETED", "UNTOUCHED", "Plan", "delete", "plan"]


class Counted(NamedTuple):
    """How many rows of a table go, and of how many that stay something is emptied."""

    gone: int
    emptied: int


class Plan(NamedTuple):
    """What a deletion would do, or did; `held` is why it must not."""

    tables: Mapping[str, Counted]
    files: int
    held: str | None


async def plan(database: Database, organisation: str) -> Plan:
    """Count what a deletion would do, and change nothing."""
    async with (
        database.connection() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        counted = {
            table: Counted(
                await _count(connection, table, ending.gone, organisation),
                await _count(connection, table, _left_to_empty(ending), organisation),
            )
            for table, ending in ENDINGS.items()
        }
        files = len(await _files(connection, organisation))
        return Plan(counted, files, await holding.ground_of(connection, organisation))


async def delete(
    database: Database, files: Files, clock: Clock, organisation: str, *, approval: str
) -> Plan:
    """Delete what an organisation owns; `approval` is where two of its admins decided it.

    Raises holding.OnHoldError with how many files had gone before the hold, DependencyDown: then it
    can be begun again.
    """
    async with database.transaction() as connection:
        await holding.check(connection, organisation)
    async with database.connection() as connection:
        digests = await _files(connection, organisation)
    gone = 0
    try:
        for digest in digests:
            gone += await _forget(database, files, digest, organisation)
        done = await _end_rows(database, clock, organisation, approval)
    except holding.OnHoldError as held:
        said = f"{held}; files of evidence that were deleted before: {gone}, and nothing else"
        raise holding.OnHoldError(said) from held
    return Plan(done, len(digests), None)


async def _forget(database: Database, files: Files, digest: bytes, organisation: str) -> bool:
    """Remove a file that nobody else has, and say whether it was; a hold waits for this one alone.

    Raises holding.OnHoldError.
    """
    async with database.transaction() as connection:
        await holding.check(connection, organisation)
        if is_alone := await alone(connection, digest, OF_CASES, organisation):
            await files.forget(digest)
        return is_alone


async def _end_rows(
    database: Database, clock: Clock, organisation: str, approval: str
) -> dict[str, Counted]:
    """Delete and empty the rows, and write that down. Raises holding.OnHoldError."""
    async with database.transaction() as connection:
        await connection.execute("SET LOCAL statement_timeout = 0")
        await holding.check(connection, organisation)
        now = clock.now()
        done = {
            table: Counted(
                await _end(connection, f"DELETE FROM {table} WHERE {ending.gone}", organisation)
                if ending.gone is not None
                else 0,
                await _empty(connection, table, ending, organisation, now),
            )
            for table, ending in ENDINGS.items()
        }
        happened = Happened(
            object=holding.OBJECT,
            id=organisation,
            organisation=organisation,
            what=DELETED,
            note=approval,
            shown={table: one.gone for table, one in done.items() if one.gone},
        )
        await record(connection, holding.operator(), now, happened)
    return done


def _left_to_empty(ending: Ending) -> str | None:
    if ending.emptied is None:
        return None
    _, where = ending.emptied
    return f"({where}) AND NOT ({ending.gone})" if ending.gone is not None else where


async def _count(
    connection: asyncpg.Connection, table: str, where: str | None, organisation: str
) -> int:
    if where is None:
        return 0
    found: int = await connection.fetchval(
        f"SELECT count(*) FROM {table} WHERE {where}",
        organisation,
    )
    return found


async def _files(connection: asyncpg.Connection, organisation: str) -> list[bytes]:
    return [row["sha256"] for row in await connection.fetch(_FILES, organisation)]


async def _empty(
    connection: asyncpg.Connection, table: str, ending: Ending, organisation: str, now: object
) -> int:
    if ending.emptied is None:
        return 0
    values, where = ending.emptied
    more = [now] if "$2" in values else []
    return await _end(connection, f"UPDATE {table} SET {values} WHERE {where}", organisation, *more)


async def _end(connection: asyncpg.Connection, statement: str, *values: object) -> int:
    done: str = await connection.execute(statement, *values)
    return int(done.rpartition(" ")[2])


_FILES: Final = f"""
    SELECT sha256 FROM evidence WHERE {OF_CASES}
    UNION SELECT cleaned_sha256 FROM evidence
    WHERE {OF_CASES} AND cleaned_sha256 IS NOT NULL ORDER BY 1
"""
