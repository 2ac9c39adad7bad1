"""What was done in one's own organisation, and what nobody can quietly undo."""

from collections.abc import AsyncIterator
from datetime import date
from itertools import count
from typing import Annotated, Final

import msgspec
from fastapi import Query, Request, Response
from fastapi.responses import PlainTextResponse, StreamingResponse

from gateway.api import example_callers as examples
from gateway.api.administering import Admin, Anyone
from gateway.api.asking import send_list
from gateway.api.commanding import REFUSALS, changing
from gateway.api.describing import OF_KEYS, answers, lists
from gateway.audit import checkpoint
from gateway.reads.answering import encode, listing
from gateway.state import Gateway, State
from gateway.who.documents import AuditEntry, Checkpoint
from shared.errors import CursorInvalid, NotFound, RateLimited, Unauthenticated, responses
from shared.late import Router
from shared.paging import After, Limit

router = Router(prefix="/v1", tags=["callers"])

_ENTRIES: Final = """
    SELECT seq, at, actor, credential, act, object, details, request_id, encode(mac, 'hex') AS mac
    FROM audit_entry
    WHERE organisation_id = $1 AND ($2::bigint IS NULL OR seq < $2)
      AND ($3::text IS NULL OR act = $3)
    ORDER BY seq DESC LIMIT $4
"""
_CHECKPOINTS: Final = f"""
    SELECT {checkpoint.COLUMNS} {checkpoint.FROM}
    WHERE $1::date IS NULL OR checkpoint.day < $1 ORDER BY checkpoint.day DESC LIMIT $2
"""
_CHECKPOINT: Final = f"SELECT {checkpoint.COLUMNS} {checkpoint.FROM} WHERE checkpoint.day = $1"
_PLAIN = "text/plain"


@router.get(
    "/audit",
    operation_id="list_audit",
    summary="What was done?",
    response_model=None,
    responses=lists(AuditEntry, examples.AUDIT_PAGE, *REFUSALS, CursorInvalid),
)
async def list_audit(
    request: Request,
    *,
    caller: Admin,
    gateway: Gateway,
    act: Annotated[
        str | None, Query(min_length=1, max_length=60, description="Only this act.")
    ] = None,
    cursor: After = None,
    limit: Limit = 50,
) -> Response:
    """List what was done by your organisation, the newest first. That it was read is noted too."""
    question = {"list": "audit", "of": caller.organisation, "act": act}
    after = gateway.cursor.decode(cursor, question=question)[0] if cursor else None
    async with changing(request, gateway) as do:
        rows = await do.connection.fetch(_ENTRIES, caller.organisation, after, act, limit + 1)
        do.note("audit.read", str(caller.organisation))
    mark = None
    if len(rows) > limit:
        mark = gateway.cursor.encode([rows[limit - 1]["seq"]], question=question)
    found = [{**row, "details": msgspec.json.decode(row["details"])} for row in rows[:limit]]
    documents = [encode(msgspec.convert(each, AuditEntry)) for each in found]
    return send_list(listing(documents, next_cursor=mark, **gateway.as_of()))


@router.get(
    "/transparency/checkpoints",
    operation_id="list_checkpoints",
    summary="List the signed checkpoints",
    response_model=None,
    responses=lists(
        Checkpoint, examples.CHECKPOINT_PAGE, Unauthenticated, RateLimited, CursorInvalid
    ),
)
async def list_checkpoints(
    caller: Anyone, gateway: Gateway, cursor: After = None, limit: Limit = 50
) -> Response:
    """List how far the audit and the scores had come on each day, the newest first.

    Keep them: with an older one you can prove that something was removed since.
    """
    del caller
    question = {"list": "checkpoints"}
    after = gateway.cursor.decode(cursor, question=question)[0] if cursor else None
    day = date.fromisoformat(str(after)) if after else None
    async with gateway.database.connection() as connection:
        rows = await connection.fetch(_CHECKPOINTS, day, limit + 1)
    mark = None
    if len(rows) > limit:
        mark = gateway.cursor.encode([rows[limit - 1]["day"].isoformat()], question=question)
    documents = [encode(checkpoint.document(row)) for row in rows[:limit]]
    return send_list(listing(documents, next_cursor=mark, **gateway.as_of()))


@router.get(
    "/transparency/checkpoints/{day}",
    operation_id="read_checkpoint",
    summary="Read a signed checkpoint",
    response_model=None,
    responses=answers(Checkpoint, examples.CHECKPOINT, Unauthenticated, RateLimited, NotFound),
)
async def read_checkpoint(day: date, caller: Anyone, gateway: Gateway) -> Response:
    """Read the checkpoint of a day (UTC)."""
    del caller
    async with gateway.database.connection() as connection:
        row = await connection.fetchrow(_CHECKPOINT, day)
    if row is None:
        raise NotFound("No checkpoint was made on this day.")
    return send_list(encode(checkpoint.document(row)))


@router.get(
    "/transparency/checkpoints/{day}/scores",
    operation_id="read_checkpoint_scores",
    summary="Read the list of scores of a checkpoint",
    response_model=None,
    response_class=PlainTextResponse,
    responses={
        200: {
            "description": "A line for each score: type/id, revision, SHA-256 of what is served.",
            "content": {_PLAIN: {"schema": {"type": "string"}, "example": examples.SCORE_LINES}},
        },
        **responses(Unauthenticated, *OF_KEYS, RateLimited, NotFound),
    },
)
async def read_scores(day: date, caller: Anyone, gateway: Gateway) -> Response:
    """Read all scores of that day, in the order their Merkle root was counted over.

    A leaf is a line without its end, UTF-8; the tree is that of RFC 9162. Kept for a week.
    """
    del caller
    async with gateway.database.connection() as connection:
        row = await connection.fetchrow(_CHECKPOINT, day)
    if row is None or not row["listed"]:
        raise NotFound("The list of this day is not kept.")
    headers = {"Cache-Control": "private, max-age=86400", "Vary": "Authorization"}
    return StreamingResponse(_lines(gateway, day), media_type=_PLAIN, headers=headers)


async def _lines(gateway: State, day: date) -> AsyncIterator[bytes]:
    """Send part after part, without keeping a connection while the caller reads."""
    for number in count():
        async with gateway.database.connection() as connection:
            body = await checkpoint.part(connection, day, number)
        if body is None:
            return
        yield body
