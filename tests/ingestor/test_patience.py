"""Who is told to stop stops, also where PostgreSQL went away in the middle of a transaction."""

import asyncio
from contextlib import suppress

import asyncpg

from ingestor.patience import done
from shared.database import Database

CUT = "SELECT pg_terminate_backend($1)"


async def test_a_cancellation_is_not_lost_in_a_transaction_that_cannot_be_rolled_back(
    ingestor_database: Database,
) -> None:
    tries: list[asyncpg.Connection] = []
    begun = asyncio.Event()

    async def deed(connection: asyncpg.Connection) -> None:
        tries.append(connection)
        begun.set()
        await asyncio.Event().wait()

    working = asyncio.create_task(done(ingestor_database, deed, "deed"))
    await begun.wait()
    async with ingestor_database.connection() as other:
        await other.execute(CUT, tries[0].get_server_pid())
    with suppress(asyncpg.InterfaceError):  # once it is cut, the pool has taken it back
        while not tries[0].is_closed():
            await asyncio.sleep(0.01)
    working.cancel()
    await asyncio.wait([working], timeout=5)

    assert working.cancelled()
    assert len(tries) == 1
