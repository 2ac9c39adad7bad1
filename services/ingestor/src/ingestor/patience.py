"""A PostgreSQL that restarts is waited for: what its crash undid is simply done again.

Whatever is handed over here must bear being done twice: the answer to a commit may be lost on the
way back, and then nobody knows that the first try has done it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import asyncpg

from shared.database import Database, transient
from shared.logs import logger

T = TypeVar("T")

PAUSES: Final = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)  # seconds between tries while PostgreSQL is away

Work = Callable[[asyncpg.Connection], Awaitable[T]]
"""What is done over a connection."""

log = logger(__name__)


async def patiently(attempt: Callable[[], Awaitable[T]], what: str) -> T:
    """Attempt something until PostgreSQL is there; `what` names it in the log.

    Raises what PostgreSQL raises where it stays away, and at once what waiting does not mend; who
    is told to stop waits no longer.
    """
    for pause in PAUSES:
        try:
            return await attempt()
        except Exception as fault:
            if not transient(fault):
                raise
            if _told_to_stop():
                raise asyncio.CancelledError from fault
            log.warning("postponed", what=what, fault=type(fault).__name__)
            await asyncio.sleep(pause)
    return await attempt()


def _told_to_stop() -> bool:
    """Tell whether the task was cancelled, also where a fault has taken the cancellation's place.

    So it is where PostgreSQL is gone in the middle of a transaction: it cannot be rolled back.
    """
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def asked(database: Database, question: Work[T]) -> T:
    """Ask the database something, patiently."""

    async def once() -> T:
        async with database.connection() as connection:
            return await question(connection)

    return await patiently(once, "question")


async def done(database: Database, deed: Work[T], what: str) -> T:
    """Do something in a transaction of its own, patiently."""

    async def once() -> T:
        async with database.transaction() as connection:
            return await deed(connection)

    return await patiently(once, what)
