"""Triage as callers ask for it: alerts with what their organisation decided, and the moves."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Final

import asyncpg
import msgspec
from fastapi import APIRouter, Query, Request, Response

from cases.desk import Called, Shared, among, on_version, one, page, places, serves
from cases.lifecycle import life_cycle
from cases.outcomes.impact import midnight
from cases.triage import store
from cases.triage.arriving import RANKS
from cases.triage.moving import Mover, in_region
from cases.triage.store import Question
from cases.triage.windows import windows, windows_reason
from shared.contracts.casework.triage import (
    AlertMove,
    AlertsMove,
    AlertsMoved,
    Similar,
    Telling,
    TellingChange,
    Triaged,
)
from shared.errors import RoleMissing
from shared.security import Caller

router: Final = APIRouter(tags=["triage"])

TOLD: Final = frozenset({"partner", "coordinator"})
"""Kinds of organisations that are told whether somebody works on a purchase."""

Words = Annotated[list[str] | None, Query()]


@serves(router, "list_triage")
async def list_triage(
    *,
    desk: Shared,
    caller: Called,
    state: Words = None,
    region: Words = None,
    buyer: Words = None,
    band: Words = None,
    indicator: Words = None,
    since: date | None = None,
    limit: int = 50,
    after: str | None = None,
) -> Response:
    """List alerts as they stand with the caller's organisation."""
    among("state", state, life_cycle("alert").states)
    among("band", band, RANKS)
    question = Question(
        state=state or (),
        region=places(region),
        buyer=buyer or (),
        band=band or (),
        indicator=indicator or (),
        since=midnight(since),
    )
    mark = msgspec.json.decode(after, type=tuple[str, str]) if after else None
    async with desk.database.connection() as connection:
        rows = await store.listed(connection, caller.organisation, question, mark, limit + 1)
    found = [shown(row, caller) for row in rows]
    return page(found, limit, lambda each: (each.raised_at.isoformat(), each.alert))


@serves(router, "read_triage")
async def read_triage(desk: Shared, caller: Called, alert_id: str) -> Response:
    """Read an alert with what is similar to it."""
    async with desk.database.connection() as connection:
        [row] = await store.find(connection, caller.organisation, [alert_id])
        document = await _whole(connection, caller, row, desk.clock.now())
    return one(document, row["revision"])


@serves(router, "move_alert")
async def move_alert(
    request: Request, desk: Shared, caller: Called, alert_id: str, body: AlertMove
) -> Response:
    """Move one alert."""
    async with desk.once(request, caller) as doing:
        if doing.replay is not None:
            return doing.replay
        mover = Mover(doing.connection, caller, body, doing.now)
        [row] = await mover.found([alert_id])
        on_version(request, row["revision"])
        await mover.move([row])
        [row] = await store.find(doing.connection, caller.organisation, [alert_id])
        document = await _whole(doing.connection, caller, row, doing.now)
        return doing.answer(document, revision=row["revision"])


@serves(router, "move_alerts")
async def move_alerts(request: Request, desk: Shared, caller: Called, body: AlertsMove) -> Response:
    """Move several alerts, all of them or none."""
    ids = list(dict.fromkeys(body.alerts))
    async with desk.once(request, caller) as doing:
        if doing.replay is not None:
            return doing.replay
        mover = Mover(doing.connection, caller, body, doing.now)
        case = await mover.move(await mover.found(ids))
        rows = await store.find(doing.connection, caller.organisation, ids)
        return doing.answer(AlertsMoved([shown(row, caller) for row in rows], case))


@serves(router, "read_telling")
async def read_telling(desk: Shared, caller: Called) -> Response:
    """Read whether others are told."""
    async with desk.database.connection() as connection:
        return one(await _telling(connection, caller))


@serves(router, "change_telling")
async def change_telling(desk: Shared, caller: Called, body: TellingChange) -> Response:
    """Let others know, or not."""
    if caller.role not in {"admin", "coordinator"}:
        raise RoleMissing("Only an administrator decides it.")
    async with desk.changing() as (connection, now):
        if body.tells:
            await connection.execute(_TELL, caller.organisation, now)
        else:
            await connection.execute(_TELL_NO_MORE, caller.organisation)
        return one(await _telling(connection, caller))


def moves(row: Mapping[str, Any], caller: Caller) -> list[str]:
    """Name the moves that the caller may take an alert by: a coordinator within their region."""
    if caller.organisation is None or not in_region(row, caller):
        return []
    return life_cycle("alert").possible(row["state"], caller)


def shown(row: Mapping[str, Any], caller: Caller, **more: Any) -> Triaged:
    """Return an alert as it stands with the caller's organisation."""
    return Triaged(
        alert=row["id"],
        process=row["process_id"],
        buyer=row["buyer"],
        suppliers=row["suppliers"],
        region=row["region"],
        band=row["band"],
        score=row["score"],
        indicators=row["indicators"],
        amount=row["amount"],
        currency=row["currency"],
        raised_at=row["raised_at"],
        state=row["state"],
        reason=row["reason"],
        note=row["note"],
        until=row["until"],
        changed_at=row["changed_at"],
        changed_by=row["changed_by"],
        replaced_by=row["replaced_by"],
        cases=row["cases"],
        revision=row["revision"],
        moves=moves(row, caller),
        **more,
    )


async def _whole(
    connection: asyncpg.Connection, caller: Caller, row: Mapping[str, Any], now: datetime
) -> Triaged:
    alike = await store.similar(connection, caller.organisation, row)
    told = caller.kind in TOLD
    number = (
        await store.elsewhere(connection, caller.organisation, row["process_id"], now)
        if told
        else None
    )
    open_now = windows(row, now)
    return shown(
        row,
        caller,
        elsewhere=number,
        windows=open_now,
        windows_reason=windows_reason(row, open_now),
        similar_count=alike[0]["found"] if alike else 0,
        similar=[_similar(each) for each in alike],
    )


def _similar(row: Mapping[str, Any]) -> Similar:
    return Similar(
        alert=row["id"],
        process=row["process_id"],
        band=row["band"],
        state=row["state"],
        raised_at=row["raised_at"],
        reasons=row["reasons"],
        cases=row["cases"],
    )


async def _telling(connection: asyncpg.Connection, caller: Caller) -> Telling:
    since = await connection.fetchval(
        "SELECT since FROM telling WHERE organisation = $1", caller.organisation
    )
    return Telling(since is not None, since)


_TELL: Final = "INSERT INTO telling (organisation, since) VALUES ($1, $2) ON CONFLICT DO NOTHING"
_TELL_NO_MORE: Final = "DELETE FROM telling WHERE organisation = $1"
