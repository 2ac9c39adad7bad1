"""How far the view has come, and what changed of late: the thread API processes follow.

Whoever changes what API processes remember (the worker, or the command that revokes a key) takes a
number and says what changed, in the same transaction. The one row of `change_head` is locked from
then to the commit, so numbers become visible in their order and changes of two feeds never cross.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

import asyncpg

CHANNEL: Final = "gateway_change"
KEPT: Final = timedelta(minutes=10)
"""A process that followed nothing for longer forgets everything instead."""


async def take_number(connection: asyncpg.Connection) -> int:
    """Lock the view until the transaction ends and return the number of this change.

    A statement of its own: those that follow see all that was committed before the lock.
    """
    seq: int = await connection.fetchval(
        "UPDATE change_head SET seq = seq + 1, changed_at = clock_timestamp() WHERE id = 1"
        " RETURNING seq"
    )
    return seq


async def record(
    connection: asyncpg.Connection, seq: int, kind: str, keys: Iterable[str] | None
) -> None:
    """Say which things of a kind changed; None: all of them."""
    named = sorted(set(keys)) if keys is not None else []
    if keys is not None and not named:
        named = [""]  # a number without any change would look like a gap
    await connection.execute(
        "INSERT INTO change (seq, kind, keys) VALUES ($1, $2, $3)"
        " ON CONFLICT (seq, kind) DO UPDATE SET keys = change.keys || excluded.keys",
        seq,
        kind,
        named,
    )
    await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, str(seq))


async def forget_old(connection: asyncpg.Connection) -> None:
    """Drop what every process has long followed."""
    await connection.execute("DELETE FROM change WHERE at < now() - $1::interval", KEPT)
