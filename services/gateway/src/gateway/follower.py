"""Each API process follows the changes of the view and forgets what changed.

PostgreSQL's NOTIFY wakes it; a look every second makes up for a lost one. After a broken connection
it goes on from the number it knows, and forgets everything if that is too long ago.
"""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final

import asyncpg

from gateway.memory import Memory
from gateway.stream.telling import KIND as STREAM
from gateway.stream.waiting import Waiting
from gateway.view.changes import CHANNEL
from shared.database import Database, transient
from shared.logs import logger

LOOK_EVERY: Final = 1.0
PAUSE_AFTER_FAULT: Final = 0.5

_log = logger(__name__)

_CHANGES = """
    SELECT head.seq AS head, head.changed_at, change.seq, change.kind, change.keys
    FROM change_head AS head LEFT JOIN change ON change.seq > $1 AND change.seq <= head.seq
    WHERE head.id = 1 ORDER BY change.seq
"""


class Follower:
    """Keeps one memory true. `seq` and `changed_at` tell how far it knows the view."""

    def __init__(self, database: Database, memory: Memory, waiting: Waiting) -> None:
        self.seq = -1
        self.changed_at = datetime.fromtimestamp(0, UTC)
        self._database = database
        self._memory = memory
        self._waiting = waiting
        self._wake = asyncio.Event()

    async def run(self) -> None:
        """Follow until cancelled."""
        while True:
            try:
                await self._follow()
            except Exception as fault:
                if not transient(fault):
                    raise
                _log.warning("view_not_followed", fault=type(fault).__name__)
                await asyncio.sleep(PAUSE_AFTER_FAULT)

    async def look(self, connection: asyncpg.Connection) -> None:
        """Forget what changed since the last look."""
        rows = await connection.fetch(_CHANGES, self.seq, timeout=2)
        head = rows[0]["head"]
        changes = [row for row in rows if row["seq"] is not None]
        if self._contiguous(head, changes):
            for row in changes:
                self._forget(row)
        else:
            self._memory.clear()
            self._waiting.wake(None)
        self.seq, self.changed_at = head, rows[0]["changed_at"]
        self._memory.in_touch()

    async def _follow(self) -> None:
        async with self._database.connection() as connection:
            await connection.add_listener(CHANNEL, self._notified)
            connection.add_termination_listener(self._notified)
            try:
                while True:
                    self._wake.clear()
                    await self._database.same_time(connection)
                    await self.look(connection)
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._wake.wait(), LOOK_EVERY)
            finally:
                connection.remove_termination_listener(self._notified)
                if not connection.is_closed():
                    await connection.remove_listener(CHANNEL, self._notified)

    def _contiguous(self, head: int, changes: list[asyncpg.Record]) -> bool:
        # All of them lie after what is known and up to the head: as many as that is without a gap.
        return self.seq >= 0 and len({row["seq"] for row in changes}) == head - self.seq

    def _forget(self, row: asyncpg.Record) -> None:
        if row["kind"] == STREAM:
            self._waiting.wake(row["keys"])
        elif row["keys"]:
            self._memory.drop(row["kind"], row["keys"])
        else:
            self._memory.drop_kind(row["kind"])

    def _notified(self, *_: Any) -> None:
        self._wake.set()
