"""Queues as callers ask for them: made of a list, taken from, answered, counted for their owner."""

from collections.abc import Mapping
from typing import Any, Final

import asyncpg
import msgspec
from fastapi import APIRouter, Query, Request, Response

from cases.casefile.asking import moment_and_id
from cases.casefile.store import insert, new_id
from cases.desk import Called, Shared, on_version, one, page, serves
from cases.events import Happened, record
from cases.focus import lists, people, store
from shared.contracts.casework.focus import (
    Queue,
    QueueChange,
    QueueItem,
    QueueStart,
    Submitted,
    Training,
    Verdict,
)
from shared.errors import (
    FieldError,
    GuardFailed,
    NotFound,
    TransitionNotAllowed,
    ValidationFailed,
)
from shared.security import Caller

router: Final = APIRouter(tags=["focus"])


@serves(router, "list_queues")
async def list_queues(
    desk: Shared,
    caller: Called,
    *,
    focus_list: list[str] | None = Query(None),
    limit: int = 50,
    after: str | None = None,
) -> Response:
    """List one's own queues and those of public lists."""
    at, id_ = moment_and_id(after) if after else (None, None)
    asked = (caller.organisation, focus_list, at, id_, limit + 1)
    async with desk.database.connection() as connection:
        rows = await connection.fetch(_LISTED, *asked)
    found = [_shown(row) for row in rows]
    return page(found, limit, lambda each: [each.created_at.isoformat(), each.id])


@serves(router, "add_queue")
async def add_queue(request: Request, body: QueueStart, desk: Shared, caller: Called) -> Response:
    """Ask a question of everything on a list of one's own."""
    async with desk.once(request, caller) as do:
        if do.replay is not None:
            return do.replay
        organisation = people.owner(caller)
        list_ = people.own(
            await lists.seen(do.connection, body.focus_list, caller), caller, "focus list"
        )
        if list_["archived_at"] is not None:
            raise GuardFailed("The list was put away.", conditions=["not_archived"])
        _of_their_own(body.verdicts)
        values = {
            "id": new_id("que"),
            "organisation": organisation,
            **body.model_dump(),
            "created_at": do.now,
            "revision": 1,
        }
        await insert(do.connection, "queue", values)
        await store.fill(do.connection, values)
        await record(do.connection, caller, do.now, _happened(values, "created"))
        document = _shown({**values, "closed_at": None})
        return do.answer(document, 201, revision=1, at=f"/queues/{values['id']}")


@serves(router, "read_queue")
async def read_queue(queue_id: str, desk: Shared, caller: Called) -> Response:
    """Read a queue; its owner is told the figures."""
    async with desk.database.connection() as connection:
        row = await _seen(connection, queue_id, caller)
        return one(await _whole(connection, row, caller), row["revision"])


@serves(router, "change_queue")
async def change_queue(
    request: Request, queue_id: str, body: QueueChange, desk: Shared, caller: Called
) -> Response:
    """Close a queue, or open it again."""
    async with desk.changing() as (connection, now):
        row = people.own(await connection.fetchrow(_LOCKED, queue_id), caller, "queue")
        on_version(request, row["revision"])
        if body.closed is (row["closed_at"] is None):
            await lists.change(
                connection, "queue", queue_id, {"closed_at": now if body.closed else None}
            )
            what = "closed" if body.closed else "opened"
            await record(connection, caller, now, _happened(row, what))
        row = await _seen(connection, queue_id, caller)
        return one(await _whole(connection, row, caller), row["revision"])


@serves(router, "add_training")
async def add_training(
    request: Request, queue_id: str, body: Training, desk: Shared, caller: Called
) -> Response:
    """Mix in things whose answer is known: all of them or none."""
    async with desk.once(request, caller) as do:
        if do.replay is not None:
            return do.replay
        row = people.own(await do.connection.fetchrow(_LOCKED, queue_id), caller, "queue")
        given = {each.alert: each.answer for each in body.items}
        for answer in given.values():
            _known(answer, row, "/body/items")
        lost = await store.train(do.connection, queue_id, [*given], [*given.values()])
        if lost:
            said = f"Somebody looked at it already, or it is not there: {min(lost)}."
            raise GuardFailed(said, conditions=["not_looked_at"])
        happened = _happened(row, "trained", alerts=[*given])
        await record(do.connection, caller, do.now, happened)
        return do.answer(await _whole(do.connection, row, caller), revision=row["revision"])


@serves(router, "claim_item")
async def claim_item(request: Request, queue_id: str, desk: Shared, caller: Called) -> Response:
    """Give a member the next thing, or again the one they have."""
    async with desk.once(request, caller) as do:
        if do.replay is not None:
            return do.replay
        row = await _seen(do.connection, queue_id, caller)
        who = people.person(caller)
        item = await store.held(do.connection, queue_id, who, do.now)
        if item is None:
            if row["closed_at"] is not None or row["archived_at"] is not None:
                raise GuardFailed("The queue is closed.", conditions=["open"])
            item = await store.claim(do.connection, row, who, do.now)
        if item is None:
            raise GuardFailed("Nothing waits for you here.", conditions=["waiting"])
        return do.answer(msgspec.convert(dict(item), QueueItem))


@serves(router, "submit_item")
async def submit_item(
    request: Request, desk: Shared, caller: Called, *, queue_id: str, item_id: str, body: Verdict
) -> Response:
    """Write down what a member found of the thing they have."""
    async with desk.once(request, caller) as do:
        if do.replay is not None:
            return do.replay
        row = await _seen(do.connection, queue_id, caller)
        who = people.person(caller)
        item = await do.connection.fetchrow(_ITEM, item_id, queue_id, *who)
        if item is None:
            raise NotFound("You have no such thing of this queue.")
        if item["submitted_at"] is not None:
            raise TransitionNotAllowed("You have answered it already.", allowed=[])
        if item["until"] <= do.now:
            raise GuardFailed("You had it too long: claim again.", conditions=["held"])
        _known(body.verdict, row, "/body/verdict")
        state = await store.submit(do.connection, item, who, body, do.now)
        if state != "open" and item["answer"] is None:
            settled = _happened(row, "settled", item=item_id, alert=item["alert_id"], state=state)
            await record(do.connection, caller, do.now, settled)
        return do.answer(Submitted(item_id, queue_id, body.verdict, do.now, state, item["answer"]))


async def _seen(connection: asyncpg.Connection, queue: str, caller: Caller) -> Mapping[str, Any]:
    row: Mapping[str, Any] | None = await connection.fetchrow(_FIND, queue, caller.organisation)
    if row is None:
        raise NotFound("There is no such queue.")
    return row


async def _whole(connection: asyncpg.Connection, row: Mapping[str, Any], caller: Caller) -> Queue:
    if row["organisation"] != caller.organisation:
        return _shown(row)
    return msgspec.structs.replace(_shown(row), figures=await store.figures(connection, row["id"]))


def _shown(row: Mapping[str, Any]) -> Queue:
    return Queue(**{name: row[name] for name in Queue.__struct_fields__ if name != "figures"})


def _known(word: str, queue: Mapping[str, Any], place: str) -> None:
    if word not in queue["verdicts"]:
        said = f"known: {', '.join(queue['verdicts'])}"
        flaw = FieldError(place, "unknown_word", said)
        raise ValidationFailed("The queue has no such verdict.", errors=[flaw])


def _of_their_own(verdicts: list[str]) -> None:
    if len({*verdicts}) < len(verdicts):
        flaw = FieldError("/body/verdicts", "twice", "each word once")
        raise ValidationFailed("A verdict is named twice.", errors=[flaw])


def _happened(row: Mapping[str, Any], what: str, **more: Any) -> Happened:
    return Happened(
        object="queue",
        id=row["id"],
        organisation=row["organisation"],
        what=what,
        shown={"focus_list": row["focus_list"], **more},
    )


_SEEN: Final = """
    SELECT queue.*, list.archived_at
    FROM queue JOIN focus_list AS list ON list.id = queue.focus_list
"""

_FIND: Final = f"{_SEEN} WHERE queue.id = $1 AND (list.public OR queue.organisation = $2)"

_LOCKED: Final = "SELECT * FROM queue WHERE id = $1 FOR UPDATE"

_LISTED: Final = f"""
    {_SEEN} WHERE (list.public OR queue.organisation = $1)
        AND ($2::text[] IS NULL OR queue.focus_list = ANY($2))
        AND ($3::timestamptz IS NULL OR (queue.created_at, queue.id) < ($3, $4::text))
    ORDER BY queue.created_at DESC, queue.id DESC LIMIT $5
"""

_ITEM: Final = """
    SELECT item.id, item.alert_id, item.answer, review.until, review.submitted_at
    FROM queue_item AS item JOIN queue_review AS review ON review.item_id = item.id
    WHERE item.id = $1 AND item.queue_id = $2 AND review.organisation = $3 AND review.member = $4
    FOR UPDATE
"""
