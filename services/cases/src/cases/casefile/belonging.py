"""What belongs to a case: notes, tasks, parties, links and shares, asked for and changed."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Final

import asyncpg
import msgspec
from fastapi import APIRouter, Path, Query, Request, Response
from msgspec import Struct, convert

from cases import events
from cases.casefile import starting, store
from cases.casefile.asking import moment_and_id
from cases.casefile.store import Seen
from cases.desk import Attempting, Called, Desk, Shared, on_version, one, page, serves
from cases.events import Happened
from cases.roles import role_missing
from cases.triage.moving import put_into
from shared.contracts.casework.cases import (
    CaseLink,
    CaseNote,
    CaseParty,
    CaseShare,
    CaseTask,
    Ending,
    LinkStart,
    NoteStart,
    PartyStart,
    ShareStart,
    TaskChange,
    TaskStart,
)
from shared.contracts.casework.operation import LONGEST_ID
from shared.errors import FieldError, GuardFailed, NotFound, RoleMissing, ValidationFailed
from shared.security import Caller
from shared.vocabulary.identifiers import Bin

router: Final = APIRouter(tags=["cases"])

Id = Annotated[str, Path(max_length=LONGEST_ID)]
After = Annotated[str | None, Query(max_length=2000)]
Limit = Annotated[int, Query(ge=1, le=200)]

SHARED: Final = "case.shared"
SHARING: Final = frozenset({"editor", "admin", "coordinator"})
LONGEST_SHARE: Final = timedelta(days=731)
ENDED_ELSEWHERE: Final = frozenset({"alert", "tip"})

PERSONS: Final = frozenset({"witness", "applicant", "lawyer", "expert", "journalist"})
"""Parts that natural persons have: they are told without a name."""


@serves(router, "add_case_note")
async def add_case_note(
    request: Request, case_id: Id, body: NoteStart, desk: Shared, caller: Called
) -> Response:
    """Add a note, a correction too; whoever a case is shared with for comments may."""
    async with desk.once(request, caller) as do:
        if do.replay is not None:
            return do.replay
        seen = await store.found(do.connection, case_id, caller, do.now)
        if seen.access == "shared" and not seen.may_comment:
            raise RoleMissing("The case is shared with you for reading.")
        store.may_grow(seen)
        if body.corrects is not None and not await do.connection.fetchval(
            _NOTE, body.corrects, case_id
        ):
            raise NotFound("There is no such note in this case.")
        note = {
            "id": store.new_id("nte"),
            "case_id": case_id,
            "at": do.now,
            "organisation": caller.organisation,
            "member": caller.member,
            "text": body.text,
            "corrects": body.corrects,
        }
        await store.insert(do.connection, "case_note", note)
        await _record(do, seen, caller, "note_added", {"note": (body.corrects, note["id"])})
        return do.answer(_shown(note, CaseNote), 201)


@serves(router, "list_case_notes")
async def list_case_notes(
    case_id: Id, desk: Shared, caller: Called, after: After = None, limit: Limit = 50
) -> Response:
    """List notes, the newest first."""
    async with desk.database.connection() as connection:
        await _part(connection, case_id, caller, desk.clock.now(), "notes")
        moment, note = moment_and_id(after) if after else (None, None)
        rows = await connection.fetch(_NOTES, case_id, moment, note, limit + 1)
    shown = [_shown(row, CaseNote) for row in rows]
    return page(shown, limit, lambda each: [each.at.isoformat(), each.id])


@serves(router, "add_case_task")
async def add_case_task(
    request: Request, case_id: Id, body: TaskStart, desk: Shared, caller: Called
) -> Response:
    """Add a task."""
    async with desk.once(request, caller) as do:
        if do.replay is not None:
            return do.replay
        seen = await store.writable(do.connection, case_id, caller, do.now)
        more = {"id": store.new_id("tsk"), "case_id": case_id, "created_at": do.now, "revision": 1}
        task = {**more, **body.model_dump(), "done_at": None}
        await store.insert(do.connection, "case_task", task)
        await _record(do, seen, caller, "task_added", {"task": (None, body.title)})
        return do.answer(_shown(task, CaseTask), 201, revision=1)


@serves(router, "list_case_tasks")
async def list_case_tasks(
    case_id: Id,
    desk: Shared,
    caller: Called,
    *,
    is_open: Annotated[bool | None, Query(alias="open")] = None,
    after: After = None,
    limit: Limit = 50,
) -> Response:
    """List tasks, the newest first."""
    async with desk.database.connection() as connection:
        await _part(connection, case_id, caller, desk.clock.now(), "tasks")
        moment, task = moment_and_id(after) if after else (None, None)
        rows = await connection.fetch(_TASKS, case_id, moment, task, limit + 1, is_open)
    shown = [_shown(row, CaseTask) for row in rows]
    return page(shown, limit, lambda each: [each.created_at.isoformat(), each.id])


@serves(router, "change_case_task")
async def change_case_task(
    request: Request, case_id: Id, task_id: Id, *, body: TaskChange, desk: Shared, caller: Called
) -> Response:
    """Change a task, or say that it is done."""
    async with desk.changing() as (connection, now):
        seen = await store.writable(connection, case_id, caller, now)
        row = await connection.fetchrow(_TASK, task_id, case_id)
        if row is None:
            raise NotFound("There is no such task in this case.")
        on_version(request, row["revision"])
        asked = body.model_dump(exclude_unset=True)
        if "done" in asked:
            asked["done_at"] = (row["done_at"] or now) if asked.pop("done") else None
        if asked.get("title", "") is None:
            flaw = FieldError("/body/title", "missing", "cannot be null")
            raise ValidationFailed("A task has a title.", errors=[flaw])
        fresh = {**dict(row), **asked, "revision": row["revision"] + 1}
        values = (fresh["title"], fresh["assignee"], fresh["due_on"], fresh["done_at"])
        await connection.execute(_CHANGE_TASK, task_id, *values)
        changes = {name: (_plain(row[name]), _plain(value)) for name, value in asked.items()}
        await events.record(connection, caller, now, _happened(seen, "task_changed", changes))
        return one(_shown(fresh, CaseTask), fresh["revision"])


@serves(router, "add_case_party")
async def add_case_party(
    request: Request, case_id: Id, body: PartyStart, desk: Shared, caller: Called
) -> Response:
    """Add who has a part; a natural person is not named."""
    _unnamed_persons(body)
    async with desk.once(request, caller) as do:
        if do.replay is not None:
            return do.replay
        seen = await store.writable(do.connection, case_id, caller, do.now)
        party = {"id": store.new_id("pty"), "case_id": case_id, **body.model_dump()}
        party["added_at"] = do.now
        await store.insert(do.connection, "case_party", party)
        await _record(do, seen, caller, "party_added", {"party": (None, [body.role, body.bin])})
        return do.answer(_shown(party, CaseParty), 201)


@serves(router, "end_case_party")
async def end_case_party(
    request: Request, case_id: Id, party_id: Id, *, body: Ending, desk: Shared, caller: Called
) -> Response:
    """Take somebody's part away."""
    return await _ended(
        request, case_id, party_id, _PARTY_ENDED, body=body, desk=desk, caller=caller
    )


@serves(router, "link_case")
async def link_case(
    request: Request, case_id: Id, body: LinkStart, desk: Shared, caller: Called
) -> Response:
    """Link a case; 200 if it is linked already."""
    async with desk.once(request, caller) as do:
        if do.replay is not None:
            return do.replay
        if body.kind == "alert":  # alerts are locked before cases, here as in triage
            made = await put_into(do.connection, caller, do.now, [body.target], case_id)
        else:
            made = await _linked(do, case_id, body, caller)
        seen = await store.writable(do.connection, case_id, caller, do.now)
        row = await do.connection.fetchrow(_LINK, seen.row["id"], body.kind, body.target)
        return do.answer(_shown(row, CaseLink), 201 if made else 200)


@serves(router, "unlink_case")
async def unlink_case(
    request: Request, case_id: Id, link_id: Id, *, body: Ending, desk: Shared, caller: Called
) -> Response:
    """Take a link away; an alert goes by its triage, and what a case rests on stays."""
    return await _ended(request, case_id, link_id, _LINK_ENDED, body=body, desk=desk, caller=caller)


@serves(router, "share_case")
async def share_case(
    request: Request, case_id: Id, body: ShareStart, desk: Shared, caller: Called
) -> Response:
    """Let another organisation see parts of a case until a day."""
    async with desk.once(request, caller) as do:
        if do.replay is not None:
            return do.replay
        seen = await store.writable(do.connection, case_id, caller, do.now)
        _shares(seen)
        _may_share(seen, body, caller, do.now)
        await do.connection.execute(_END_SHARE_WITH, case_id, body.organisation, do.now)
        share = {"id": store.new_id("shr"), "case_id": case_id, **body.model_dump()}
        share["shared_at"] = do.now
        await store.insert(do.connection, "case_share", share)
        happened = Happened(
            object="case",
            id=case_id,
            organisation=seen.row["organisation"],
            what="shared",
            type=SHARED,
            changes={"share": (None, [body.organisation, body.parts])},
            shown={"case": case_id, "parts": body.parts, "link": f"/v1/cases/{case_id}"},
            told=[body.organisation],
        )
        await events.record(do.connection, caller, do.now, happened)
        return do.answer(_shown(share, CaseShare), 201)


@serves(router, "end_case_share")
async def end_case_share(
    request: Request, case_id: Id, share_id: Id, *, body: Ending, desk: Shared, caller: Called
) -> Response:
    """Let another organisation see a case no longer."""
    return await _ended(
        request, case_id, share_id, _SHARE_ENDED, body=body, desk=desk, caller=caller
    )


class Ended(Struct, frozen=True):
    """A kind of thing that ends: how, what it is answered as, and what the history calls it."""

    statement: str
    kind: type[Struct]
    what: str


async def _ended(
    request: Request,
    case_id: str,
    thing: str,
    ended: Ended,
    *,
    body: Ending,
    desk: Desk,
    caller: Caller,
) -> Response:
    async with desk.once(request, caller) as do:
        if do.replay is not None:
            return do.replay
        seen = await store.writable(do.connection, case_id, caller, do.now)
        if ended is _SHARE_ENDED:
            _shares(seen)
        if await do.connection.fetchval(_KIND, thing, case_id) in ENDED_ELSEWHERE:
            said = "An alert is taken out by its own move; a tip that was adopted stays."
            raise GuardFailed(said, conditions=["kind"])
        row = await do.connection.fetchrow(ended.statement, thing, case_id, do.now, body.reason)
        if row is None:
            raise NotFound("There is no such thing in this case, or it has ended.")
        happened = _happened(seen, ended.what, {"ended": (thing, None)}, body.reason)
        await events.record(do.connection, caller, do.now, happened)
        return do.answer(_shown(row, ended.kind))


async def _part(
    connection: asyncpg.Connection, case: str, caller: Caller, now: datetime, part: str
) -> Seen:
    """Return a case of which the caller may see a part. Raises NotFound."""
    seen = await store.found(connection, case, caller, now)
    if part not in seen.parts:
        raise NotFound("This part of the case is not shared with you.")
    return seen


async def _record(
    do: Attempting, seen: Seen, caller: Caller, what: str, changes: dict[str, tuple[Any, Any]]
) -> None:
    await events.record(do.connection, caller, do.now, _happened(seen, what, changes))


def _happened(
    seen: Seen, what: str, changes: dict[str, tuple[Any, Any]], reason: str | None = None
) -> Happened:
    return Happened(
        object="case",
        id=seen.row["id"],
        organisation=seen.row["organisation"],
        what=what,
        reason=reason,
        changes=changes,
    )


async def _linked(do: Attempting, case: str, body: LinkStart, caller: Caller) -> bool:
    seen = await store.writable(do.connection, case, caller, do.now)
    await _linkable(do, case, body, caller)
    made = await starting.link(do.connection, case, body.kind, body.target, do.now)
    if made is not None:
        await _record(do, seen, caller, "linked", {"link": (None, [body.kind, body.target])})
    return made is not None


async def _linkable(do: Attempting, case: str, body: LinkStart, caller: Caller) -> None:
    """Let a link pass to what the caller may link to.

    Raises NotFound for a case they may not see; a tip is linked by who adopts it, in the vault.
    """
    if body.kind == "case":
        await store.found(do.connection, body.target, caller, do.now)
    if body.kind == "tip":
        raise GuardFailed("A tip is linked to a case by adopting it.", conditions=["adopted"])
    if body.kind == "case" and body.target == case:
        flaw = FieldError("/body/target", "same", "is this case itself")
        raise ValidationFailed("A case is not linked to itself.", errors=[flaw])


def _shares(seen: Seen) -> None:
    """Let whose case it is say who else sees it: a share outlives an embargo. Raises RoleMissing.

    A coordinator works on the cases of the region, and shares only those of their organisation.
    """
    if seen.access != "own":
        raise RoleMissing("A case is shared by whose it is.")


def _may_share(seen: Seen, body: ShareStart, caller: Caller, now: datetime) -> None:
    if caller.role not in SHARING:
        raise role_missing(caller, SHARING)
    if seen.row["organisation"] == body.organisation:
        flaw = FieldError("/body/organisation", "same", "has the case already")
        raise ValidationFailed("It is theirs already.", errors=[flaw])
    if not now < body.expires_at <= now + LONGEST_SHARE:
        flaw = FieldError("/body/expires_at", "outside", "lies in the next two years")
        raise ValidationFailed("A share ends in the future.", errors=[flaw])


def _unnamed_persons(body: PartyStart) -> None:
    flaws = []
    if body.bin is not None and Bin.parse(body.bin) is None:
        flaws.append(FieldError("/body/bin", "bin", "is no BIN: its control digit does not fit"))
    if body.name is not None and (body.role in PERSONS or body.bin is None):
        flaws.append(FieldError("/body/name", "person", "only organisations with a BIN are named"))
    if flaws:
        raise ValidationFailed("A party cannot be told like this.", errors=flaws)


def _shown(row: Any, kind: type[Struct]) -> Any:
    return convert(dict(row), kind)


def _plain(value: Any) -> Any:
    return msgspec.to_builtins(value)


_NOTE: Final = "SELECT true FROM case_note WHERE id = $1 AND case_id = $2"

_NOTES: Final = """
    SELECT id, at, organisation, member, text, corrects FROM case_note
    WHERE case_id = $1 AND ($2::timestamptz IS NULL OR (at, id) < ($2, $3::text))
    ORDER BY at DESC, id DESC LIMIT $4
"""

_TASKS: Final = """
    SELECT id, title, assignee, due_on, done_at, created_at, revision FROM case_task
    WHERE case_id = $1 AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3::text))
      AND ($5::boolean IS NULL OR (done_at IS NULL) = $5)
    ORDER BY created_at DESC, id DESC LIMIT $4
"""

_TASK: Final = """
    SELECT id, title, assignee, due_on, done_at, created_at, revision FROM case_task
    WHERE id = $1 AND case_id = $2 FOR UPDATE
"""

_CHANGE_TASK: Final = """
    UPDATE case_task SET title = $2, assignee = $3, due_on = $4, done_at = $5,
      revision = revision + 1
    WHERE id = $1
"""

_LINK: Final = """
    SELECT id, kind, target, linked_at FROM case_link
    WHERE case_id = $1 AND kind = $2 AND target = $3 AND ended_at IS NULL
"""

_KIND: Final = "SELECT kind FROM case_link WHERE id = $1 AND case_id = $2"

_END_SHARE_WITH: Final = """
    UPDATE case_share SET ended_at = $3
    WHERE case_id = $1 AND organisation = $2 AND ended_at IS NULL
"""

_LINK_ENDED: Final = Ended(
    "UPDATE case_link SET ended_at = $3, reason = $4"
    " WHERE id = $1 AND case_id = $2 AND ended_at IS NULL RETURNING id, kind, target, linked_at",
    CaseLink,
    "unlinked",
)

_PARTY_ENDED: Final = Ended(
    "UPDATE case_party SET ended_at = $3, note = concat_ws('; ', note, $4::text)"
    " WHERE id = $1 AND case_id = $2 AND ended_at IS NULL"
    " RETURNING id, role, bin, name, note, added_at",
    CaseParty,
    "party_ended",
)

_SHARE_ENDED: Final = Ended(
    "UPDATE case_share SET ended_at = $3 WHERE id = $1 AND case_id = $2 AND ended_at IS NULL"
    " AND $4::text IS NOT NULL"
    " RETURNING id, organisation, parts, may_comment, shared_at, expires_at",
    CaseShare,
    "share_ended",
)
