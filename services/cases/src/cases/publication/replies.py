"""Notices as the named parties find them, and their replies.

Nobody knows here which organisation speaks for whom: a notice is found by whoever was verified to
speak for its BIN, and is not there for anybody else. Of an embargoed case there is no notice.
"""

from collections.abc import Mapping
from typing import Any, Final

import asyncpg
from fastapi import APIRouter, Request, Response

from cases.casefile.asking import moment_and_id
from cases.casefile.store import insert, new_id
from cases.desk import Called, Shared, one, page, serves
from cases.events import Happened, record
from cases.publication import store
from cases.publication.documents import received, received_brief
from cases.publication.personal import personal
from cases.publication.reading import unseen
from cases.publication.store import Row
from shared.contracts.casework.publication import ReplyStart
from shared.errors import FieldError, NotFound, TransitionNotAllowed, ValidationFailed
from shared.security import Caller

router: Final = APIRouter(tags=["cases"])

REPLIED: Final = "case.reply"
MOST_REPLIES: Final = 6
"""One reply and five corrections of it."""


@serves(router, "list_received_notices")
async def list_received_notices(
    desk: Shared, caller: Called, *, limit: int = 50, after: str | None = None
) -> Response:
    """List the notices to whom the caller speaks for, the newest first."""
    at, id_ = moment_and_id(after) if after else (None, None)
    async with desk.database.connection() as connection:
        rows = await connection.fetch(_LISTED, _spoken_for(caller), at, id_, limit + 1)
    shown = [received_brief(_opened(row)) for row in rows]
    return page(shown, limit, lambda last: [last.made_at.isoformat(), last.id])


@serves(router, "read_received_notice")
async def read_received_notice(notice_id: str, desk: Shared, caller: Called) -> Response:
    """Read a notice; the first reading is when it reached its party."""
    async with desk.changing() as (connection, now):
        await _found(connection, notice_id, caller)
        await connection.execute(_OPENED, notice_id, now)
        return one(received(await _found(connection, notice_id, caller)))


@serves(router, "reply_to_notice")
async def reply_to_notice(
    request: Request, notice_id: str, body: ReplyStart, desk: Shared, caller: Called
) -> Response:
    """Reply for the named party, or correct what it replied."""
    async with desk.once(request, caller) as do:
        if do.replay is not None:
            return do.replay
        row = await _found(do.connection, notice_id, caller, lock=True)
        _may_stand(body)
        _in_turn(row, body)
        await do.connection.execute(_OPENED, notice_id, do.now)
        reply = {
            "id": new_id("rpl"),
            "notice_id": notice_id,
            "organisation": caller.organisation,
            "member": caller.member,
            **body.model_dump(),
            "at": do.now,
        }
        await insert(do.connection, "publication_reply", reply)
        await record(do.connection, caller, do.now, _happened(row, reply, caller))
        return do.answer(received(await _found(do.connection, notice_id, caller)), 201)


async def _found(
    connection: asyncpg.Connection, notice: str, caller: Caller, *, lock: bool = False
) -> Row:
    """Return a notice to whom the caller speaks for. Raises NotFound for any other."""
    statement = f"{_FIND} FOR UPDATE OF publication" if lock else _FIND
    row = await connection.fetchrow(statement, _spoken_for(caller), notice)
    if row is None:
        raise NotFound("There is no such notice.")
    return _opened(row)


def _spoken_for(caller: Caller) -> list[str]:
    return sorted(one.removeprefix("bin:") for one in caller.speaks_for if one.startswith("bin:"))


def _opened(row: Row) -> Row:
    return store.with_replies(store.opened(row) or {})


def _may_stand(body: ReplyStart) -> None:
    """Let a reply pass that can stand unchanged before everybody. Raises ValidationFailed."""
    if unseen(body.text):
        flaw = FieldError("/body/text", "unseen_signs", "has signs that are not seen")
        raise ValidationFailed("The reply cannot be read as it stands.", errors=[flaw])
    if found := list(personal(body.text, "/body/text")):
        flaws = [
            FieldError(one.place, one.check, f"tells of a person: {one.found}") for one in found
        ]
        raise ValidationFailed("The reply would make personal data public.", errors=flaws)


def _in_turn(row: Row, body: ReplyStart) -> None:
    """Let the first reply pass, and then corrections of the last one."""
    replies = row["replies"]
    last = replies[-1].id if replies else None
    if body.corrects != last:
        said = f"Correct the last reply, {last}." if last else "There is no reply to correct yet."
        raise TransitionNotAllowed(said, allowed=[])
    if len(replies) >= MOST_REPLIES:
        raise TransitionNotAllowed("The reply was corrected as often as it may be.", allowed=[])


def _happened(row: Row, reply: Mapping[str, Any], caller: Caller) -> Happened:
    public = row["state"] == "published"
    own = f"/v1/cases/{row['case_id']}/publication"
    return Happened(
        object="publication",
        id=row["publication_id"],
        organisation=row["organisation"],
        what="replied",
        type=REPLIED,
        changes={"reply": (reply["corrects"], reply["id"])},
        shown={
            "publication": row["publication_id"],
            "reply": reply["id"],
            "party": row["bin"],
            "link": f"/v1/published-cases/{row['publication_id']}" if public else own,
        },
        told=[caller.organisation] if public and caller.organisation else [],
        public=public,
    )


_SELECT: Final = f"""
    SELECT notice.id, notice.bin, notice.made_at, notice.opened_at, notice.told_at,
        notice.publication_id, publication.case_id, publication.state, publication.texts,
        publication.processes, publication.figures, publication.published_at,
        casefile.organisation, {store.REPLIES}
    FROM publication_notice AS notice
        JOIN publication ON publication.id = notice.publication_id
            AND publication.round = notice.round
        JOIN casefile ON casefile.id = publication.case_id
    WHERE notice.bin = ANY($1::text[]) AND publication.state IN ('notified', 'published')
        AND NOT casefile.embargoed
"""

_FIND: Final = f"{_SELECT} AND notice.id = $2"

_LISTED: Final = f"""{_SELECT}
        AND ($2::timestamptz IS NULL OR (notice.made_at, notice.id) < ($2, $3::text))
    ORDER BY notice.made_at DESC, notice.id DESC LIMIT $4
"""

_OPENED: Final = """
    UPDATE publication_notice SET opened_at = $2 WHERE id = $1 AND opened_at IS NULL
"""
