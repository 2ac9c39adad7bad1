"""Drafts that went live run in the engine beside all others: so long, and with so much memory.

What is tried runs in a process of its own; what is live needs the newest facts, which only the
engine has open. A draft that was quick over all facts may still explode on what comes later. It is
then interrupted, again and again until it lets go, or refused more memory, and loses its place:
nobody waits for it, and no query of its own ends the engine.
"""

import threading
from contextlib import ExitStack
from types import TracebackType
from typing import Final, Self

import asyncpg
import duckdb

from scoring.drafts import store
from scoring.drafts.confined import LONGEST_REASON, without_paths
from scoring.drafts.life import LIVE, MOST_COST, RETIRED
from scoring.drafts.store import Taken
from scoring.facts import Facts
from shared.clock import Clock
from shared.security import Caller

MOST_SECONDS: Final = 4 * MOST_COST
"""For one batch or all facts: four times what it may have cost when it was approved."""

MOST_MEMORY: Final = "600MB"
MOST_SPILL: Final = "2GB"
"""What a draft may hold while it runs in the engine, and put on disk because it does not fit."""

AGAIN: Final = 0.2
"""Seconds between two interruptions of what has not let go."""

_FULL: Final = "Out of Memory"
"""How DuckDB begins to say that memory, or room on disk, is used up."""


class DraftStoppedError(Exception):
    """A draft that is live was stopped on live data; nothing of the batch was written."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(f"{code} was stopped: {why}")
        self.code = code
        self.reason = f"Stopped on live data: {why}."


class Watch:
    """Bounds the time and the memory of a draft's queries. Raises DraftStoppedError.

    So it does for a fault that leaves the block: what a draft cannot do stops the draft alone.
    """

    def __init__(
        self,
        facts: Facts,
        code: str,
        seconds: float,
        memory: str = MOST_MEMORY,
        spill: str = MOST_SPILL,
    ) -> None:
        self._connection = facts.connection
        self._code = code
        self._seconds = seconds
        self._room = facts.at_most(memory, spill)
        self._lent = ExitStack()
        self._most = f"{memory} of memory and {spill} on disk"
        self._ended = threading.Event()
        self._fired = False
        self._thread = threading.Thread(target=self._interrupt, daemon=True)

    def __enter__(self) -> Self:
        self._lent.enter_context(self._room)
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
        self._lent.close()
        self.check()
        if isinstance(fault, duckdb.Error):
            self.heed(fault)
            said = without_paths(str(fault))[:LONGEST_REASON]
            raise DraftStoppedError(self._code, f"it failed: {said}") from fault

    def check(self) -> None:
        """Raise DraftStoppedError if the time was up."""
        if self._fired:
            raise DraftStoppedError(self._code, f"it did not end within {self._seconds:g} seconds")

    def heed(self, fault: duckdb.Error) -> None:
        """Raise DraftStoppedError if a fault says that memory was used up, not what is wrong."""
        if str(fault).startswith(_FULL):
            raise DraftStoppedError(self._code, f"it needed more than {self._most}") from fault

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
