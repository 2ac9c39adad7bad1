"""One engine judges at a time; a second one started by mistake, or for safety, waits its turn.

The turn is an advisory lock of a PostgreSQL session of its own: it ends with the process that
holds it, however that ends. Should a session be cut while its engine lives, the engine gives up,
and the state it would write against (`store.claim`) is no longer the one it knows.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

import asyncpg
import structlog

from shared.database import plain_url, transient

LOCK: Final = 7_231_951
"""Number of the advisory lock "one engine"; the lock is of this database."""

RETRY: Final = 1.0
"""Seconds between two tries: a killed engine is followed within about one."""

TIMEOUT: Final = 5.0

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


@asynccontextmanager
async def leadership(url: str) -> AsyncIterator[asyncio.Event]:
    """Wait until no other engine leads, and lead; the event tells that the lead is lost."""
    connection = await _lead(url)
    lost = asyncio.Event()
    connection.add_termination_listener(lambda _: lost.set())
    try:
        yield lost
    finally:
        with suppress(OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            await connection.close(timeout=1)


async def _lead(url: str) -> asyncpg.Connection:
    waiting = False
    while True:
        try:
            connection = await _attempt(url)
        except Exception as fault:
            if not transient(fault):
                raise
            log.warning("no database to lead in", reason=f"{type(fault).__name__}: {fault}")
        else:
            if connection is not None:
                return connection
            if not waiting:
                log.info("another engine leads; waiting")
            waiting = True
        await asyncio.sleep(RETRY)


async def _attempt(url: str) -> asyncpg.Connection | None:
    settings = {"application_name": "scoring-engine-lead"}
    connection = await asyncpg.connect(plain_url(url), timeout=TIMEOUT, server_settings=settings)
    try:
        if await connection.fetchval("SELECT pg_try_advisory_lock($1)", LOCK, timeout=TIMEOUT):
            return connection
    except BaseException:
        connection.terminate()
        raise
    await connection.close(timeout=1)
    return None
