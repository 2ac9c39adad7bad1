"""Of several schedulers one leads: whoever holds the lock of a job. The others do nothing."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Final

import asyncpg

from ingestor.patience import patiently
from shared.database import Database

LEADER_LOCK: Final = 0x1EAD  # first key of the advisory locks of jobs


@asynccontextmanager
async def leading(database: Database, job: str) -> AsyncIterator[bool]:
    """Tell whether this process leads a job; it does until the block is left.

    The lock goes with its connection. Should that be cut, the checkpoint tells who is overtaken.
    """

    async def compete() -> tuple[AsyncExitStack, asyncpg.Connection, bool]:
        async with AsyncExitStack() as lent:
            connection = await lent.enter_async_context(database.connection())
            ask = "SELECT pg_try_advisory_lock($1, hashtext($2))"
            leads: bool = await connection.fetchval(ask, LEADER_LOCK, job)
            return lent.pop_all(), connection, leads

    lent, connection, leads = await patiently(compete, f"leadership of {job}")
    async with lent:
        try:
            yield leads
        finally:
            if leads:
                with suppress(asyncpg.InterfaceError, asyncpg.PostgresError, OSError):
                    give_back = "SELECT pg_advisory_unlock($1, hashtext($2))"
                    await connection.execute(give_back, LEADER_LOCK, job)
