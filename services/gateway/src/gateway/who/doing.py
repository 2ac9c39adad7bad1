"""One privileged act: its transaction, who acts and when, what memories must forget, what is noted.

Changes are told to the processes, and entries written to the audit, at the end of the transaction
and in this order, so that no two acts can wait for each other.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import asyncpg

from gateway.audit.chain import Actor, Audit
from gateway.view import changes
from gateway.who.sealing import Seal
from shared.clock import Clock
from shared.database import Database


class Doing:
    """What one act has at hand. `finish` belongs into the same transaction.

    `seal` opens signing keys, where an act needs one. Without an audit nothing is noted: what is
    served and what is done by command always has one, fixtures need none.
    """

    def __init__(
        self,
        connection: asyncpg.Connection,
        audit: Audit | None,
        actor: Actor,
        *,
        now: datetime,
        seal: Seal | None = None,
    ) -> None:
        self.connection = connection
        self.audit = audit
        self.actor = actor
        self.seal = seal
        self.now = now
        self.no_recipients: set[str] = set()
        """Members who receive tips no more: their keys are retired once this is committed."""
        self._forgotten: dict[str, set[str] | None] = {}
        self._notes: list[tuple[str, str, dict[str, Any]]] = []

    def forget(self, kind: str, *keys: str) -> None:
        """Let every process forget things of a kind; all of the kind if none is named."""
        known = self._forgotten.setdefault(kind, set())
        self._forgotten[kind] = known | set(keys) if keys and known is not None else None

    def note(self, act: str, object_: str, **details: Any) -> None:
        """Have the audit say what was done, to what."""
        self._notes.append((act, object_, details))

    def keyed(self, identifier: str) -> str:
        """Return what the audit says for an identifier that it must not tell."""
        return self.audit.keyed(identifier) if self.audit else identifier

    async def finish(self) -> None:
        """Tell the processes and write the audit."""
        if self._forgotten:
            seq = await changes.take_number(self.connection)
            for kind, keys in self._forgotten.items():
                await changes.record(self.connection, seq, kind, keys)
        if self.audit is not None:
            for act, object_, details in self._notes:
                await self.audit.record(
                    self.connection, self.actor, act, object_, now=self.now, **details
                )
        self._forgotten, self._notes = {}, []


@asynccontextmanager
async def acting(
    database: Database, clock: Clock, audit: Audit | None, actor: Actor, *, seal: Seal | None = None
) -> AsyncIterator[Doing]:
    """Do something as one transaction, with its audit."""
    async with database.transaction() as connection:
        doing = Doing(connection, audit, actor, now=clock.now(), seal=seal)
        yield doing
        await doing.finish()
