"""Complaints as their own organisation works with them."""

import json
from datetime import date, datetime
from typing import Annotated, Any, Final

import asyncpg
from fastapi import APIRouter, Query, Request, Response

from cases.casefile.store import writable
from cases.complaints import store
from cases.complaints.carrying import carry_out, known, shown
from cases.complaints.clock import clock, columns, declared_of, explained
from cases.complaints.drafting import draft, events_given
from cases.complaints.sides import let_a_member_pass, writers
from cases.complaints.store import Row
from cases.complaints.telling import changed, told
from cases.complaints.together import move_together
from cases.desk import Called, Shared, among, on_version, one, page, serves
from cases.events import record
from cases.law.catalogue import Confirmation, declarations
from cases.law.counting import local_day
from cases.letters.confirmations import words
from cases.lifecycle import life_cycle
from shared.contracts.casework.complaints import (
    ComplaintChange,
    ComplaintClock,
    ComplaintMove,
    ComplaintsMove,
    NewComplaint,
)
from shared.errors import FieldError, NotFound, TransitionNotAllowed, ValidationFailed
from shared.vocabulary.text import negotiate

router: Final = APIRouter(tags=["complaints"])

Words = Annotated[list[str], Query()]


@serves(router, "create_complaint")
async def create_complaint(
    desk: Shared, caller: Called, request: Request, body: NewComplaint
) -> Response:
    """Draft a complaint, if its route is open."""
    async with desk.once(request, caller) as attempt:
        if attempt.replay is not None:
            return attempt.replay
        connection, now = attempt.connection, attempt.now
        given = await words(connection)
        case = (await writable(connection, body.case, caller, now)).row
        let_a_member_pass(caller)
        if body.previous is not None:
            await known(connection, body.previous, caller, "own", now=now)
        taken = await _taken(connection, body.case)
        made = draft(body, caller, taken=taken, words=given, now=now)
        row = {**made, "organisation": case["organisation"]}
        await store.insert(connection, row)
        await record(connection, caller, now, told(row, "create"))
        [seen] = await shown(connection, [row], caller, now)
        return attempt.answer(seen, 201, revision=1, at=f"/complaints/{row['id']}")


@serves(router, "list_complaints")
async def list_complaints(
    desk: Shared,
    caller: Called,
    *,
    limit: int,
    case: str | None = None,
    state: Words = [],  # noqa: B006 (FastAPI copies it)
    route: Words = [],  # noqa: B006 (FastAPI copies it)
    addressee: str | None = None,
    overdue: bool | None = None,
    due_until: date | None = None,
    slip_missing: bool | None = None,
    after: str | None = None,
) -> Response:
    """List the complaints of an organisation, the last changed first."""
    among("state", state, life_cycle("complaint").states)
    among("route", route, declarations())
    now = desk.clock.now()
    at, id_ = json.loads(after) if after else (None, None)
    bound = (caller.organisation, case, state or None, route or None, addressee, overdue)
    async with desk.database.connection() as connection:
        rows = await connection.fetch(
            _LISTED, *bound, local_day(now), due_until, _moment(at), id_, limit + 1, slip_missing
        )
        seen = await shown(connection, [store.opened(row) for row in rows], caller, now)
    return page(seen, limit, lambda last: [last.updated_at.isoformat(), last.id])


@serves(router, "read_complaint")
async def read_complaint(desk: Shared, caller: Called, complaint_id: str) -> Response:
    """Read a complaint."""
    async with desk.database.connection() as connection:
        now = desk.clock.now()
        row = await known(connection, complaint_id, caller, "own", now=now)
        [seen] = await shown(connection, [row], caller, now)
    return one(seen, row["revision"])


@serves(router, "change_complaint")
async def change_complaint(
    desk: Shared, caller: Called, request: Request, complaint_id: str, body: ComplaintChange
) -> Response:
    """Change a draft; a letter that was made of it before is not of this text."""
    async with desk.changing() as (connection, now):
        row = await known(connection, complaint_id, caller, "own", now=now, lock=True)
        on_version(request, row["revision"])
        let_a_member_pass(caller)
        if row["state"] != "draft":
            raise TransitionNotAllowed("Only a draft can be changed.", allowed=[])
        given = await words(connection)
        wrote = {"author": caller.member, "writers": writers(row, caller)}
        changes = _changes(row, body, given, now) | wrote
        await store.update(connection, complaint_id, changes, now)
        if body.recommendations is not None:
            await store.recommend(connection, complaint_id, body.recommendations)
        after = await store.read(connection, complaint_id)
        assert after is not None
        now_said = {**changes, "recommendations": after["recommendations"]}
        event = told(after, "change", before="draft", changes=changed(row, now_said))
        await record(connection, caller, now, event)
        [seen] = await shown(connection, [after], caller, now)
        return one(seen, after["revision"])


@serves(router, "move_complaint")
async def move_complaint(
    desk: Shared, caller: Called, request: Request, complaint_id: str, body: ComplaintMove
) -> Response:
    """Take a move of the side that complains."""
    return await carry_out(desk, request, caller, complaint_id, body=body, side="own")


@serves(router, "move_complaints")
async def move_complaints(
    desk: Shared, caller: Called, request: Request, body: ComplaintsMove
) -> Response:
    """Take one move of several complaints."""
    return await move_together(desk, request, caller, body)


@serves(router, "read_complaint_clock")
async def read_complaint_clock(
    desk: Shared, caller: Called, request: Request, complaint_id: str
) -> Response:
    """Read how the days of a complaint came about."""
    language = negotiate(request.headers.get("accept-language"))
    now = desk.clock.now()
    async with desk.database.connection() as connection:
        row = await known(connection, complaint_id, caller, "own", now=now)
        given = await words(connection)
    declared = declared_of(row["route"], row["filed_on"] or local_day(now), given)
    if declared is None:
        raise NotFound("The route of this complaint was no law on its day.")
    terms = explained(declared, row, now, language)
    answer = one(ComplaintClock(row["id"], row["route"], language, terms))
    answer.headers["Content-Language"] = language
    answer.headers["Vary"] = "Accept-Language"
    return answer


def _changes(
    row: Row, body: ComplaintChange, given: list[Confirmation], now: datetime
) -> dict[str, Any]:
    found: dict[str, Any] = {"letter": None}
    if body.subject is not None:
        found["subject"] = body.subject
    if body.values is not None:
        found["said"] = body.values
    if body.happened is not None:
        today = local_day(now)
        declared = declared_of(row["route"], today, given)
        if declared is None:
            flaw = FieldError("/body/happened", "route_gone", f"{row['route']} is no law today")
            raise ValidationFailed("The route of this complaint is no more.", errors=[flaw])
        happened = events_given(body.happened, today)
        found |= {"happened": happened, **columns(clock(declared, happened, now))}
    return found


async def _taken(connection: asyncpg.Connection, case: str) -> list[str]:
    """Name the routes that were taken in a case."""
    rows = await connection.fetch(_TAKEN, case)
    return [row["route"] for row in rows]


def _moment(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None


_TAKEN: Final = """
    SELECT DISTINCT route FROM complaint
    WHERE casefile = $1 AND filed_on IS NOT NULL ORDER BY route
"""

_LISTED: Final = f"""
    {store.SELECT}
    WHERE complaint.organisation = $1
      AND ($2::text IS NULL OR complaint.casefile = $2)
      AND ($3::text[] IS NULL OR complaint.state = ANY($3))
      AND ($4::text[] IS NULL OR complaint.route = ANY($4))
      AND ($5::text IS NULL OR complaint.addressee = $5)
      AND ($6::boolean IS NULL OR $6 = (
            complaint.state IN ('filed', 'registered', 'in_consideration')
            AND complaint.term_confirmed AND coalesce(complaint.due_on < $7, false)))
      AND ($8::date IS NULL OR complaint.due_on <= $8)
      AND ($12::boolean IS NULL OR $12 = (complaint.filed_on IS NOT NULL
            AND (complaint.slip_number IS NULL OR complaint.signed_copy IS NULL)))
      AND ($9::timestamptz IS NULL OR (complaint.updated_at, complaint.id) < ($9, $10::text))
    ORDER BY complaint.updated_at DESC, complaint.id DESC LIMIT $11
"""
