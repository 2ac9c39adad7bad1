"""Who calls: from the key somebody shows to the organisation behind it and what it may do.

Keys in use are remembered and forgotten the moment they are revoked (`gateway.follower`); a process
that lost touch with the database trusts no remembered key. When a key was last used is written
down every few seconds, for all keys together.
"""

import asyncio
from datetime import datetime
from typing import Final, NamedTuple

import asyncpg

from gateway.keys import matches, parse_key
from gateway.memory import Memory
from shared.clock import Clock
from shared.database import Database, transient
from shared.errors import Unauthenticated
from shared.logs import logger
from shared.security import Caller

KIND: Final = "key"
WRITE_USES_EVERY: Final = 10.0

_SIZE_OF_KEY = 500
_SCHEME = b"bearer "
_log = logger(__name__)

_FIND: Final = """
    SELECT key.id, key.organisation_id, key.member_id, key.secret_hash, key.scopes, key.per_minute,
           key.expires_at, organisation.region, member.role
    FROM api_key AS key
    JOIN organisation ON organisation.id = key.organisation_id
    LEFT JOIN member ON member.id = key.member_id
    WHERE key.id = $1 AND key.revoked_at IS NULL
"""

_USED: Final = """
    UPDATE api_key SET last_used_at = greatest(last_used_at, used.at)
    FROM unnest($1::text[], $2::timestamptz[]) AS used (id, at) WHERE api_key.id = used.id
"""


class Holder(NamedTuple):
    """A valid key: who holds it, and what it may do."""

    id: str
    secret_hash: bytes
    expires_at: datetime | None
    per_minute: int
    caller: Caller


class Callers:
    """Finds the holder of a key."""

    def __init__(
        self, database: Database, memory: Memory, *, clock: Clock, per_minute: int
    ) -> None:
        self._database = database
        self._memory = memory
        self._clock = clock
        self._per_minute = per_minute
        self._used: dict[str, datetime] = {}

    async def holder(self, authorization: bytes | None) -> Holder:
        """Return who holds the key in an Authorization header.

        Raises Unauthenticated for no key, an unknown, expired or revoked one; which of these it is
        is not told.
        """
        if authorization is None or authorization[:7].lower() != _SCHEME:
            raise Unauthenticated("Send Authorization: Bearer with a valid key.")
        shown = parse_key(authorization[7:].decode("latin-1").strip())
        found = await self._find(shown.id) if shown else None
        if shown is None or found is None or not matches(shown.secret, found.secret_hash):
            raise Unauthenticated("This key is not valid.")
        now = self._clock.now()
        if found.expires_at is not None and found.expires_at <= now:
            raise Unauthenticated("This key is not valid.")
        self._used[found.id] = now
        return found

    async def write_uses(self) -> None:
        """Write down every few seconds which keys were used, until cancelled."""
        while True:
            await asyncio.sleep(WRITE_USES_EVERY)
            await self.flush()

    async def flush(self) -> None:
        """Write down which keys were used since the last time."""
        used, self._used = self._used, {}
        if not used:
            return
        try:
            async with self._database.connection() as connection:
                await connection.execute(_USED, list(used), list(used.values()))
        except Exception as fault:
            if not transient(fault):
                raise
            _log.warning("key_uses_not_written", fault=type(fault).__name__)

    async def _find(self, key_id: str) -> Holder | None:
        remembered: Holder | None = self._memory.get(KIND, key_id)
        if remembered is not None:
            return remembered
        mark = self._memory.mark()
        async with self._database.connection() as connection:
            row = await connection.fetchrow(_FIND, key_id)
        if row is None:
            return None
        holder = _holder(row, self._per_minute)
        self._memory.put(KIND, key_id, holder, size=_SIZE_OF_KEY, mark=mark)
        return holder


def _holder(row: asyncpg.Record, usual_limit: int) -> Holder:
    return Holder(
        id=row["id"],
        secret_hash=row["secret_hash"],
        expires_at=row["expires_at"],
        per_minute=row["per_minute"] or usual_limit,
        caller=Caller(
            organisation=row["organisation_id"],
            member=row["member_id"],
            role=row["role"] or "reader",
            region=row["region"],
            scopes=frozenset(row["scopes"]),
        ),
    )
