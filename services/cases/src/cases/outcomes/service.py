"""Outcomes: expected, claimed, confirmed by another person than who claimed, or disputed."""

import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Final, get_args

import asyncpg
import msgspec
from fastapi import APIRouter, Query, Request, Response

from cases.desk import Called, Shared, among, on_version, one, page, places, serves
from cases.law.counting import local_day
from cases.lifecycle import life_cycle
from cases.outcomes import keys, store
from cases.outcomes.of_case import of_case, proved
from cases.outcomes.sense import senseless
from cases.outcomes.store import Question
from cases.roles import role_missing
from shared.contracts.casework.outcomes import (
    IN_MONEY,
    CountedAlready,
    Kind,
    NewOutcome,
    Outcome,
    OutcomeChange,
    OutcomeMove,
)
from shared.errors import FieldError, NotFound, RoleMissing, TransitionNotAllowed, ValidationFailed
from shared.security import Caller

router: Final = APIRouter(tags=["outcomes"])

FIRST: Final = "expected"
OPEN: Final = frozenset({"expected", "claimed"})
"""States in which an outcome can be told anew."""

WRITERS: Final = frozenset({"monitor", "editor", "admin", "coordinator"})
MONEY: Final = frozenset({"amount", "amount_kind"})

ASKED_TAKES: Final = frozenset({"claim"})
"""All that the body of which an outcome is expected may do with it: say that it was done."""

Words = Annotated[list[str] | None, Query()]


@serves(router, "create_outcome")
async def create_outcome(
    request: Request, desk: Shared, caller: Called, body: NewOutcome
) -> Response:
    """Expect an outcome."""
    _may_write(caller)
    async with desk.once(request, caller) as doing:
        if doing.replay is not None:
            return doing.replay
        row = await _new(doing.connection, caller, body, doing.now)
        async with _once(doing.connection):
            await store.add(doing.connection, row)
        proof = {"proof": (None, row["proof"])} if row["proof"] else {}
        await store.tell(doing.connection, caller, doing.now, "expect", row, changes=proof)
        found = await store.find(doing.connection, caller, row["id"])
        at = f"/outcomes/{row['id']}"
        return doing.answer(shown(found, caller), 201, revision=1, at=at)


@serves(router, "list_outcomes")
async def list_outcomes(
    *,
    desk: Shared,
    caller: Called,
    kind: Words = None,
    state: Words = None,
    case: str | None = None,
    organisation: Words = None,
    region: Words = None,
    campaign: Words = None,
    amount_from: int | None = None,
    limit: int = 50,
    after: str | None = None,
) -> Response:
    """List outcomes."""
    among("kind", kind, get_args(Kind))
    among("state", state, life_cycle("outcome").states)
    question = Question(
        kind=kind or (),
        state=state or (),
        case=case,
        organisation=organisation or (),
        region=places(region),
        campaign=campaign or (),
        amount_from=amount_from,
    )
    mark = msgspec.json.decode(after, type=tuple[str, str]) if after else None
    async with desk.database.connection() as connection:
        rows = await store.listed(connection, caller, question, mark, limit + 1)
    found = [shown(row, caller) for row in rows]
    return page(found, limit, lambda each: (each.created_at.isoformat(), each.id))


@serves(router, "read_outcome")
async def read_outcome(desk: Shared, caller: Called, outcome_id: str) -> Response:
    """Read an outcome."""
    async with desk.database.connection() as connection:
        row = await store.find(connection, caller, outcome_id)
    return one(shown(row, caller), row["revision"])


@serves(router, "change_outcome")
async def change_outcome(
    request: Request, desk: Shared, caller: Called, outcome_id: str, body: OutcomeChange
) -> Response:
    """Tell an outcome anew."""
    _may_write(caller)
    async with desk.changing() as (connection, now):
        row = await _near(connection, caller, outcome_id)
        if not _close(row):
            raise RoleMissing("The body that it is expected of does not tell it anew.")
        on_version(request, row["revision"])
        if row["state"] not in OPEN:
            raise TransitionNotAllowed(
                "It is told anew while expected or claimed.", allowed=_moves(row, caller)
            )
        changes = _changes(row, body, now)
        await proved(connection, row["case_id"], changes.get("proof"))
        if not changes:
            return one(shown(row, caller), row["revision"])
        if row["state"] == "claimed" and changes.keys() & MONEY:
            changes["claimed_by"] = _person(caller)
        async with _once(connection):
            await store.put(connection, outcome_id, changes)
        now_row = await store.find(connection, caller, outcome_id)
        told = {name: (row[name], new) for name, new in changes.items() if name != "claimed_by"}
        await store.tell(connection, caller, now, "change", now_row, changes=told)
    return one(shown(now_row, caller), now_row["revision"])


@serves(router, "move_outcome")
async def move_outcome(
    request: Request, desk: Shared, caller: Called, outcome_id: str, body: OutcomeMove
) -> Response:
    """Claim, confirm, dispute or refute an outcome."""
    async with desk.once(request, caller) as doing:
        if doing.replay is not None:
            return doing.replay
        row = await _near(doing.connection, caller, outcome_id)
        if body.move not in ASKED_TAKES and not _close(row):
            raise RoleMissing("The body that it is expected of may claim it, and no more.")
        on_version(request, row["revision"])
        move = life_cycle("outcome").decide(
            body.move,
            row["state"],
            caller,
            given=body.model_dump(exclude_none=True),
            facts=_facts(caller, row, await store.attached_by(doing.connection, outcome_id)),
            can=_moves(row, caller),
        )
        changes = {"state": move.after, **_moments(body.move, caller, doing.now)}
        await store.put(doing.connection, outcome_id, changes)
        found = await store.find(doing.connection, caller, outcome_id)
        await store.tell(
            doing.connection,
            caller,
            doing.now,
            body.move,
            found,
            before=row["state"],
            reason=body.reason,
            note=body.note,
        )
        return doing.answer(shown(found, caller), revision=found["revision"])


async def claim_at_once(
    connection: asyncpg.Connection, caller: Caller, body: NewOutcome, now: datetime
) -> str:
    """Claim an outcome of an earlier time; return its id. Raises CountedAlready for a known one."""
    row = await _new(connection, caller, body, now)
    claimed = {**row, "state": "claimed", **_moments("claim", caller, now)}
    async with _once(connection):
        await store.add(connection, claimed)
    await store.tell(connection, caller, now, "claim", claimed, before=FIRST)
    return str(row["id"])


def shown(row: Mapping[str, Any], caller: Caller) -> Outcome:
    """Return an outcome as a caller may know it: others' only as far as it is counted."""
    close = _close(row)
    near = close or row["asked"]
    return Outcome(
        id=row["id"],
        organisation=row["organisation"],
        kind=row["kind"],
        state=row["state"],
        case=row["case_id"] if close else None,
        complaint=row["complaint_id"] if near else None,
        subject=row["subject"] if near else None,
        authority=row["authority"] if near else None,
        process=row["process_id"] if near else None,
        contract=row["contract"] if near else None,
        counted_once_key=row["counted_once_key"] if near else None,
        region=row["region"],
        campaign=row["campaign"],
        indicators=row["indicators"],
        amount=row["amount"],
        amount_kind=row["amount_kind"],
        happened_on=row["happened_on"],
        proof=row["proof"] if close else None,
        claimed_at=row["claimed_at"],
        confirmed_at=row["confirmed_at"],
        created_at=row["created_at"],
        revision=row["revision"],
        moves=_moves(row, caller),
    )


async def _new(
    connection: asyncpg.Connection, caller: Caller, body: NewOutcome, now: datetime
) -> dict[str, Any]:
    case = await of_case(connection, caller, body.case, now)
    told = ((name, getattr(body, name)) for name in keys.fields(body.kind))
    key = next((_folded(name, given) for name, given in told if given), None)
    row = {
        "id": f"out_{secrets.token_hex(13)}",
        "organisation": case.organisation if case else caller.organisation,
        "kind": body.kind,
        "state": FIRST,
        "case_id": body.case,
        "complaint_id": body.complaint,
        "subject": body.subject,
        "authority": body.authority,
        "process_id": body.process,
        "contract": body.contract,
        "counted_once_key": key,
        "region": case.region if case else body.region,
        "campaign": case.campaign if case else body.campaign,
        "indicators": body.indicators or (list(case.indicators) if case else []),
        "amount": body.amount,
        "amount_kind": body.amount_kind,
        "happened_on": body.happened_on,
        "proof": await proved(connection, body.case, body.proof),
        "created_at": now,
        "revision": 1,
    }
    _refuse_senseless(row, now)
    return row


def _changes(row: Mapping[str, Any], body: OutcomeChange, now: datetime) -> dict[str, Any]:
    given = body.model_dump(exclude_unset=True)
    if given.get("counted_once_key"):
        given["counted_once_key"] = _folded("counted_once_key", given["counted_once_key"])
    _refuse_senseless({**row, **given}, now)
    return {name: value for name, value in given.items() if value != row[name]}


def _folded(name: str, given: str) -> str:
    """Return what organisations have in common of a key. Raises ValidationFailed for nothing."""
    key = store.folded(given)
    if not key:
        flaw = FieldError(f"/body/{name}", "empty", "is nothing but spaces and number signs")
        raise ValidationFailed("Things cannot be told apart by this.", errors=[flaw])
    return key


def _refuse_senseless(row: Mapping[str, Any], now: datetime) -> None:
    if flaws := list(senseless(row, local_day(now))):
        raise ValidationFailed("This cannot have come of it.", errors=flaws)


def _facts(caller: Caller, row: Mapping[str, Any], attached_by: str | None) -> dict[str, bool]:
    amount: Decimal | None = row["amount"]
    return {
        "another_person": _person(caller) not in {row["claimed_by"], attached_by},
        "proved": row["proof"] is not None,
        "amount_known": row["kind"] not in IN_MONEY or amount is not None,
    }


async def _near(connection: asyncpg.Connection, caller: Caller, id_: str) -> asyncpg.Record:
    """Return an outcome, locked, that the caller has a part in. Raises NotFound for any other."""
    row = await store.find(connection, caller, id_, lock=True)
    if not (row["own"] or row["asked"] or row["within"]):
        raise NotFound("There is no such outcome of yours.")
    return row


def _close(row: Mapping[str, Any]) -> bool:
    """Say whether an outcome is the caller's own, or of the region they coordinate."""
    return bool(row["own"] or row["within"])


def _moves(row: Mapping[str, Any], caller: Caller) -> list[str]:
    """Name the moves that a caller may take an outcome by."""
    possible = life_cycle("outcome").possible(row["state"], caller)
    if _close(row):
        return possible
    return [move for move in possible if row["asked"] and move in ASKED_TAKES]


def _moments(move: str, caller: Caller, now: datetime) -> dict[str, Any]:
    if move == "claim":
        return {"claimed_at": now, "claimed_by": _person(caller)}
    if move == "confirm":
        return {"confirmed_at": now}
    return {"confirmed_at": None} if move == "reopen" else {}


def _person(caller: Caller) -> str:
    return f"{caller.organisation}/{caller.member}"


def _may_write(caller: Caller) -> None:
    if caller.role not in WRITERS:
        raise role_missing(caller, WRITERS)


@asynccontextmanager
async def _once(connection: asyncpg.Connection) -> AsyncIterator[None]:
    """Refuse what the organisation has under the same key. Raises CountedAlready."""
    try:
        async with connection.transaction():
            yield
    except asyncpg.UniqueViolationError as error:
        raise CountedAlready(CountedAlready.example) from error
