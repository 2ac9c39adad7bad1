"""Commands that may be sent twice and are carried out once (IETF draft idempotency-key-header).

The answer is stored in the transaction of its effect: both are there or neither. A second command
with the same key and content gets the stored answer, with another content a refusal, and while the
first is still being carried out it is told so.
"""

import hashlib
import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Final

import asyncpg
from fastapi import Header, Request, Response

from shared.errors import (
    FieldError,
    IdempotencyInProgress,
    IdempotencyKeyRequired,
    IdempotencyKeyReused,
    ValidationFailed,
)
from shared.kept_answers import KEPT

REPLAYED: Final = "Idempotency-Replayed"

# The schema is part of the lock: two services may carry out their parts of one command at once.
_LOCK: Final = (
    "SELECT pg_try_advisory_xact_lock("
    "hashtextextended(concat('idempotency', chr(10), current_schema(), chr(10), $1::text), 0))"
)

_KEY = re.compile(r'"?(?P<key>[\x21\x23-\x7e]{1,255})"?')

KeyHeader = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        max_length=257,
        description="A value of your own, new for every command. Remembered for 24 hours.",
    ),
]


@dataclass(frozen=True, slots=True)
class Command:
    """Who asks, with which key, for what: `fingerprint` covers method, address and body."""

    caller: str
    key: str
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command was answered."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self, *, replayed: bool = False) -> Response:
        """Return the answer as it is sent; a stored one says so."""
        headers = dict(self.headers) | ({REPLAYED: "true"} if replayed else {})
        media_type = "application/json" if self.body else None
        return Response(self.body, self.status, headers, media_type=media_type)


@dataclass(slots=True)
class Attempt:
    """One try at a command: `stored` is its answer if it was carried out before."""

    stored: Answer | None
    kept: Answer | None = None

    def keep(self, answer: Answer) -> Response:
        """Remember the answer, to be stored with the effect, and return it as it is sent."""
        self.kept = answer
        return answer.response()


async def command(
    request: Request, key: str | None, *, caller: str, content: bytes | None = None
) -> Command:
    """Return the command that a request is; `content`: its fingerprint, where it was a stream.

    Raises IdempotencyKeyRequired without a key, ValidationFailed for one that cannot be read.
    """
    if key is None:
        raise IdempotencyKeyRequired(IdempotencyKeyRequired.example)
    if (found := _KEY.fullmatch(key)) is None:
        flaw = FieldError("/header/idempotency-key", "not_a_key", "1 to 255 visible ASCII signs")
        raise ValidationFailed("The Idempotency-Key cannot be read.", errors=[flaw])
    if content is None:
        address = request.scope["raw_path"] + b"?" + request.scope["query_string"]
        content = fingerprint(request.method, address, await request.body())
    return Command(caller, found["key"], content)


def fingerprint(method: str, address: bytes, body: bytes) -> bytes:
    """Return what tells one command from another: a hash over its parts and their lengths."""
    parts = (method.encode(), address, body)
    return hashlib.sha256(b"".join(len(part).to_bytes(8, "big") + part for part in parts)).digest()


@asynccontextmanager
async def once(
    connection: asyncpg.Connection, command: Command, *, now: datetime
) -> AsyncIterator[Attempt]:
    """Carry out a command once, inside the transaction of `connection`.

    The block returns `attempt.stored` if there is one, else does the work and calls
    `attempt.keep`. Raises IdempotencyInProgress while another transaction carries out the same
    command, IdempotencyKeyReused when the key belongs to another one.
    """
    if not await connection.fetchval(_LOCK, f"{command.caller}\n{command.key}"):
        raise IdempotencyInProgress("Ask again with the same key in a second.")
    stored = await _stored(connection, command, now=now)
    attempt = Attempt(stored)
    yield attempt
    if stored is None and attempt.kept is not None:
        await _store(connection, command, attempt.kept, now=now)


async def _stored(
    connection: asyncpg.Connection, command: Command, *, now: datetime
) -> Answer | None:
    row = await connection.fetchrow(
        "SELECT fingerprint, status, headers, body FROM idempotency"
        " WHERE caller = $1 AND key = $2 AND created_at > $3",
        command.caller,
        command.key,
        now - KEPT,
    )
    return None if row is None else _answer(row, command)


def _answer(row: Mapping[str, Any], command: Command) -> Answer:
    if row["fingerprint"] != command.fingerprint:
        raise IdempotencyKeyReused("Choose a new Idempotency-Key for a new command.")
    return Answer(row["status"], row["body"], json.loads(row["headers"]))


async def _store(
    connection: asyncpg.Connection, command: Command, answer: Answer, *, now: datetime
) -> None:
    """Write the answer down, over one that has expired."""
    await connection.execute(
        "INSERT INTO idempotency (caller, key, fingerprint, status, headers, body, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)"
        " ON CONFLICT (caller, key) DO UPDATE SET (fingerprint, status, headers, body, created_at)"
        " = (EXCLUDED.fingerprint, EXCLUDED.status, EXCLUDED.headers, EXCLUDED.body,"
        " EXCLUDED.created_at)",
        command.caller,
        command.key,
        command.fingerprint,
        answer.status,
        json.dumps(dict(answer.headers)),
        answer.body,
        now,
    )
