"""How a case becomes another organisation's: offered, then accepted or declined.

Until it is accepted it stays the giver's. What points to tips, or to cases that are embargoed or of
a tip, stays with the giver for good: the links end, and the history is given out without them
(`service`). What must be kept for a court does not leave whose it is, and the refusal names no such
ground: the paper may forbid telling.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import asyncpg

from cases import events
from cases.casefile import moving, store
from cases.casefile.moving import LOCAL
from cases.casefile.store import Seen
from cases.events import Happened
from cases.leaving import holding
from cases.roles import role_missing
from shared.errors import (
    FieldError,
    GuardFailed,
    RoleMissing,
    TransitionNotAllowed,
    ValidationFailed,
)
from shared.security import Caller

DECIDES: Final = frozenset({"admin", "coordinator"})
"""Who gives a case away, and who takes one over."""

TAKES: Final = "partner"
"""The kind of organisation that cases are handed over to."""

NO_OFFER: Final[dict[str, Any]] = {
    "offered_to": None,
    "offered_by": None,
    "offer_note": None,
    "offered_at": None,
}


async def offer(
    connection: asyncpg.Connection,
    seen: Seen,
    receiver: str,
    caller: Caller,
    now: datetime,
    *,
    note: str,
) -> dict[str, Any]:
    """Offer a case; return what is different about it.

    Raises RoleMissing for whose case it is not, GuardFailed with every condition that does not
    hold, TransitionNotAllowed for one that is closed or offered already, ValidationFailed.
    """
    row = seen.row
    if seen.access != "own":
        raise RoleMissing("A case is handed over by whose it is.")
    if receiver == row["organisation"]:
        flaw = FieldError("/body/organisation", "same", "has the case already")
        raise ValidationFailed("It is theirs already.", errors=[flaw])
    await _check(connection, row, caller)
    if not await moving.by_second_person(connection, row, caller):
        said = "A severe case is handed over by somebody other than who opened or examined it."
        raise GuardFailed(said, conditions=["second_person"])
    if row["offered_to"] is not None:
        raise TransitionNotAllowed("It is offered already: take that back first.", allowed=[])
    await _let_go(connection, row["organisation"])
    values = {
        "offered_to": receiver,
        "offered_by": caller.member,
        "offer_note": note,
        "offered_at": now,
    }
    await store.change(connection, row["id"], values, now)
    happened = Happened(
        object="case",
        id=row["id"],
        organisation=row["organisation"],
        what="offered",
        type="case.shared",
        note=note,
        changes={"offered_to": (None, receiver)},
        shown={"case": row["id"], "parts": [], "link": f"/v1/cases/{row['id']}"},
        told=[receiver],
    )
    await events.record(connection, caller, now, happened)
    return values


async def accept(
    connection: asyncpg.Connection, seen: Seen, caller: Caller, now: datetime
) -> dict[str, Any]:
    """Take over a case that is offered; return what is different about it. Raises as `offer`."""
    row = seen.row
    if row["offered_to"] is None or row["offered_to"] != caller.organisation:
        raise TransitionNotAllowed("The case is not offered to you.", allowed=[])
    if caller.kind != TAKES:
        said = "Cases are handed over to partner organisations; others are sent complaints."
        raise GuardFailed(said, conditions=["partner"])
    await _check(connection, row, caller)
    return await hand_over(connection, row, row["offered_to"], caller, now, note=row["offer_note"])


async def decline(
    connection: asyncpg.Connection, seen: Seen, caller: Caller, now: datetime, *, reason: str
) -> None:
    """Say no to an offer, or take one's own back. Raises RoleMissing, TransitionNotAllowed."""
    row = seen.row
    if row["offered_to"] is None or (
        seen.access != "own" and row["offered_to"] != caller.organisation
    ):
        raise TransitionNotAllowed("The case is not offered.", allowed=[])
    if caller.role not in DECIDES:
        raise role_missing(caller, DECIDES)
    await store.change(connection, row["id"], NO_OFFER, now)
    happened = Happened(
        object="case",
        id=row["id"],
        organisation=row["organisation"],
        what="offer_ended",
        reason=reason,
        changes={"offered_to": (row["offered_to"], None)},
    )
    await events.record(connection, caller, now, happened)


async def hand_over(
    connection: asyncpg.Connection,
    row: Mapping[str, Any],
    receiver: str,
    caller: Caller,
    now: datetime,
    *,
    note: str | None,
) -> dict[str, Any]:
    """Make a case the other's; return what is different about it. Raises GuardFailed."""
    await _let_go(connection, row["organisation"])
    number = await store.take_number(connection, receiver, now.astimezone(LOCAL).year)
    values: dict[str, Any] = {
        "organisation": receiver,
        "number": number,
        "assignees": [],
        "campaign": None,
        **NO_OFFER,
    }
    await connection.execute(_END_SHARES, row["id"], now)
    await connection.execute(_END_SECRET, row["id"], now)
    await store.change(connection, row["id"], values, now)
    happened = Happened(
        object="case",
        id=row["id"],
        organisation=row["organisation"],
        what="handed_over",
        type="case.shared",
        note=note,
        changes={
            "organisation": (row["organisation"], receiver),
            "number": (row["number"], number),
            "campaign": (row["campaign"], None),
            "assignees": (row["assignees"], []),
        },
        shown={"case": row["id"], "parts": ["all"], "link": f"/v1/cases/{row['id']}"},
        told=[receiver],
    )
    await events.record(connection, caller, now, happened)
    return values


async def _check(connection: asyncpg.Connection, row: Mapping[str, Any], caller: Caller) -> None:
    """Let pass a case that can be handed over now, and who decides on that."""
    if row["state"].startswith("closed_") or row["state"] == store.MERGED:
        raise TransitionNotAllowed("The case is closed.", allowed=[])
    if caller.role not in DECIDES:
        raise GuardFailed("An admin or a coordinator hands a case over.", conditions=["role"])
    unmet = await store.unfinished(connection, row["id"])
    if row["embargoed"]:
        unmet.append("embargoed")
    if unmet:
        said = "First end what is open of it: complaints, outcomes, the embargo."
        raise GuardFailed(said, conditions=unmet)


async def _let_go(connection: asyncpg.Connection, organisation: str) -> None:
    """Let pass what need not be kept. Raises GuardFailed, which names no hold and no ground."""
    if not await holding.may_leave(connection, organisation):
        raise GuardFailed("The case cannot be handed over now.", conditions=["available"])


_END_SHARES: Final = "UPDATE case_share SET ended_at = $2 WHERE case_id = $1 AND ended_at IS NULL"

_END_SECRET: Final = f"""
    UPDATE case_link SET ended_at = $2, reason = 'handed_over'
    WHERE case_id = $1 AND ended_at IS NULL AND (kind = 'tip' OR kind = 'case' AND EXISTS (
        SELECT FROM casefile WHERE casefile.id = case_link.target
          AND (casefile.embargoed OR {store.OF_TIP} OR {store.INTO_HIDDEN})))
"""
