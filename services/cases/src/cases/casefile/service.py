"""What callers ask of cases, and command: each function answers one declared operation."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Final, get_args

import asyncpg
import msgspec
from fastapi import APIRouter, Depends, Path, Query, Request, Response

from cases import events
from cases.casefile import handing, moving, store
from cases.casefile.asking import Asked
from cases.casefile.documents import LIFE, brief, document
from cases.casefile.starting import Start, start
from cases.casefile.store import Seen
from cases.desk import (
    Attempting,
    Called,
    Shared,
    admitted,
    among,
    on_version,
    one,
    page,
    places,
    serves,
)
from cases.events import Happened
from cases.lifecycle import life_cycle
from cases.navigator.catalogue import signs
from cases.roles import role_missing
from cases.triage.moving import put_into
from shared.contracts.casework.cases import (
    CaseBrief,
    CaseChange,
    CaseEvent,
    CaseHandOver,
    CaseMove,
    CaseStart,
    Ending,
    Severity,
)
from shared.contracts.casework.evidence import FILES
from shared.contracts.casework.operation import LONGEST_ID
from shared.errors import (
    FieldError,
    RoleMissing,
    TransitionNotAllowed,
    ValidationFailed,
)
from shared.security import Caller

router: Final = APIRouter(tags=["cases"])

CaseId = Annotated[str, Path(max_length=LONGEST_ID)]
After = Annotated[str | None, Query(max_length=2000)]
Limit = Annotated[int, Query(ge=1, le=200)]
Words = Annotated[list[str], Query(max_length=50)]
Reading = Annotated[Caller, Depends(admitted(FILES["read_case_history"]))]


@serves(router, "start_case")
async def start_case(request: Request, body: CaseStart, desk: Shared, caller: Called) -> Response:
    """Start a case as a draft."""
    if caller.role not in store.WORKING:
        raise role_missing(caller, store.WORKING)
    async with desk.once(request, caller) as do:
        if do.replay is not None:
            return do.replay
        asked = Start(**body.model_dump(exclude={"processes", "alerts"}))
        _known_signs(asked.violations)
        links = [("process", each) for each in body.processes]
        case = await start(do.connection, caller, do.now, asked, links)
        if alerts := list(dict.fromkeys(body.alerts)):
            await put_into(do.connection, caller, do.now, alerts, case)
        return await _answered(do.connection, case, caller, do, 201)


@serves(router, "list_cases")
async def list_cases(
    desk: Shared,
    caller: Called,
    *,
    state: Words = [],  # noqa: B006 (FastAPI copies it)
    region: Words = [],  # noqa: B006 (FastAPI copies it)
    assignee: Words = [],  # noqa: B006 (FastAPI copies it)
    severity: Words = [],  # noqa: B006 (FastAPI copies it)
    campaign: Words = [],  # noqa: B006 (FastAPI copies it)
    process: Words = [],  # noqa: B006 (FastAPI copies it)
    alert: Words = [],  # noqa: B006 (FastAPI copies it)
    stale: bool | None = None,
    q: str | None = None,
    after: After = None,
    limit: Limit = 50,
) -> Response:
    """List the cases that the caller may see, the newest first."""
    now = desk.clock.now()
    among("state", state, life_cycle(LIFE).states)
    among("severity", severity, get_args(Severity))
    asked = Asked(caller, now)
    asked.words("casefile.state", state)
    asked.prefixes("casefile.region", places(region))
    asked.overlap("casefile.assignees", assignee)
    asked.words("casefile.severity", severity)
    asked.words("casefile.campaign", campaign)
    asked.linked("process", process)
    asked.linked("alert", alert)
    asked.stale(stale)
    asked.text(q)
    asked.after(after)
    async with desk.database.connection() as connection:
        hidden = await store.hidden_in_region(connection, caller)
        rows = await connection.fetch(asked.query(limit + 1, hidden), *asked.bound)
    shown = [brief(seen, caller) for row in rows if (seen := store.seen(row, caller)) is not None]
    return page(shown, limit, _mark)


@serves(router, "read_case")
async def read_case(case_id: CaseId, desk: Shared, caller: Called) -> Response:
    """Read a case."""
    now = desk.clock.now()
    async with desk.database.connection() as connection:
        seen = await store.found(connection, case_id, caller, now)
        return one(await document(connection, seen, caller, now), seen.row["revision"])


@serves(router, "change_case")
async def change_case(
    request: Request, case_id: CaseId, body: CaseChange, desk: Shared, caller: Called
) -> Response:
    """Change what a case says of itself."""
    async with desk.changing() as (connection, now):
        seen = await store.writable(connection, case_id, caller, now)
        on_version(request, seen.row["revision"])
        if seen.row["state"] == "merged_into":
            raise TransitionNotAllowed("The case was merged into another.", allowed=[])
        values = _changed(seen.row, body.model_dump(exclude_unset=True))
        if values:
            await moving.check_severity(connection, seen.row, values)
            await store.change(connection, case_id, values, now)
            await events.record(connection, caller, now, _edited(seen, values))
        fresh = await store.found(connection, case_id, caller, now)
        return one(await document(connection, fresh, caller, now), fresh.row["revision"])


@serves(router, "move_case")
async def move_case(
    request: Request, case_id: CaseId, body: CaseMove, desk: Shared, caller: Called
) -> Response:
    """Move a case."""
    async with desk.once(request, caller) as do:
        if do.replay is not None:
            return do.replay
        if body.case is not None:
            await store.lock(do.connection, case_id, body.case)
        seen = await store.writable(do.connection, case_id, caller, do.now)
        on_version(request, seen.row["revision"])
        await moving.move(do.connection, seen, body, caller, do.now)
        return await _answered(do.connection, case_id, caller, do, 200)


@serves(router, "hand_over_case")
async def hand_over_case(
    request: Request, case_id: CaseId, body: CaseHandOver, desk: Shared, caller: Called
) -> Response:
    """Offer a case to another organisation."""
    async with desk.once(request, caller) as do:
        if do.replay is not None:
            return do.replay
        seen = await store.writable(do.connection, case_id, caller, do.now)
        on_version(request, seen.row["revision"])
        await handing.offer(do.connection, seen, body.organisation, caller, do.now, note=body.note)
        return await _in_short(do, case_id, caller)


@serves(router, "accept_case")
async def accept_case(request: Request, case_id: CaseId, desk: Shared, caller: Called) -> Response:
    """Take a case over."""
    async with desk.once(request, caller) as do:
        if do.replay is not None:
            return do.replay
        seen = await store.found(do.connection, case_id, caller, do.now, lock=True)
        on_version(request, seen.row["revision"])
        await handing.accept(do.connection, seen, caller, do.now)
        return await _in_short(do, case_id, caller)


@serves(router, "decline_case")
async def decline_case(
    request: Request, case_id: CaseId, body: Ending, desk: Shared, caller: Called
) -> Response:
    """Say no to a case, or take one's offer back."""
    async with desk.once(request, caller) as do:
        if do.replay is not None:
            return do.replay
        seen = await store.found(do.connection, case_id, caller, do.now, lock=True)
        on_version(request, seen.row["revision"])
        ended = brief(seen, caller).offer
        await handing.decline(do.connection, seen, caller, do.now, reason=body.reason)
        return do.answer(ended)


@serves(router, "list_case_events")
async def list_case_events(
    case_id: CaseId, desk: Shared, caller: Called, after: After = None, limit: Limit = 50
) -> Response:
    """Read the history of a case."""
    begin, now = _number(after), desk.clock.now()
    async with desk.database.connection() as connection:
        seen = await store.found(connection, case_id, caller, now)
        if seen.access == "shared":
            return page([], limit, lambda each: [each.id])
        rows = await _history(connection, seen, caller, begin=begin, most=limit + 1, now=now)
    shown = [msgspec.convert({**row, "changes": _json(row["changes"])}, CaseEvent) for row in rows]
    return page(shown, limit, lambda each: [each.id])


@router.get("/internal/cases/{case_id}/history", name="read_case_history", response_model=None)
async def read_case_history(case_id: CaseId, desk: Shared, caller: Reading) -> Response:
    """Give the whole history of a case of one's own out, a JSON document a line."""
    now = desk.clock.now()
    async with desk.database.connection() as connection:
        seen = await store.found(connection, case_id, caller, now)
        if seen.access != "own":
            raise RoleMissing("The whole history is given to whose case it is.")
        rows = await _history(connection, seen, caller, begin=0, most=None, now=now)
    lines = [msgspec.json.encode({**row, "changes": _json(row["changes"])}) for row in rows]
    name = f'attachment; filename="{seen.row["number"]}.ndjson"'
    headers = {"Cache-Control": "private, no-store", "Content-Disposition": name}
    content = b"".join(line + b"\n" for line in lines)
    return Response(content, headers=headers, media_type="application/x-ndjson")


async def _history(
    connection: asyncpg.Connection,
    seen: Seen,
    caller: Caller,
    *,
    begin: int,
    most: int | None,
    now: datetime,
) -> Sequence[asyncpg.Record]:
    """Return what was done to a case, without what its reader may not know of.

    What their organisation did while the case was theirs is told whole. Of what others did nothing
    is told that points to tips, or to cases that the reader may not know of.
    """
    case, organisation = seen.row["id"], caller.organisation
    named = {row["other"] for row in await connection.fetch(_NAMED, case, organisation)}
    hidden = named - await store.known(connection, named, caller, now)
    rows: Sequence[asyncpg.Record] = await connection.fetch(
        _HISTORY, case, begin, most, organisation, list(hidden)
    )
    return rows


async def _answered(
    connection: asyncpg.Connection, case: str, caller: Caller, do: Any, status: int
) -> Response:
    seen = await store.found(connection, case, caller, do.now)
    shown = await document(connection, seen, caller, do.now)
    at = f"/cases/{case}" if status == 201 else None  # noqa: PLR2004 (made)
    answer: Response = do.answer(shown, status, revision=seen.row["revision"], at=at)
    return answer


async def _in_short(do: Attempting, case: str, caller: Caller) -> Response:
    fresh = await store.found(do.connection, case, caller, do.now)
    return do.answer(brief(fresh, caller), revision=fresh.row["revision"])


def _changed(row: Mapping[str, Any], asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return what differs. Raises ValidationFailed for what cannot be taken away."""
    needed = ("title", "summary", "severity", "violations", "assignees", "embargoed")
    lost = [name for name in needed if name in asked and asked[name] is None]
    if lost:
        flaws = [FieldError(f"/body/{name}", "missing", "cannot be null") for name in lost]
        raise ValidationFailed("Some fields cannot be taken away.", errors=flaws)
    changed = {name: value for name, value in asked.items() if row[name] != value}
    _known_signs(changed.get("violations", ()))
    return changed


def _known_signs(codes: Sequence[str]) -> None:
    """Let pass what a case can be about. Raises ValidationFailed for any other text."""
    flaws = [
        FieldError(f"/body/violations/{number}", "unknown_code", "see GET /v1/legal/violations")
        for number, code in enumerate(codes)
        if code not in signs()
    ]
    if flaws:
        raise ValidationFailed("There is no such kind of violation.", errors=flaws)


def _edited(seen: Seen, values: Mapping[str, Any]) -> Happened:
    return Happened(
        object="case",
        id=seen.row["id"],
        organisation=seen.row["organisation"],
        what="changed",
        changes={name: (seen.row[name], value) for name, value in values.items()},
    )


def _mark(shown: CaseBrief) -> list[str]:
    return [shown.created_at.isoformat(), shown.id]


def _number(mark: str | None) -> int:
    return msgspec.json.decode(mark, type=tuple[int])[0] if mark is not None else 0


def _json(text: str) -> Any:
    return msgspec.json.decode(text)


_OTHER: Final = """coalesce(changes #>> '{merged_into,1}',
    CASE changes #>> '{link,1,0}' WHEN 'case' THEN changes #>> '{link,1,1}' END)"""
"""The case that an event says a case was merged into, or linked to."""

_NAMED: Final = f"""
    SELECT DISTINCT {_OTHER} AS other FROM event
    WHERE object = 'case' AND object_id = $1 AND organisation <> $2 AND {_OTHER} IS NOT NULL
"""

_HISTORY: Final = f"""
    SELECT id, what, at, by_organisation, by_member, before, after, reason, note,
      CASE WHEN organisation = $4 THEN changes ELSE changes - 'tips' END AS changes
    FROM event WHERE object = 'case' AND object_id = $1 AND id > $2
      AND NOT (organisation <> $4
        AND (changes ? 'tip' OR coalesce({_OTHER} = ANY($5::text[]), false)))
    ORDER BY id LIMIT $3
"""
