"""What must be kept because a court or a lawyer says so: nothing of it is deleted until released.

Nor is it given to another organisation, which could delete it.

A hold is the operator's, and is written down among the operator's events: the organisation's own
takeout does not tell of it, for the paper may forbid that.
"""

from datetime import datetime
from typing import Final

import asyncpg

from cases.events import Happened, record
from shared.security import Caller

OPERATOR: Final = "operator"
OBJECT: Final = "organisation"
HELD, RELEASED = "held", "released"


class OnHoldError(ValueError):
    """What the organisation owns must be kept."""


def operator() -> Caller:
    """Who acts at the machine: nobody's member, by no key."""
    return Caller(OPERATOR, None, "admin", None, frozenset())


async def ground_of(connection: asyncpg.Connection, organisation: str) -> str | None:
    """Return why what an organisation owns is kept; None where nothing keeps it."""
    row = await connection.fetchrow(_LAST, OBJECT, organisation, [HELD, RELEASED])
    return row["note"] if row is not None and row["what"] == HELD else None


async def hold(
    connection: asyncpg.Connection, organisation: str, ground: str, now: datetime
) -> None:
    """Keep what an organisation owns, from now on."""
    await _write(connection, organisation, HELD, ground, now)


async def release(
    connection: asyncpg.Connection, organisation: str, ground: str, now: datetime
) -> None:
    """Keep it no longer. Raises ValueError where nothing kept it."""
    if await ground_of(connection, organisation) is None:
        raise ValueError(f"nothing of {organisation} is held")
    await _write(connection, organisation, RELEASED, ground, now)


async def check(connection: asyncpg.Connection, organisation: str) -> None:
    """Let pass what may be deleted, and let no hold come before the transaction ends.

    Raises OnHoldError.
    """
    await connection.execute(_ONE_AT_A_TIME, organisation)
    if (ground := await ground_of(connection, organisation)) is not None:
        raise OnHoldError(f"{organisation} is on hold: {ground}")


async def may_leave(connection: asyncpg.Connection, organisation: str) -> bool:
    """Say whether a case may become another's, and let no hold come before the transaction ends.

    Not while a command holds, deletes or gives away: it may wait for the case, which is locked
    already, and is not waited for.
    """
    free = await connection.fetchval(_BESIDE_OTHERS, organisation)
    return free and await ground_of(connection, organisation) is None


async def _write(
    connection: asyncpg.Connection, organisation: str, what: str, ground: str, now: datetime
) -> None:
    await connection.execute(_ONE_AT_A_TIME, organisation)
    happened = Happened(
        object=OBJECT, id=organisation, organisation=OPERATOR, what=what, note=ground
    )
    await record(connection, operator(), now, happened)


_LAST: Final = """
    SELECT what, note FROM event
    WHERE object = $1 AND object_id = $2 AND what = ANY($3::text[]) ORDER BY id DESC LIMIT 1
"""

_ONE_AT_A_TIME: Final = "SELECT pg_advisory_xact_lock(hashtextextended('leaving/' || $1, 0))"
_BESIDE_OTHERS: Final = """
    SELECT pg_try_advisory_xact_lock_shared(hashtextextended('leaving/' || $1, 0))
"""
