"""Cases as they are answered: what their reader may see, and what comes next."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

import asyncpg
from msgspec import Struct, convert

from cases.casefile import store
from cases.casefile.store import Row, Seen
from cases.lifecycle import life_cycle
from shared.contracts.casework.cases import (
    Case,
    CaseBrief,
    CaseLink,
    CaseOffer,
    CaseParty,
    CaseShare,
)
from shared.security import Caller

LIFE: Final = "case"


def brief(seen: Seen, caller: Caller) -> CaseBrief:
    """Return a case in short."""
    return convert(_fields(seen, caller), CaseBrief)


async def document(
    connection: asyncpg.Connection, seen: Seen, caller: Caller, now: datetime
) -> Case:
    """Return a case with what belongs to it, as far as its reader may see it."""
    case, parts, into = seen.row["id"], seen.parts, seen.row["merged_into"]
    links = await store.links_of(connection, case) if "links" in parts else []
    named = ({one["target"] for one in links if one["kind"] == "case"} | {into}) - {None}
    known = named if seen.access == "own" else await store.known(connection, named, caller, now)
    shown: dict[str, Any] = {"summary": None, "links": None, "parties": None, "shares": None}
    if "summary" in parts:
        shown["summary"] = seen.row["summary"]
    if "links" in parts:
        shown["links"] = _each([one for one in links if _told(one, seen, known)], CaseLink)
    if "parties" in parts:
        shown["parties"] = _each(await store.parties_of(connection, case), CaseParty)
    if seen.access == "own":
        shown["shares"] = _each(await store.shares_of(connection, case, now), CaseShare)
    shown["created_by"] = seen.row["created_by"] if seen.access == "own" else None
    shown["merged_into"] = into if into in known else None
    return convert({**_fields(seen, caller), **shown}, Case)


def moves(seen: Seen, caller: Caller) -> list[str]:
    """Name the moves that the caller may take a case by, by their role and their part in it."""
    if not store.writes(seen, caller):
        return []
    return life_cycle(LIFE).possible(seen.row["state"], caller)


def _fields(seen: Seen, caller: Caller) -> dict[str, Any]:
    row = dict(seen.row)
    can = moves(seen, caller)
    assignees = row["assignees"] if seen.access != "shared" else []
    offer = _offer(seen, caller)
    return {**row, "assignees": assignees, "access": seen.access, "moves": can, "offer": offer}


def _offer(seen: Seen, caller: Caller) -> CaseOffer | None:
    """Return the hand-over that waits, as both of its sides are told of it."""
    row = seen.row
    if row["offered_to"] is None or not (
        seen.access == "own" or row["offered_to"] == caller.organisation
    ):
        return None
    return CaseOffer(
        organisation=row["offered_to"],
        note=row["offer_note"],
        offered_at=row["offered_at"],
        offered_by=row["offered_by"] if seen.access == "own" else None,
    )


def _told(link: Row, seen: Seen, known: Collection[str]) -> bool:
    """Say whether a link is told: to tips to the owner, to cases where one may know of them."""
    if link["kind"] == "tip":
        return seen.access == "own"
    return link["kind"] != "case" or link["target"] in known


def _each(rows: Any, kind: type[Struct]) -> list[Any]:
    return [convert(dict(row), kind) for row in rows]
