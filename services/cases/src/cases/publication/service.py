"""Publications as organisations work on them: begun, changed, moved, their parties told."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import asyncpg
from fastapi import APIRouter, Request, Response

from cases.casefile import store as cases
from cases.desk import Attempting, Called, Shared, on_version, one, serves
from cases.events import Happened, record
from cases.lifecycle import life_cycle
from cases.publication import moving, store
from cases.publication.checklist import SEEN, SUMS, checklist
from cases.publication.documents import document
from cases.publication.reading import unseen
from cases.publication.store import Row
from cases.publication.sums import Stated
from shared.contracts.casework.publication import (
    ItemAnswer,
    NoticeTold,
    PublicationChange,
    PublicationMove,
    PublicationStart,
)
from shared.errors import FieldError, NotFound, TransitionNotAllowed, ValidationFailed
from shared.security import Caller

router: Final = APIRouter(tags=["cases"])

CONTENT: Final[tuple[str, ...]] = ("texts", "processes", "figures")
WRITTEN_IN: Final = "draft"
ANSWERED_IN: Final = frozenset({"draft", "in_review"})


@serves(router, "start_publication")
async def start_publication(
    request: Request, case_id: str, body: PublicationStart, desk: Shared, caller: Called
) -> Response:
    """Begin to make a case public."""
    async with desk.once(request, caller) as do:
        if do.replay is not None:
            return do.replay
        case = await store.own_case(do.connection, case_id, caller, do.now, writing=True)
        if await store.of_case(do.connection, case_id) is not None:
            raise TransitionNotAllowed("The case has a publication already.", allowed=[])
        content = body.model_dump(mode="json")
        await _refuse_flaws(do.connection, case, content)
        values = {
            "id": cases.new_id("pub"),
            "case_id": case_id,
            "state": life_cycle(moving.LIFE).first,
            **content,
            "answers": {},
            "writers": [caller.member] if caller.member else [],
            "round": 0,
            **dict.fromkeys(("created_at", "updated_at"), do.now),
            "revision": 1,
        }
        await store.insert(do.connection, values)
        happened = _happened(case, values, "created", {})
        await record(do.connection, caller, do.now, happened)
        return await _answered(do, case, caller, 201)


@serves(router, "read_publication")
async def read_publication(case_id: str, desk: Shared, caller: Called) -> Response:
    """Read the publication of a case of one's own."""
    async with desk.database.connection() as connection:
        case = await store.own_case(connection, case_id, caller, desk.clock.now())
        row = await _there(connection, case_id)
        return one(await document(connection, case, row, caller), row["revision"])


@serves(router, "change_publication")
async def change_publication(
    request: Request, case_id: str, body: PublicationChange, desk: Shared, caller: Called
) -> Response:
    """Change a draft, or answer its checklist."""
    async with desk.changing() as (connection, now):
        case = await store.own_case(connection, case_id, caller, now, writing=True)
        row = await _there(connection, case_id)
        on_version(request, row["revision"])
        asked = body.model_dump(mode="json", exclude_unset=True)
        content = {name: asked[name] for name in CONTENT if name in asked}
        values = await _changed(connection, case, row, content, caller)
        sums = await moving.sums_in(connection, case, {**row, **values})
        values |= _answers(row, values, body.answers or [], caller, now, sums=sums)
        if values:
            await store.change(connection, row["id"], values, now)
            changes = {name: (row[name], value) for name, value in values.items()}
            await record(connection, caller, now, _happened(case, row, "changed", changes))
        fresh = await _there(connection, case_id)
        return one(await document(connection, case, fresh, caller), fresh["revision"])


@serves(router, "move_publication")
async def move_publication(
    request: Request, case_id: str, body: PublicationMove, desk: Shared, caller: Called
) -> Response:
    """Move a publication."""
    async with desk.once(request, caller) as do:
        if do.replay is not None:
            return do.replay
        case = await store.own_case(do.connection, case_id, caller, do.now, writing=True)
        row = await _there(do.connection, case_id)
        on_version(request, row["revision"])
        await moving.move(do.connection, case, row, body, caller=caller, now=do.now)
        return await _answered(do, case, caller)


@serves(router, "record_notice")
async def record_notice(
    request: Request,
    *,
    case_id: str,
    notice_id: str,
    body: NoticeTold,
    desk: Shared,
    caller: Called,
) -> Response:
    """Write down how and when a party was given the notice by other means."""
    async with desk.once(request, caller) as do:
        if do.replay is not None:
            return do.replay
        case = await store.own_case(do.connection, case_id, caller, do.now, writing=True)
        row = await _there(do.connection, case_id)
        notices = await store.notices_of(do.connection, row)
        notice = next((each for each in notices if each["id"] == notice_id), None)
        if notice is None or row["state"] not in {"notified", "published"}:
            raise NotFound("There is no such notice of the text as it stands.")
        _may_be_told(notice, body, do.now)
        told = (notice_id, body.at, body.how, caller.member)
        await do.connection.execute(_TOLD, *told)
        await store.change(do.connection, row["id"], {}, do.now)
        changes = {"told": (None, [notice["bin"], body.at.isoformat(), body.how])}
        await record(do.connection, caller, do.now, _happened(case, row, "told", changes))
        return await _answered(do, case, caller)


async def _there(connection: asyncpg.Connection, case: str) -> Row:
    row = await store.of_case(connection, case)
    if row is None:
        raise NotFound("There is no publication under this case.")
    return row


async def _answered(do: Attempting, case: Row, caller: Caller, status: int = 200) -> Response:
    row = await _there(do.connection, case["id"])
    shown = await document(do.connection, case, row, caller)
    at = f"/cases/{case['id']}/publication"
    return do.answer(shown, status, revision=row["revision"], at=at)


async def _changed(
    connection: asyncpg.Connection, case: Row, row: Row, content: Mapping[str, Any], caller: Caller
) -> dict[str, Any]:
    """Return what differs of what is told, with who wrote it; the answers fall with the text."""
    lost = [name for name in ("processes", "figures") if name in content and content[name] is None]
    if lost:
        flaws = [FieldError(f"/body/{name}", "missing", "cannot be null") for name in lost]
        raise ValidationFailed("Some fields cannot be taken away.", errors=flaws)
    different = {name: value for name, value in content.items() if row[name] != value}
    if not different:
        return {}
    if row["state"] != WRITTEN_IN:
        raise TransitionNotAllowed("The text is changed as a draft: return it.", allowed=["return"])
    await _refuse_flaws(connection, case, different)
    writers = {*row["writers"], *([caller.member] if caller.member else [])}
    return {**different, "writers": sorted(writers), "answers": {}}


def _answers(
    row: Row,
    values: Mapping[str, Any],
    given: Sequence[ItemAnswer],
    caller: Caller,
    now: datetime,
    *,
    sums: Sequence[Stated],
) -> dict[str, Any]:
    """Return the answers of the checklist with those that are given now, each by a named member.

    The answer on `sums` keeps which they were: another sum is answered for anew.
    """
    if not given:
        return {}
    if row["state"] not in ANSWERED_IN:
        raise TransitionNotAllowed("The checklist is answered before the notice.", allowed=[])
    flaws = [
        FieldError(f"/body/answers/{number}/item", "unknown_item", "is not on the checklist")
        for number, each in enumerate(given)
        if each.item not in checklist().items
    ]
    if caller.member is None:
        flaws.append(FieldError("/body/answers", "nobody", "a member answers, by a key of theirs"))
    if flaws:
        raise ValidationFailed("The checklist cannot be answered like this.", errors=flaws)
    who = {"member": caller.member, "at": now.isoformat()}
    seen = {SUMS: {SEEN: [one.text for one in sums]}}
    told = {
        each.item: {"answer": each.answer, "note": each.note, **who, **seen.get(each.item, {})}
        for each in given
    }
    return {"answers": {**values.get("answers", row["answers"]), **told}}


async def _refuse_flaws(
    connection: asyncpg.Connection, case: Row, content: Mapping[str, Any]
) -> None:
    """Refuse signs that are not seen, and purchases that the case is not linked to."""
    flaws = [
        FieldError(f"/body/{place}", "unseen_signs", "has signs that are not seen")
        for place, text in _strings(content)
        if unseen(text)
    ]
    links = await cases.links_of(connection, case["id"])
    linked = {link["target"] for link in links if link["kind"] == "process"}
    flaws += [
        FieldError(f"/body/processes/{number}", "not_linked", "is no purchase of the case")
        for number, process in enumerate(content.get("processes", ()))
        if process not in linked
    ]
    if flaws:
        raise ValidationFailed("This cannot be told like this.", errors=flaws)


def _strings(value: Any, place: str = "") -> list[tuple[str, str]]:
    if isinstance(value, str):
        return [(place, value)]
    inner: Any = enumerate(value) if isinstance(value, list) else ()
    if isinstance(value, Mapping):
        inner = value.items()
    return [found for name, each in inner for found in _strings(each, f"{place}/{name}".strip("/"))]


def _may_be_told(notice: Row, body: NoticeTold, now: datetime) -> None:
    if notice["told_at"] is not None:
        raise TransitionNotAllowed("It is written down already.", allowed=[])
    if not notice["made_at"] <= body.at <= now:
        flaw = FieldError("/body/at", "out_of_time", "lies between the notice and now")
        raise ValidationFailed("The party cannot have been told then.", errors=[flaw])


def _happened(
    case: Row, row: Mapping[str, Any], what: str, changes: Mapping[str, tuple[Any, Any]]
) -> Happened:
    return Happened(
        object="publication",
        id=row["id"],
        organisation=case["organisation"],
        what=what,
        changes=changes,
    )


_TOLD: Final = """
    UPDATE publication_notice SET told_at = $2, told_how = $3, told_by = $4 WHERE id = $1
"""
