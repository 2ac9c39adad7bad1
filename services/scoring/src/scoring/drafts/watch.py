"""Drafts that went live run in the engine beside all others: so long, and then they are stopped.

What is tried runs in a process of its own; what is live needs the newest facts, which only the
engine has open. A draft that was quick over all facts may still explode on what comes later. It is
then interrupted, again and again until it lets go, and loses its place: nobody waits for it.
"""

import threading
from types import TracebackType
from typing import Final, Self

import asyncpg
import duckdb

from scoring.drafts import store
from scoring.drafts.life import LIVE, MOST_COST, RETIRED
from scoring.drafts.store import Taken
from shared.clock import Clock
from shared.security import Caller

MOST_SECONDS: Final = 4 * MOST_COST
"""For one batch or all facts: four times what it may have cost when it was approved."""

AGAIN: Final = 0.2
"""Seconds between two interruptions of what has not let go."""


class DraftStoppedError(Exception):
    """A draft that is live used up its time on live data; nothing of the batch was written."""

    def __init__(self, code: str, seconds: float) -> None:
        super().__init__(f"{code} was stopped: it did not end within {seconds:g} seconds")
        self.code = code
        self.reason = f"Stopped on live data: it did not end within {seconds:g} seconds."


class Watch:
    """Interrupts the queries of a connection once their time is up. Raises DraftStoppedError."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, code: str, seconds: float) -> None:
        self._connection = connection
        self._code = code
        self._seconds = seconds
        self._ended = threading.Event()
        self._fired = False
        self._thread = threading.Thread(target=self._interrupt, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join()
        self.check()

    def check(self) -> None:
        """Raise DraftStoppedError if the time was up."""
        if self._fired:
            raise DraftStoppedError(self._code, self._seconds)

    def _interrupt(self) -> None:
        wait = self._seconds
        while not self._ended.wait(wait):
            self._fired, wait = True, AGAIN
            self._connection.interrupt()


async def stop(connection: asyncpg.Connection, stopped: DraftStoppedError, clock: Clock) -> None:
    """Take a draft out of judging and write down why, where its owner reads it."""
    sql = "SELECT id FROM draft WHERE code = $1 AND state = $2"
    draft = await store.find(connection, await connection.fetchval(sql, stopped.code, LIVE) or "")
    if draft is None:
        return
    engine = Caller(draft["organisation"], None, "service", None, frozenset())
    now = clock.now()
    await store.move(connection, draft, RETIRED, engine, now)
    taken = Taken("stop", LIVE, RETIRED, draft["version"], stopped.reason)
    await store.note(connection, draft["id"], taken, engine, now)
