"""The Ed25519 keys that sign tokens and checkpoints: published, kept sealed, changed with overlap.

A new key is published at once and signs only after a while, when everybody who keeps the published
keys in a cache has looked again; the old one is trusted until its last token has ended. A key that
no longer signs loses its private half; the public one stays, for what it has signed.
"""

import asyncio
import base64
import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

import asyncpg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from gateway.memory import Memory
from gateway.view import changes
from gateway.who.sealing import Seal
from gateway.who.tokens import LIFE
from shared.clock import Clock
from shared.database import Database

KIND: Final = "signing"
PUBLISHED_BEFORE: Final = timedelta(minutes=10)
"""How long before it signs a new key is published; twice what may be kept in a cache."""

_LOCK: Final = 7_231_957
_KID_BYTES: Final = 12
_ALL: Final = "SELECT kid, public, sealed, signs_from, trusted_until FROM signing_key ORDER BY 4, 1"


class SigningKey(NamedTuple):
    """One key; `private` is gone once it no longer signs."""

    kid: str
    public: Ed25519PublicKey
    private: Ed25519PrivateKey | None
    signs_from: datetime
    trusted_until: datetime | None

    def trusted(self, now: datetime) -> bool:
        """Say whether what it signed as a token is accepted."""
        return self.trusted_until is None or self.trusted_until > now


class Signer:
    """The keys as one process knows them: from memory, as long as that can be trusted."""

    def __init__(self, database: Database, memory: Memory, seal: Seal, *, clock: Clock) -> None:
        self._database = database
        self._memory = memory
        self._seal = seal
        self._clock = clock
        self._alone = asyncio.Lock()

    async def keys(self) -> Sequence[SigningKey]:
        """Return all keys, the oldest first."""
        remembered: Sequence[SigningKey] | None = self._memory.get(KIND, "")
        if remembered is not None:
            return remembered
        mark = self._memory.mark()
        async with self._database.connection() as connection:
            found = [_key(row, self._seal) for row in await connection.fetch(_ALL)]
        self._memory.put(KIND, "", found, size=1000 * len(found), mark=mark)
        return found

    async def trusted(self) -> Mapping[str, Ed25519PublicKey]:
        """Return the public keys that tokens are checked with, by their ids."""
        now = self._clock.now()
        return {key.kid: key.public for key in await self.keys() if key.trusted(now)}

    async def current(self) -> SigningKey:
        """Return the key that signs now; the first one is made when it is first asked for."""
        found = _signing(await self.keys(), self._clock.now())
        if found is None:
            async with self._alone, self._database.transaction() as connection:
                await make_first(connection, self._seal, now=self._clock.now())
                rows = await connection.fetch(_ALL)
            self._memory.drop_kind(KIND)  # others hear of it; what is signed here is shown here
            found = _signing([_key(row, self._seal) for row in rows], self._clock.now())
        if found is None:
            raise RuntimeError("no key signs now")
        return found

    async def published(self) -> dict[str, Any]:
        """Return the JWK Set (RFC 7517, RFC 8037) of the keys that are trusted, or soon sign."""
        trusted = await self.trusted()
        return {"keys": [jwk(kid, public) for kid, public in trusted.items()]}


def jwk(kid: str, public: Ed25519PublicKey | bytes) -> dict[str, str]:
    """Return a public key as a JWK."""
    raw = public if isinstance(public, bytes) else public.public_bytes_raw()
    x = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    return {"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": kid, "x": x}


async def make_first(connection: asyncpg.Connection, seal: Seal, *, now: datetime) -> None:
    """Make a key that signs at once, if there is none."""
    await connection.execute("SELECT pg_advisory_xact_lock($1::bigint)", _LOCK)
    if not await connection.fetchval("SELECT true FROM signing_key WHERE sealed IS NOT NULL"):
        await _add(connection, seal, signs_from=now, now=now)


async def rotate(
    connection: asyncpg.Connection, seal: Seal, *, now: datetime, at_once: bool = False
) -> str:
    """Publish a new key that signs after a while, end those before it then; return its id.

    `at_once`: what the keys before have signed is trusted no longer, for one of them has leaked.
    """
    await connection.execute("SELECT pg_advisory_xact_lock($1::bigint)", _LOCK)
    begins = now if at_once else now + PUBLISHED_BEFORE
    await connection.execute(
        "UPDATE signing_key SET trusted_until = least(trusted_until, $1)"
        " WHERE trusted_until IS NULL OR trusted_until > $1",
        now if at_once else begins + LIFE,
    )
    await connection.execute(
        "UPDATE signing_key SET sealed = NULL WHERE trusted_until <= $1 AND sealed IS NOT NULL", now
    )
    return await _add(connection, seal, signs_from=begins, now=now)


async def _add(
    connection: asyncpg.Connection, seal: Seal, *, signs_from: datetime, now: datetime
) -> str:
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    kid = hashlib.sha256(public).hexdigest()[: 2 * _KID_BYTES]
    seq = await changes.take_number(connection)
    await connection.execute(
        "INSERT INTO signing_key (kid, public, sealed, created_at, signs_from)"
        " VALUES ($1, $2, $3, $4, $5)",
        kid,
        public,
        seal.close(private.private_bytes_raw(), of=kid),
        now,
        signs_from,
    )
    await changes.record(connection, seq, KIND, None)
    return kid


def _signing(keys: Sequence[SigningKey], now: datetime) -> SigningKey | None:
    """Return the newest key whose time to sign has come."""
    ready = (key for key in reversed(keys) if key.private is not None and key.signs_from <= now)
    return next(ready, None)


def _key(row: asyncpg.Record, seal: Seal) -> SigningKey:
    sealed = row["sealed"]
    private = sealed and Ed25519PrivateKey.from_private_bytes(seal.open(sealed, of=row["kid"]))
    return SigningKey(
        row["kid"],
        Ed25519PublicKey.from_public_bytes(row["public"]),
        private,
        row["signs_from"],
        row["trusted_until"],
    )
