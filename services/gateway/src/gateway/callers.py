"""Who calls: from the key or token somebody shows to who is behind it and what they may do.

Keys and tokens in use are remembered, and forgotten the moment they are revoked or what they rest
on changes (`gateway.follower`); a process that lost touch with the database trusts none that it
remembers. When a key was last used is written down every few seconds, for all keys together.
"""

import asyncio
import hashlib
import hmac
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Final

from gateway.holders import (
    DEVICE,
    FIND,
    FIND_DEVICE,
    FIND_ORIGINS,
    FIND_ROLE,
    KIND,
    ORIGINS,
    TOKEN,
    Holder,
    holder_of_device,
    holder_of_key,
)
from gateway.keys import PresentedKey, hash_secret, matches, parse_key
from gateway.memory import Memory
from gateway.who import tokens
from gateway.who.roles import within_role
from gateway.who.signing import Signer
from shared.clock import Clock
from shared.database import Database, transient
from shared.errors import Unauthenticated
from shared.logs import logger

WRITE_USES_EVERY: Final = 10.0
_OF_SERVERS: Final = frozenset({"live", "test"})
_SIZE_OF_KEY = 900
_SCHEME = b"bearer "
_NEEDS_KEY = "Send Authorization: Bearer with a valid key."
_NOT_VALID = "This key is not valid."
_log = logger(__name__)

_USED: Final = """
    UPDATE api_key SET last_used_at = greatest(last_used_at, used.at)
    FROM unnest($1::text[], $2::timestamptz[]) AS used (id, at) WHERE api_key.id = used.id
"""

# A device's use is known by the day: finer, it would tell somebody's habits.
_DEVICES_USED: Final = """
    UPDATE device SET last_used_at = used.at
    FROM unnest($1::text[], $2::timestamptz[]) AS used (id, at)
    WHERE device.id = used.id AND device.last_used_at IS DISTINCT FROM used.at
"""


class Callers:
    """Finds the holder of a key or token; at a gateway of the sandbox (`test`) test keys only."""

    def __init__(
        self,
        database: Database,
        memory: Memory,
        signer: Signer,
        *,
        clock: Clock,
        per_minute: int,
        issuer: str,
        test: bool = False,
    ) -> None:
        self._database = database
        self._memory = memory
        self._signer = signer
        self._clock = clock
        self._per_minute = per_minute
        self._issuer = issuer
        self._test = test
        self._used: dict[str, datetime] = {}
        self._devices: dict[str, datetime] = {}

    async def holder(self, authorization: bytes | None) -> Holder:
        """Return who holds the key or token in an Authorization header.

        Raises Unauthenticated for none, an unknown, expired or revoked one; which of these it is
        is not told.
        """
        if authorization is None or authorization[:7].lower() != _SCHEME:
            raise Unauthenticated(_NEEDS_KEY)
        text = authorization[7:].decode("latin-1").strip()
        now = self._clock.now()
        shown = parse_key(text)
        if shown is not None and shown.word in _OF_SERVERS:  # the most frequent, so without detour
            found = self._memory.get(KIND, shown.id) or await self._read(shown.id)
            if found is not None and not _is_shown(shown, found):
                found = None
        else:
            found = await self._of_others(text, shown, now)
        if found is None or (found.expires_at is not None and found.expires_at <= now):
            raise Unauthenticated(_NOT_VALID)
        if found.kind == DEVICE:
            self._devices[found.id] = datetime.combine(now.date(), time.min, UTC)
        else:
            self._used[found.id] = now
        return found

    async def client(self, client_id: str, secret: str) -> Holder | None:
        """Return the OAuth client that shows this id and secret; None if they are not valid now."""
        shown, now = parse_key(secret), self._clock.now()
        if shown is None or shown.word != "client" or shown.id != client_id:
            return None
        found = await self._find(client_id)
        if found is None or found.kind != "client" or not matches(shown.secret, found.secret_hash):
            return None
        return found if found.expires_at is None or found.expires_at > now else None

    async def origins(self) -> frozenset[str]:
        """Return the origins that any valid key names."""
        remembered: frozenset[str] | None = self._memory.get(ORIGINS, "")
        if remembered is not None:
            return remembered
        mark = self._memory.mark()
        async with self._database.connection() as connection:
            found = frozenset(row[0] for row in await connection.fetch(FIND_ORIGINS))
        self._memory.put(ORIGINS, "", found, size=100 * len(found), mark=mark)
        return found

    async def write_uses(self) -> None:
        """Write down every few seconds which keys were used, until cancelled."""
        while True:
            await asyncio.sleep(WRITE_USES_EVERY)
            await self.flush()

    async def flush(self) -> None:
        """Write down which keys were used since the last time."""
        used, self._used = self._used, {}
        devices, self._devices = self._devices, {}
        if not used and not devices:
            return
        try:
            async with self._database.connection() as connection:
                await connection.execute(_USED, list(used), list(used.values()))
                await connection.execute(_DEVICES_USED, list(devices), list(devices.values()))
        except Exception as fault:
            if not transient(fault):
                raise
            _log.warning("key_uses_not_written", fault=type(fault).__name__)

    async def _of_others(
        self, text: str, shown: PresentedKey | None, now: datetime
    ) -> Holder | None:
        """Return who holds a token, or the key of a device."""
        if shown is None:
            return await self._of_token(text, now) if text.startswith(tokens.BEGINS) else None
        if shown.word != "dev":
            return None
        device = await self._find_device(shown.id)
        return device if device and _of_device(shown, device, now) else None

    async def _of_token(self, text: str, now: datetime) -> Holder | None:
        digest = hashlib.sha256(text.encode()).hexdigest()
        remembered: Holder | None = self._memory.get(TOKEN, digest)
        if remembered is not None:
            return remembered
        mark = self._memory.mark()
        keys = await self._signer.trusted()
        token = tokens.read(text, keys=keys, issuer=self._issuer, now=now)
        found = await self._holder_of(token, now) if token else None
        if found is not None:
            self._memory.put(TOKEN, digest, found, size=_SIZE_OF_KEY, mark=mark)
        return found

    async def _holder_of(self, token: tokens.Token, now: datetime) -> Holder | None:
        """Return what a token allows: never more than its credential and its member may now."""
        origin = await self._find(token.credential)
        if origin is None or (origin.expires_at is not None and origin.expires_at <= now):
            return None
        caller, scopes = origin.caller, origin.caller.scopes & token.scopes
        member, role = caller.member, caller.role
        if token.member is not None:
            async with self._database.connection() as connection:
                found = await connection.fetchval(FIND_ROLE, token.member, caller.organisation)
            if found is None:
                return None
            member, role, scopes = token.member, found, within_role(scopes, found)
        ends = min(token.ends_at, origin.expires_at or token.ends_at)
        meant = replace(caller, member=member, role=role, scopes=scopes)
        return origin._replace(caller=meant, expires_at=ends, kind=TOKEN)

    async def _find(self, key_id: str) -> Holder | None:
        return self._memory.get(KIND, key_id) or await self._read(key_id)

    async def _read(self, key_id: str) -> Holder | None:
        mark = self._memory.mark()
        async with self._database.connection() as connection:
            row = await connection.fetchrow(FIND, key_id)
        if row is None or row["test"] != self._test:
            return None
        holder = holder_of_key(row, self._per_minute)
        self._memory.put(KIND, key_id, holder, size=_SIZE_OF_KEY, mark=mark)
        return holder

    async def _find_device(self, device_id: str) -> Holder | None:
        remembered: Holder | None = self._memory.get(DEVICE, device_id)
        if remembered is not None:
            return remembered
        mark = self._memory.mark()
        async with self._database.connection() as connection:
            row = await connection.fetchrow(FIND_DEVICE, device_id)
        if row is None:
            return None
        holder = holder_of_device(row, self._per_minute)
        self._memory.put(DEVICE, device_id, holder, size=_SIZE_OF_KEY, mark=mark)
        return holder


def _is_shown(shown: PresentedKey, found: Holder) -> bool:
    """Say whether this is the key that was shown, and of the kind that it says."""
    right = matches(shown.secret, found.secret_hash)
    return right and found.kind == KIND and found.test == (shown.word == "test")


def _of_device(shown: PresentedKey, device: Holder, now: datetime) -> bool:
    """Say whether a secret is a device's, or the one it had before and has just changed."""
    hashed = hash_secret(shown.secret)
    kept, until = device.previous or (device.secret_hash, now)
    before = hmac.compare_digest(hashed, kept) and until > now
    return hmac.compare_digest(hashed, device.secret_hash) or before
