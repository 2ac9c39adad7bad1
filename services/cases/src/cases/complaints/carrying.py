"""Carries out moves of a complaint for either side: once, on the version seen, with its event."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import asyncpg
from fastapi import Request, Response

from cases.casefile.store import changeable, found, may_write
from cases.complaints import documents, store
from cases.complaints.addressees import addressee
from cases.complaints.clock import declared_of
from cases.complaints.drafting import in_languages
from cases.complaints.moving import TOLD, Moved, move
from cases.complaints.sides import Side, side_of
from cases.complaints.store import Row
from cases.complaints.telling import changed, told
from cases.desk import Desk, on_version
from cases.events import Happened, record
from cases.law.catalogue import Confirmation
from cases.law.counting import local_day
from cases.letters.confirmations import words
from shared.contracts.casework.complaints import ComplaintMove
from shared.errors import FieldError, NotFound, ValidationFailed
from shared.security import Caller

NOTHING = "There is no such complaint, or you have no access to it."


async def carry_out(
    desk: Desk, request: Request, caller: Caller, id_: str, *, body: ComplaintMove, side: Side
) -> Response:
    """Take a move; the answer is the complaint as that side sees it."""
    async with desk.once(request, caller) as attempt:
        if attempt.replay is not None:
            return attempt.replay
        row = await known(attempt.connection, id_, caller, side, now=attempt.now, lock=True)
        on_version(request, row["revision"])
        given = await words(attempt.connection)
        after, happened = await take(
            attempt.connection, row, body, caller, side=side, now=attempt.now, given=given
        )
        await record(attempt.connection, caller, attempt.now, happened)
        [seen] = await shown(attempt.connection, [after], caller, attempt.now, side=side)
        return attempt.answer(seen, revision=after["revision"])


async def shown(
    connection: asyncpg.Connection,
    rows: Sequence[Row],
    caller: Caller,
    now: datetime,
    *,
    side: Side = "own",
) -> Sequence[Any]:
    """Return complaints as that side sees them, with the moves that the caller may take."""
    given = await words(connection)
    if side == "addressee":
        return [documents.received(row, caller, now, given) for row in rows]
    can = await changeable(connection, {row["casefile"] for row in rows}, caller, now)
    return [
        documents.shown(row, caller, now, given, works_on=row["casefile"] in can) for row in rows
    ]


async def known(
    connection: asyncpg.Connection,
    id_: str,
    caller: Caller,
    side: Side,
    *,
    now: datetime,
    lock: bool = False,
) -> Row:
    """Return a complaint that the caller stands on that side of; `lock`: to change it.

    On its own side stand its organisation, who coordinates its region, and, to read, with whom the
    case is shared; to change it, one has to be somebody who may change its case. Raises NotFound,
    RoleMissing for who may only read.
    """
    row = await store.read(connection, id_, lock=lock)
    if row is None:
        raise NotFound(NOTHING)
    if side_of(row, caller) == side and not (lock and side == "own"):
        return row
    if side == "own" and await _by_its_case(connection, row, caller, now, change=lock):
        return row
    raise NotFound(NOTHING)


async def _by_its_case(
    connection: asyncpg.Connection, row: Row, caller: Caller, now: datetime, *, change: bool
) -> bool:
    try:
        seen = await found(connection, row["casefile"], caller, now)
    except NotFound:
        return False
    if "complaints" not in seen.parts:
        return False
    if change:
        may_write(seen, caller)
    return True


async def take(
    connection: asyncpg.Connection,
    row: Row,
    body: ComplaintMove,
    caller: Caller,
    *,
    side: Side,
    now: datetime,
    given: Sequence[Confirmation],
) -> tuple[Row, Happened]:
    """Take a move of a complaint that is locked; return how it stands, and its event to record.

    Raises what `moving.move` raises, ValidationFailed for what the move names and is not there.
    """
    declared = declared_of(row["route"], row["filed_on"] or local_day(now), given)
    if declared is None:
        flaw = FieldError("/body/move", "route_gone", f"{row['route']} is no law on that day")
        raise ValidationFailed("The route of this complaint is no more.", errors=[flaw])
    moved = move(row, body, caller, side, declared=declared, now=now)
    changes: dict[str, Any] = {"state": moved.state, **moved.columns}
    changes |= _named(row, body, now)
    await _with_the_case(connection, row, changes, side)
    await _going_on(connection, row, changes)
    await store.update(connection, row["id"], changes, now)
    if moved.answers:
        await store.answer(connection, row["id"], moved.answers)
    after = await store.read(connection, row["id"])
    assert after is not None
    return after, _event(row, after, body, moved, changes)


def _named(row: Row, body: ComplaintMove, now: datetime) -> dict[str, Any]:
    """Give whom it is passed on to the name that goes with it."""
    if body.move != "transfer":
        return {}
    to = addressee(None, str(body.addressee), body.addressee_name, body.day or local_day(now))
    if to.code == row["addressee"]:
        flaw = FieldError("/body/addressee", "the_same", "it is there already")
        raise ValidationFailed("It cannot be passed on to itself.", errors=[flaw])
    return {"addressee": to.code, "addressee_name": in_languages(to.name)}


async def _with_the_case(
    connection: asyncpg.Connection, row: Row, changes: Mapping[str, Any], side: Side
) -> None:
    """Let pass a signed copy or an answer that lies with the case. Raises ValidationFailed.

    A body names what goes with its answer by an id of its own.
    """
    copies = [changes.get("signed_copy")]
    copies += [changes.get("answer_attachment")] if side == "own" else []
    for copy in copies:
        if copy is not None and not await connection.fetchval(_OF_CASE, copy, row["casefile"]):
            flaw = FieldError("/body/evidence", "unknown", "no such piece of evidence in the case")
            raise ValidationFailed("This file is not with the case.", errors=[flaw])


async def _going_on(connection: asyncpg.Connection, row: Row, changes: Mapping[str, Any]) -> None:
    """Join the complaint that goes on from this one. Raises ValidationFailed."""
    following = changes.get("following")
    if following is None:
        return
    joined = await connection.fetchval(_JOIN, following, row["id"], row["organisation"])
    if joined is None:
        flaw = FieldError("/body/complaint", "unknown", "no complaint of yours that may go on")
        raise ValidationFailed("This complaint cannot go on there.", errors=[flaw])


def _event(
    row: Row, after: Row, body: ComplaintMove, moved: Moved, changes: Mapping[str, Any]
) -> Happened:
    """Return the event: it says the day of the move beside when it was recorded, and by whom."""
    more = {"day": moved.day.isoformat()}
    more |= {"next": after["following"]} if after["following"] else {}
    told_of = {one.number: one.code for one in moved.answers}
    return told(
        after,
        body.move,
        type_=TOLD.get(body.move),
        before=row["state"],
        body=body,
        changes=changed(row, changes),
        more=more | ({"answers": told_of} if told_of else {}),
    )


_OF_CASE = "SELECT EXISTS (SELECT FROM evidence WHERE id = $1 AND case_id = $2)"

_JOIN = """
    UPDATE complaint SET previous = $2
    WHERE id = $1 AND organisation = $3 AND id <> $2 AND coalesce(previous, $2) = $2
    RETURNING id
"""
