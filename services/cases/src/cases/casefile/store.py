"""Cases in the database: who may see one, and how it is written. In the caller's transaction."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple

import asyncpg

from cases.roles import role_missing
from shared.contracts.casework.cases import PARTS
from shared.errors import NotFound, RoleMissing, TransitionNotAllowed
from shared.security import Caller

Access = Literal["own", "region", "shared"]
Row = Mapping[str, Any]

COORDINATOR: Final = "coordinator"
MERGED: Final = "merged_into"
WORKING: Final = frozenset({"monitor", "editor", "admin", COORDINATOR})
LIMITED: Final = "monitor"
"""Who changes only what they opened or were given."""


class Seen(NamedTuple):
    """A case as its reader may see it: by what right, and which parts."""

    row: Row
    access: Access
    parts: frozenset[str]
    may_comment: bool = True


def new_id(prefix: str) -> str:
    """Draw an id."""
    return f"{prefix}_{secrets.token_hex(13)}"


async def found(
    connection: asyncpg.Connection, case: str, caller: Caller, now: datetime, *, lock: bool = False
) -> Seen:
    """Return a case that the caller may see; `lock` keeps others from changing it.

    Raises NotFound for one that is not there or that they may not know of.
    """
    query = FIND_LOCKED if lock else FIND
    row = await connection.fetchrow(query, case, caller.organisation, now)
    if row is not None and (known := seen(row, caller)) is not None:
        return known
    raise NotFound("There is no case under this id.")


async def writable(
    connection: asyncpg.Connection, case: str, caller: Caller, now: datetime
) -> Seen:
    """Return a case that the caller may change, locked until the transaction ends.

    Raises NotFound for one they may not know of, RoleMissing for one they may only read.
    """
    seen = await found(connection, case, caller, now, lock=True)
    may_write(seen, caller)
    may_grow(seen)
    return seen


def may_grow(seen: Seen) -> None:
    """Let pass what is added to a case. Raises TransitionNotAllowed for one that was merged."""
    if seen.row["state"] == MERGED:
        raise TransitionNotAllowed("The case was merged into another.", allowed=[])


def may_write(seen: Seen, caller: Caller) -> None:
    """Let whoever may change a case pass. Raises RoleMissing."""
    if seen.access == "shared":
        raise RoleMissing("The case is shared with you for reading.")
    if caller.role not in WORKING:
        raise role_missing(caller, WORKING)
    if caller.role == LIMITED and not _theirs(seen.row, caller):
        raise RoleMissing("A monitor changes cases they opened or were assigned to.")


def writes(seen: Seen, caller: Caller) -> bool:
    """Say whether the caller may change a case."""
    try:
        may_write(seen, caller)
    except RoleMissing:
        return False
    return True


async def changeable(
    connection: asyncpg.Connection, cases: Collection[str], caller: Caller, now: datetime
) -> frozenset[str]:
    """Return which of some cases the caller may change, complaints and all."""
    rows = await connection.fetch(_FIND_SEVERAL, list(cases), caller.organisation, now)
    known = [one for row in rows if (one := seen(row, caller)) is not None]
    return frozenset(one.row["id"] for one in known if writes(one, caller))


async def known(
    connection: asyncpg.Connection, cases: Collection[str], caller: Caller, now: datetime
) -> frozenset[str]:
    """Return which of some cases the caller may know of."""
    if not cases:
        return frozenset()
    rows = await connection.fetch(_FIND_SEVERAL, list(cases), caller.organisation, now)
    return frozenset(row["id"] for row in rows if seen(row, caller) is not None)


async def hidden_in_region(connection: asyncpg.Connection, caller: Caller) -> Sequence[str]:
    """Return the merged cases of a coordinator's region that are hidden as what they went into.

    Asked before a list is: within its question the walk from case to case is planned badly.
    """
    if not sees_region(caller):
        return []
    rows = await connection.fetch(_HIDDEN, caller.region)
    return [row["id"] for row in rows]


def sees_region(caller: Caller) -> bool:
    """Say whether somebody coordinates a region, whose cases they see."""
    return caller.kind == COORDINATOR and caller.region is not None


async def lock(connection: asyncpg.Connection, *cases: str) -> None:
    """Keep others from changing some cases until the transaction ends, whoever else wants both."""
    await connection.execute(_LOCK, list(cases))


async def unfinished(connection: asyncpg.Connection, case: str) -> list[str]:
    """Name what of a case is not at its end: open complaints, outcomes that are not settled."""
    row = await connection.fetchrow(_UNFINISHED, case)
    return [name for name, open_ in row.items() if open_]


async def take_number(connection: asyncpg.Connection, organisation: str, year: int) -> str:
    """Return the next number of an organisation in a year."""
    last: int = await connection.fetchval(_NUMBER, organisation, year)
    return f"{year}-{last:06}"


async def insert(connection: asyncpg.Connection, table: str, values: Mapping[str, Any]) -> None:
    """Write a row of one of our tables."""
    names = ", ".join(values)
    places = ", ".join(f"${number}" for number in range(1, len(values) + 1))
    await connection.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", *values.values())


async def change(
    connection: asyncpg.Connection, case: str, values: Mapping[str, Any], now: datetime
) -> None:
    """Change columns of a case: its next revision."""
    sets = "".join(f", {name} = ${number}" for number, name in enumerate(values, 3))
    await connection.execute(
        f"UPDATE casefile SET revision = revision + 1, updated_at = $2{sets} WHERE id = $1",
        case,
        now,
        *values.values(),
    )


async def links_of(connection: asyncpg.Connection, case: str) -> Sequence[asyncpg.Record]:
    """Return what a case is linked to now."""
    rows: Sequence[asyncpg.Record] = await connection.fetch(
        "SELECT id, kind, target, linked_at FROM case_link"
        " WHERE case_id = $1 AND ended_at IS NULL ORDER BY linked_at, id",
        case,
    )
    return rows


async def parties_of(connection: asyncpg.Connection, case: str) -> Sequence[asyncpg.Record]:
    """Return who has a part in a case now."""
    rows: Sequence[asyncpg.Record] = await connection.fetch(
        "SELECT id, role, bin, name, note, added_at FROM case_party"
        " WHERE case_id = $1 AND ended_at IS NULL ORDER BY added_at, id",
        case,
    )
    return rows


async def shares_of(
    connection: asyncpg.Connection, case: str, now: datetime
) -> Sequence[asyncpg.Record]:
    """Return with whom a case is shared now."""
    rows: Sequence[asyncpg.Record] = await connection.fetch(
        "SELECT id, organisation, parts, may_comment, shared_at, expires_at FROM case_share"
        " WHERE case_id = $1 AND ended_at IS NULL AND expires_at > $2 ORDER BY shared_at, id",
        case,
        now,
    )
    return rows


def seen(row: Row, caller: Caller) -> Seen | None:
    """Return a case as the caller may see it; None for one they may not know of."""
    everything = frozenset(PARTS)
    if row["organisation"] == caller.organisation:
        return Seen(row, "own", everything)
    if _in_region(row, caller):
        return Seen(row, "region", everything)
    if row["shared_parts"] is not None:
        return Seen(row, "shared", frozenset(row["shared_parts"]), row["shared_comment"])
    if row["offered_to"] == caller.organisation and not row["embargoed"]:
        return Seen(row, "shared", frozenset(), may_comment=False)
    return None


def _in_region(row: Row, caller: Caller) -> bool:
    """Say whether a coordinator sees a case: nothing embargoed, nothing that rests on a tip."""
    if not sees_region(caller) or row["embargoed"] or row["of_tip"] or row["into_hidden"]:
        return False
    return row["region"] is not None and row["region"].startswith(caller.region)


def _theirs(row: Row, caller: Caller) -> bool:
    return caller.member is not None and caller.member in {row["created_by"], *row["assignees"]}


_TIP: Final = "SELECT FROM case_link AS link WHERE link.case_id = casefile.id AND link.kind = 'tip'"

OF_TIP: Final = f"EXISTS ({_TIP})"
"""Whether a case rests on a tip, or ever did: its region is not told that it is there."""

RESTS_ON_TIP: Final = f"EXISTS ({_TIP} AND link.ended_at IS NULL)"
"""Whether a case rests on a tip now: not one whose tips stayed with who handed it over."""

INTO_HIDDEN: Final = """CASE WHEN casefile.merged_into IS NULL THEN false ELSE EXISTS (
    WITH RECURSIVE above AS (
        SELECT casefile.merged_into AS top, false AS hidden
        UNION SELECT up.merged_into,
            up.embargoed OR up.id IN (SELECT case_id FROM case_link WHERE kind = 'tip')
        FROM above JOIN casefile AS up ON up.id = top
    )
    SELECT FROM above WHERE hidden) END"""
"""Whether a case was merged into one that is embargoed or of a tip: it is hidden as that one is."""

_FOUND: Final = f"""
    SELECT casefile.*, share.parts AS shared_parts, share.may_comment AS shared_comment,
           {OF_TIP} AS of_tip, {INTO_HIDDEN} AS into_hidden
    FROM casefile LEFT JOIN case_share AS share
      ON share.case_id = casefile.id AND share.organisation = $2
      AND share.ended_at IS NULL AND share.expires_at > $3
"""
FIND: Final = f"{_FOUND} WHERE casefile.id = $1"
FIND_LOCKED: Final = f"{FIND} FOR UPDATE OF casefile"

_FIND_SEVERAL: Final = f"{_FOUND} WHERE casefile.id = ANY($1::text[])"

_HIDDEN: Final = f"""
    SELECT id FROM casefile
    WHERE merged_into IS NOT NULL AND starts_with(region, $1) AND {INTO_HIDDEN}
"""

_LOCK: Final = "SELECT FROM casefile WHERE id = ANY($1::text[]) ORDER BY id FOR UPDATE"

_UNFINISHED: Final = """
    SELECT EXISTS (SELECT FROM complaint WHERE casefile = $1 AND state IN
             ('draft', 'in_approval', 'ready', 'filed', 'registered', 'in_consideration',
              'suspended', 'answered', 'assessed')) AS complaints,
           EXISTS (SELECT FROM outcome WHERE case_id = $1
                   AND state IN ('expected', 'claimed', 'disputed')) AS outcomes
"""

_NUMBER: Final = """
    INSERT INTO case_number (organisation, year, last) VALUES ($1, $2, 1)
    ON CONFLICT (organisation, year) DO UPDATE SET last = case_number.last + 1 RETURNING last
"""
