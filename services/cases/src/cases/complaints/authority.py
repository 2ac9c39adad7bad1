"""Complaints as the bodies work with them that they are addressed to, and how bodies answer."""

import json
from datetime import date, datetime
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from cases.complaints import documents, store
from cases.complaints.carrying import carry_out, known
from cases.desk import Called, Desk, Shared, among, one, page, serves
from cases.law.catalogue import declarations
from cases.law.counting import local_day
from cases.letters.confirmations import words
from cases.lifecycle import life_cycle
from shared.contracts.casework.authority import (
    Answered,
    AuthorityFigures,
    Extended,
    NotAccepted,
    Registered,
    Resumed,
    Suspended,
    Transferred,
)
from shared.contracts.casework.complaints import ComplaintMove
from shared.errors import FieldError, ValidationFailed
from shared.security import Caller

router: Final = APIRouter(tags=["authority"])

Words = Annotated[list[str], Query()]


@serves(router, "list_received_complaints")
async def list_received_complaints(
    desk: Shared,
    caller: Called,
    *,
    limit: int,
    state: Words = [],  # noqa: B006 (FastAPI copies it)
    overdue: bool | None = None,
    after: str | None = None,
) -> Response:
    """List what is addressed to whom the caller speaks for, the last changed first."""
    among("state", state, life_cycle("complaint").states)
    now = desk.clock.now()
    at, id_ = json.loads(after) if after else (None, None)
    moment = datetime.fromisoformat(at) if at else None
    bound = (sorted(caller.speaks_for), state or None, overdue, local_day(now), moment, id_)
    async with desk.database.connection() as connection:
        rows = await connection.fetch(_LISTED, *bound, limit + 1)
        given = await words(connection)
    shown = [documents.received(store.opened(row), caller, now, given) for row in rows]
    return page(shown, limit, lambda last: [last.updated_at.isoformat(), last.id])


@serves(router, "read_received_complaint")
async def read_received_complaint(desk: Shared, caller: Called, complaint_id: str) -> Response:
    """Read a complaint that is addressed to the caller's body."""
    async with desk.database.connection() as connection:
        now = desk.clock.now()
        row = await known(connection, complaint_id, caller, "addressee", now=now)
        shown = documents.received(row, caller, now, await words(connection))
    return one(shown, row["revision"])


@serves(router, "register_complaint")
async def register_complaint(
    desk: Shared, caller: Called, request: Request, complaint_id: str, body: Registered
) -> Response:
    """Take the number of the body's register."""
    return await _take("register", desk, caller, request, id_=complaint_id, body=body)


@serves(router, "refuse_complaint")
async def refuse_complaint(
    desk: Shared, caller: Called, request: Request, complaint_id: str, body: NotAccepted
) -> Response:
    """Take the body's word that it is not accepted."""
    return await _take("not_accept", desk, caller, request, id_=complaint_id, body=body)


@serves(router, "transfer_complaint")
async def transfer_complaint(
    desk: Shared, caller: Called, request: Request, complaint_id: str, body: Transferred
) -> Response:
    """Take the body's word that it was passed on."""
    return await _take("transfer", desk, caller, request, id_=complaint_id, body=body)


@serves(router, "extend_complaint")
async def extend_complaint(
    desk: Shared, caller: Called, request: Request, complaint_id: str, body: Extended
) -> Response:
    """Take the body's extension."""
    return await _take("extend", desk, caller, request, id_=complaint_id, body=body)


@serves(router, "suspend_complaint")
async def suspend_complaint(
    desk: Shared, caller: Called, request: Request, complaint_id: str, body: Suspended
) -> Response:
    """Take the body's suspension."""
    return await _take("suspend", desk, caller, request, id_=complaint_id, body=body)


@serves(router, "resume_complaint")
async def resume_complaint(
    desk: Shared, caller: Called, request: Request, complaint_id: str, body: Resumed
) -> Response:
    """Take the body's word that it goes on."""
    return await _take("resume", desk, caller, request, id_=complaint_id, body=body)


@serves(router, "answer_complaint")
async def answer_complaint(
    desk: Shared, caller: Called, request: Request, complaint_id: str, body: Answered
) -> Response:
    """Take the body's answer: of each recommendation what is decided, and why."""
    flaws = [
        FieldError(f"/body/answers/{place}/code", "no_answer", "a body says what it decides")
        for place, each in enumerate(body.answers)
        if each.code == "not_answered"
    ]
    if flaws:
        raise ValidationFailed("Every recommendation is answered by its body.", errors=flaws)
    return await _take("answer", desk, caller, request, id_=complaint_id, body=body)


@serves(router, "list_authority_figures")
async def list_authority_figures(
    desk: Shared,
    caller: Called,
    *,
    limit: int,
    filed_from: date | None = None,
    filed_until: date | None = None,
    route: Words = [],  # noqa: B006 (FastAPI copies it)
    after: str | None = None,
) -> Response:
    """Count by addressee how complaints were answered."""
    among("route", route, declarations())
    (last,) = json.loads(after) if after else (None,)
    bound = (caller.organisation, filed_from, filed_until, route or None)
    today = local_day(desk.clock.now())
    async with desk.database.connection() as connection:
        rows = await connection.fetch(_FIGURES, *bound, today, last, limit + 1)
    shown = [_figures(dict(row)) for row in rows]
    return page(shown, limit, lambda each: [each.addressee])


async def _take(
    move: str, desk: Desk, caller: Caller, request: Request, *, id_: str, body: BaseModel
) -> Response:
    given = body.model_dump(exclude_unset=True, exclude={"attachment"})
    attached = getattr(body, "attachment", None)
    taken = ComplaintMove(move=move, **given, **({"evidence": attached} if attached else {}))
    return await carry_out(desk, request, caller, id_, body=taken, side="addressee")


def _figures(row: dict[str, Any]) -> AuthorityFigures:
    names = msgspec.json.decode(row.pop("addressee_name"))
    return AuthorityFigures(**row, addressee_name=names)


_LISTED: Final = f"""
    {store.SELECT}
    WHERE complaint.addressee = ANY($1) AND complaint.filed_on IS NOT NULL
      AND complaint.state NOT IN ('draft', 'in_approval', 'ready', 'expired')
      AND ($2::text[] IS NULL OR complaint.state = ANY($2))
      AND ($3::boolean IS NULL OR $3 = (
            complaint.state IN ('filed', 'registered', 'in_consideration')
            AND complaint.term_confirmed AND coalesce(complaint.due_on < $4, false)))
      AND ($5::timestamptz IS NULL OR (complaint.updated_at, complaint.id) < ($5, $6::text))
    ORDER BY complaint.updated_at DESC, complaint.id DESC LIMIT $7
"""

_FIGURES: Final = """
    WITH told AS (
        SELECT addressee, addressee_name, state, filed_on, due_on, term_confirmed, answered_on,
               (SELECT event.after FROM event
                WHERE event.object = 'complaint' AND event.object_id = complaint.id
                  AND event.after IN ('accepted', 'partly_accepted', 'refused',
                                      'no_answer_on_substance')
                ORDER BY event.id DESC LIMIT 1) AS verdict
        FROM complaint
        WHERE filed_on IS NOT NULL
          AND (organisation = $1
               OR EXISTS (SELECT FROM casefile WHERE casefile.id = complaint.casefile
                          AND casefile.published_at IS NOT NULL AND NOT casefile.embargoed))
          AND ($2::date IS NULL OR filed_on >= $2) AND ($3::date IS NULL OR filed_on <= $3)
          AND ($4::text[] IS NULL OR route = ANY($4))
          AND ($6::text IS NULL OR addressee > $6)
    )
    SELECT addressee, (array_agg(addressee_name ORDER BY filed_on DESC))[1] AS addressee_name,
           count(*) AS filed,
           count(answered_on) AS answered,
           count(*) FILTER (WHERE state IN ('filed', 'registered', 'in_consideration',
                                            'suspended')) AS waiting,
           count(*) FILTER (WHERE term_confirmed AND answered_on <= due_on) AS answered_in_time,
           count(*) FILTER (WHERE term_confirmed AND answered_on > due_on) AS answered_late,
           count(*) FILTER (WHERE term_confirmed AND answered_on IS NULL AND due_on < $5
                              AND state IN ('filed', 'registered', 'in_consideration',
                                            'escalated')) AS overdue,
           count(verdict) AS assessed,
           count(*) FILTER (WHERE verdict <> 'no_answer_on_substance') AS on_substance,
           count(*) FILTER (WHERE verdict IN ('accepted', 'partly_accepted')) AS upheld,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY answered_on - filed_on)
               FILTER (WHERE answered_on IS NOT NULL) AS median_days
    FROM told GROUP BY addressee ORDER BY addressee LIMIT $7
"""
