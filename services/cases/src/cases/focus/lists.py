"""Focus lists: a saved question to the triage, for one's own members or for everybody's."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import asyncpg
import msgspec
from fastapi import APIRouter, Request, Response

from cases.casefile.asking import moment_and_id
from cases.casefile.store import insert, new_id
from cases.desk import Called, Shared, on_version, one, page, serves
from cases.events import Happened, record
from cases.focus import people
from shared.contracts.casework.focus import FocusList, FocusListChange, FocusListStart, Sought
from shared.errors import FieldError, NotFound, ValidationFailed
from shared.security import Caller

router: Final = APIRouter(tags=["focus"])

CRITERIA: Final = ("state", "region", "buyer", "band", "indicator")


@serves(router, "list_focus_lists")
async def list_focus_lists(
    desk: Shared,
    caller: Called,
    *,
    own: bool | None = None,
    archived: bool = False,
    limit: int = 50,
    after: str | None = None,
) -> Response:
    """List one's own lists and the public ones."""
    at, id_ = moment_and_id(after) if after else (None, None)
    async with desk.database.connection() as connection:
        rows = await connection.fetch(
            _LISTED, caller.organisation, own, archived, at, id_, limit + 1
        )
    found = [shown(row, caller) for row in rows]
    return page(found, limit, lambda each: [each.created_at.isoformat(), each.id])


@serves(router, "add_focus_list")
async def add_focus_list(
    request: Request, body: FocusListStart, desk: Shared, caller: Called
) -> Response:
    """Save a question as a list."""
    async with desk.once(request, caller) as do:
        if do.replay is not None:
            return do.replay
        organisation = people.owner(caller)
        if body.public:
            people.publisher(caller)
        values = {
            "id": new_id("foc"),
            "organisation": organisation,
            **body.model_dump(exclude={"criteria"}),
            **body.criteria.model_dump(),
            "created_by": caller.member,
            **dict.fromkeys(("created_at", "updated_at"), do.now),
            "revision": 1,
        }
        await insert(do.connection, "focus_list", values)
        await _write_down(do.connection, caller, do.now, values, {})
        document = shown({**values, "archived_at": None}, caller)
        return do.answer(document, 201, revision=1, at=f"/focus-lists/{values['id']}")


@serves(router, "read_focus_list")
async def read_focus_list(list_id: str, desk: Shared, caller: Called) -> Response:
    """Read a list."""
    async with desk.database.connection() as connection:
        row = await seen(connection, list_id, caller)
    return one(shown(row, caller), row["revision"])


@serves(router, "change_focus_list")
async def change_focus_list(
    request: Request, list_id: str, body: FocusListChange, desk: Shared, caller: Called
) -> Response:
    """Change a list."""
    async with desk.changing() as (connection, now):
        found = await connection.fetchrow(f"{_FIND} FOR UPDATE", list_id)
        row = people.own(found, caller, "focus list")
        on_version(request, row["revision"])
        values = _changed(row, body, now)
        if values.get("public"):
            people.publisher(caller)
        if values:
            await change(connection, "focus_list", list_id, {**values, "updated_at": now})
            await _write_down(connection, caller, now, {"id": list_id, **values}, row)
        fresh = await connection.fetchrow(_FIND, list_id)
    return one(shown(fresh, caller), fresh["revision"])


async def seen(connection: asyncpg.Connection, list_id: str, caller: Caller) -> Mapping[str, Any]:
    """Return a list that the caller may see. Raises NotFound."""
    row: Mapping[str, Any] | None = await connection.fetchrow(_FIND, list_id)
    if row is None or not (row["public"] or row["organisation"] == caller.organisation):
        raise NotFound("There is no such focus list.")
    return row


async def change(
    connection: asyncpg.Connection, table: str, id_: str, values: Mapping[str, Any]
) -> None:
    """Change columns of a row of one of our tables: its next revision."""
    sets = "".join(f", {name} = ${number}" for number, name in enumerate(values, 2))
    await connection.execute(
        f"UPDATE {table} SET revision = revision + 1{sets} WHERE id = $1", id_, *values.values()
    )


def refuse_null(asked: Mapping[str, Any], needed: tuple[str, ...]) -> None:
    """Refuse to take away what a thing cannot be without. Raises ValidationFailed."""
    lost = [name for name in needed if name in asked and asked[name] is None]
    if lost:
        flaws = [FieldError(f"/body/{name}", "missing", "cannot be null") for name in lost]
        raise ValidationFailed("Some fields cannot be taken away.", errors=flaws)


def shown(row: Mapping[str, Any], caller: Caller) -> FocusList:
    """Return a list as it is answered."""
    names = {*FocusList.__struct_fields__} - {"own", "criteria"}
    return FocusList(
        **{name: row[name] for name in names},
        own=row["organisation"] == caller.organisation,
        criteria=msgspec.convert({name: row[name] for name in CRITERIA}, Sought),
    )


def _changed(row: Mapping[str, Any], body: FocusListChange, now: datetime) -> dict[str, Any]:
    asked = body.model_dump(exclude_unset=True)
    refuse_null(asked, ("title", "purpose", "public", "criteria", "archived"))
    asked |= body.criteria.model_dump() if body.criteria is not None else {}
    asked.pop("criteria", None)
    if (archived := asked.pop("archived", None)) is not None:
        asked["archived_at"] = (row["archived_at"] or now) if archived else None
    return {name: value for name, value in asked.items() if row[name] != value}


async def _write_down(
    connection: asyncpg.Connection,
    caller: Caller,
    now: datetime,
    values: Mapping[str, Any],
    before: Mapping[str, Any],
) -> None:
    told = ("title", "purpose", "public", "archived_at", *CRITERIA)
    happened = Happened(
        object="focus_list",
        id=values["id"],
        organisation=caller.organisation or "",
        what="changed" if before else "created",
        changes={name: (before.get(name), values[name]) for name in told if name in values},
    )
    await record(connection, caller, now, happened)


_FIND: Final = "SELECT * FROM focus_list WHERE id = $1"

_LISTED: Final = """
    SELECT * FROM focus_list
    WHERE (public OR organisation = $1) AND ($2::bool IS NULL OR (organisation = $1) = $2)
        AND (archived_at IS NOT NULL) = $3
        AND ($4::timestamptz IS NULL OR (created_at, id) < ($4, $5::text))
    ORDER BY created_at DESC, id DESC LIMIT $6
"""
