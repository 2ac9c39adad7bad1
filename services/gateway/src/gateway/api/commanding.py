"""How a route changes something: once, on the version that was seen, with its audit.

What is made carries an Idempotency-Key, and its answer is stored with it. A secret is never stored:
who asks again with the same key is told what was made, not the secret, which was shown once.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Final, NamedTuple, TypeVar

import asyncpg
import msgspec
from fastapi import Request, Response
from msgspec import Struct

from gateway.api.asking import HEADERS, send, send_list
from gateway.audit.chain import Actor
from gateway.door import HOLDER
from gateway.holders import KIND
from gateway.memory import Answer
from gateway.reads.answering import encode, listing
from gateway.state import State
from gateway.tip_recipients import retire_now
from gateway.who.doing import Doing
from shared.errors import (
    GuardFailed,
    IdempotencyInProgress,
    IdempotencyKeyRequired,
    IdempotencyKeyReused,
    MalformedBody,
    PreconditionRequired,
    RateLimited,
    ScopeMissing,
    Unauthenticated,
    ValidationFailed,
    VersionConflict,
)
from shared.idempotency import Answer as Kept
from shared.idempotency import command, once
from shared.preconditions import etag, require_match

NOT_STORED: Final = {"Cache-Control": "no-store", "Vary": "Authorization"}
REFUSALS: Final = (Unauthenticated, ScopeMissing, RateLimited)
ONCE: Final = (
    IdempotencyKeyRequired,
    IdempotencyInProgress,
    IdempotencyKeyReused,
    MalformedBody,
    ValidationFailed,
)
ON_VERSION: Final = (PreconditionRequired, VersionConflict, ValidationFailed)
TWO: Final = (GuardFailed,)

Kind = TypeVar("Kind", bound=Struct)


class Made(NamedTuple):
    """What a command made: its document, and the same without its secret if it tells one."""

    document: Struct
    status: int = 201
    location: str | None = None
    without_secret: Struct | None = None


def actor_of(request: Request) -> Actor:
    """Return who acts, as the audit names them."""
    holder = request.scope[HOLDER]
    caller = holder.caller
    in_person = holder.kind == KIND and caller.member is not None
    return Actor(caller.organisation, caller.member, holder.id, in_person)


async def carry_out(
    request: Request, gateway: State, key: str | None, work: Callable[[Doing], Awaitable[Made]]
) -> Response:
    """Carry out a command once; the answer is stored in its transaction, without any secret."""
    actor = actor_of(request)
    asked = await command(request, key, caller=f"{actor.credential}/{actor.person or ''}")
    async with gateway.database.transaction() as connection:
        do = _doing(connection, gateway, actor)
        async with once(connection, asked, now=do.now) as attempt:
            if attempt.stored is not None:
                return attempt.stored.response(replayed=True)
            made = await work(do)
            await do.finish()
            attempt.keep(_answer(made, made.without_secret or made.document))
    await _tell_of_tips(gateway, do)
    return _answer(made, made.document).response()


@asynccontextmanager
async def changing(request: Request, gateway: State) -> AsyncIterator[Doing]:
    """Change something that is there, as one transaction with its audit."""
    async with gateway.database.transaction() as connection:
        do = _doing(connection, gateway, actor_of(request))
        yield do
        await do.finish()
    await _tell_of_tips(gateway, do)


def on_version(if_match: str | None, row: asyncpg.Record) -> None:
    """Let a change pass that was made on the present version.

    Raises PreconditionRequired, VersionConflict.
    """
    require_match(if_match, etag(row["revision"]))


def shown(kind: type[Kind], row: Mapping[str, Any], **more: Any) -> Kind:
    """Return a row as the document it is served as."""
    return msgspec.convert({**row, **more}, kind)


def send_one(request: Request, document: Struct, revision: int) -> Response:
    """Send a document with the version that changes must name."""
    return send(request, Answer(encode(document), etag(revision).encode()))


def send_changed(document: Struct, revision: int) -> Response:
    """Send a document with its version, whichever the caller has: as it is after a change.

    So is read what has parts that change without a version (counts, when it was last used).
    """
    headers = {**HEADERS, "ETag": etag(revision)}
    return Response(encode(document), media_type="application/json", headers=headers)


async def send_page(
    gateway: State,
    kind: type[Struct],
    query: str,
    *bound: Any,
    question: Mapping[str, object],
    cursor: str | None,
    limit: int,
) -> Response:
    """Send a page of what a query finds, each row shown as this kind of document."""

    def document(row: Mapping[str, Any]) -> Struct:
        return shown(kind, row)

    return await send_page_of(
        gateway, document, query, *bound, question=question, cursor=cursor, limit=limit
    )


async def send_page_of(
    gateway: State,
    document: Callable[[Mapping[str, Any]], Struct],
    query: str,
    *bound: Any,
    question: Mapping[str, object],
    cursor: str | None,
    limit: int,
) -> Response:
    """Send a page of what a query finds.

    The query takes `bound`, then the moment and id after which to go on, then how many rows; it
    answers `at` and `id`, what it is ordered by, beside what is shown.
    """
    after = gateway.cursor.decode(cursor, question=question) if cursor else [None, None]
    moment = datetime.fromisoformat(str(after[0])) if after[0] else None
    async with gateway.database.connection() as connection:
        rows = await connection.fetch(query, *bound, moment, after[1], limit + 1)
    mark = None
    if len(rows) > limit:
        last = rows[limit - 1]
        mark = gateway.cursor.encode([last["at"].isoformat(), last["id"]], question=question)
    documents = [encode(document(row)) for row in rows[:limit]]
    return send_list(listing(documents, next_cursor=mark, **gateway.as_of()))


def _doing(connection: asyncpg.Connection, gateway: State, actor: Actor) -> Doing:
    return Doing(connection, gateway.audit, actor, now=gateway.clock.now(), seal=gateway.seal)


async def _tell_of_tips(gateway: State, do: Doing) -> None:
    """Have keys retired that tips are sealed to, after the commit: what was undone ends none."""
    if do.no_recipients:
        await retire_now(gateway.cases, do.no_recipients)


def _answer(made: Made, document: Struct) -> Kept:
    headers = dict(NOT_STORED) | ({"Location": made.location} if made.location else {})
    return Kept(made.status, encode(document), headers)
