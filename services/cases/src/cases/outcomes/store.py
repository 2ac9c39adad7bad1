"""Outcomes in the database: found by whoever may see them, kept, and told to the event log."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import asyncpg

from cases.events import Happened, record
from shared.errors import NotFound
from shared.security import Caller

TYPES: Final = {
    "claim": "outcome.claimed",
    "confirm": "outcome.confirmed",
    "dispute": "outcome.disputed",
    "reopen": "outcome.disputed",
    "refute": "outcome.refuted",
}
"""What of its moves is told, under which type of event."""

BODY: Final = "authority:"
"""What stands before the code of an authority among those whom an organisation speaks for."""

_SPACES: Final = re.compile(r"[\s№#]+")


@dataclass(frozen=True, kw_only=True)
class Question:
    """Which outcomes are listed; empty means all that the caller may see."""

    kind: Sequence[str] = ()
    state: Sequence[str] = ()
    case: str | None = None
    organisation: Sequence[str] = ()
    region: Sequence[str] = field(default=())
    campaign: Sequence[str] = ()
    amount_from: int | None = None


def folded(key: str) -> str:
    """Return a key as organisations that write it differently have it in common.

    >>> folded("№ 990240000001/ 250012 /00")
    '990240000001/250012/00'
    """
    return _SPACES.sub("", key).casefold()


async def find(
    connection: asyncpg.Connection, caller: Caller, id_: str, *, lock: bool = False
) -> asyncpg.Record:
    """Return an outcome that the caller may see. Raises NotFound for any other."""
    statement = f"{_SEEN} AND outcome.id = $4"
    if lock:
        statement += " FOR UPDATE OF outcome"
    row = await connection.fetchrow(statement, *_eyes(caller), id_)
    if row is None:
        raise NotFound("There is no such outcome.")
    return row


async def listed(
    connection: asyncpg.Connection,
    caller: Caller,
    question: Question,
    after: Sequence[Any] | None,
    limit: int,
) -> list[asyncpg.Record]:
    """List outcomes that the caller may see, newest first."""
    at, id_ = (datetime.fromisoformat(after[0]), after[1]) if after else (None, None)
    rows: list[asyncpg.Record] = await connection.fetch(
        _LISTED,
        *_eyes(caller),
        list(question.kind) or None,
        list(question.state) or None,
        question.case,
        list(question.organisation) or None,
        [f"{one}%" for one in question.region] or None,
        list(question.campaign) or None,
        question.amount_from,
        at,
        id_,
        limit,
    )
    return rows


async def add(connection: asyncpg.Connection, row: Mapping[str, Any]) -> None:
    """Keep a new outcome. Raises asyncpg.UniqueViolationError if it is there under its key."""
    names = ", ".join(row)
    places = ", ".join(f"${number}" for number in range(1, len(row) + 1))
    await connection.execute(f"INSERT INTO outcome ({names}) VALUES ({places})", *row.values())


async def put(connection: asyncpg.Connection, id_: str, changes: Mapping[str, Any]) -> None:
    """Change an outcome: its revision grows. Raises asyncpg.UniqueViolationError as `add` does."""
    sets = ", ".join(f"{name} = ${number}" for number, name in enumerate(changes, start=2))
    await connection.execute(
        f"UPDATE outcome SET revision = revision + 1, {sets} WHERE id = $1", id_, *changes.values()
    )


async def attached_by(connection: asyncpg.Connection, id_: str) -> str | None:
    """Return who attached the proof of an outcome: organisation/member."""
    found: str | None = await connection.fetchval(_ATTACHED, id_)
    return found


async def tell(
    connection: asyncpg.Connection,
    caller: Caller,
    now: datetime,
    what: str,
    row: Mapping[str, Any],
    *,
    before: str | None = None,
    reason: str | None = None,
    note: str | None = None,
    changes: Mapping[str, tuple[Any, Any]] | None = None,
) -> None:
    """Write down what was done to an outcome, with all that is counted of it."""
    happened = Happened(
        object="outcome",
        id=row["id"],
        organisation=row["organisation"],
        what=what,
        type=TYPES.get(what),
        before=before,
        after=row["state"],
        reason=reason,
        note=note,
        changes={name: (_plain(old), _plain(new)) for name, (old, new) in (changes or {}).items()},
        shown=snapshot(row),
    )
    await record(connection, caller, now, happened)


def snapshot(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an event says of the outcome it is of: all that is ever counted."""
    told = {
        "kind": row["kind"],
        "state": row["state"],
        "case": row["case_id"],
        "process": row["process_id"],
        "region": row["region"],
        "campaign": row["campaign"],
        "indicators": list(row["indicators"]),
        "amount": _plain(row["amount"]),
        "amount_kind": row["amount_kind"],
        "key": row["counted_once_key"],
    }
    return {name: value for name, value in told.items() if value is not None}


def _plain(value: Any) -> Any:
    known = (str, int, bool, list, type(None))
    return value if isinstance(value, known) else str(value)


def _eyes(caller: Caller) -> tuple[str | None, list[str], str | None]:
    """Return whose outcomes a caller sees as their own: parameters 1 to 3 of `_SEEN`."""
    spoken_for = caller.speaks_for if caller.kind == "authority" else ()
    bodies = sorted(one.removeprefix(BODY) for one in spoken_for if one.startswith(BODY))
    region = caller.region if caller.role == "coordinator" else None
    return caller.organisation, bodies, region and f"{region}%"


# One's own, asked of one's authority, or within the region one coordinates; of others what is
# confirmed is told in part. Of a case that is embargoed or ever rested on a tip, or was merged into
# such a one, others are told nothing.
_SEEN: Final = """
    SELECT * FROM (
        SELECT outcome.*, outcome.organisation IS NOT DISTINCT FROM $1 AS own,
            coalesce(outcome.authority = ANY($2::text[]), false) AS asked,
            coalesce(outcome.region LIKE $3::text, false) AS within
        FROM outcome
    ) AS outcome
    WHERE (own OR (asked OR within OR state = 'confirmed') AND NOT EXISTS (
        WITH RECURSIVE above AS (
            SELECT outcome.case_id AS top
            UNION SELECT merged_into FROM above JOIN casefile ON id = top
        )
        SELECT FROM above LEFT JOIN fact_case ON fact_case.case_id = top
        WHERE fact_case.hidden OR EXISTS (
            SELECT FROM case_link WHERE case_link.case_id = top AND kind = 'tip')))
"""

_LISTED: Final = f"""{_SEEN}
        AND ($4::text[] IS NULL OR outcome.kind = ANY($4))
        AND ($5::text[] IS NULL OR outcome.state = ANY($5))
        AND ($6::text IS NULL OR (outcome.case_id = $6 AND outcome.organisation = $1))
        AND ($7::text[] IS NULL OR outcome.organisation = ANY($7))
        AND ($8::text[] IS NULL OR outcome.region LIKE ANY($8))
        AND ($9::text[] IS NULL OR outcome.campaign = ANY($9))
        AND ($10::numeric IS NULL OR outcome.amount >= $10)
        AND ($11::timestamptz IS NULL OR (outcome.created_at, outcome.id) < ($11, $12::text))
    ORDER BY outcome.created_at DESC, outcome.id DESC LIMIT $13
"""

_ATTACHED: Final = """
    SELECT concat(by_organisation, '/', coalesce(by_member, 'None')) FROM event
    WHERE object = 'outcome' AND object_id = $1 AND changes #>> '{proof,1}' IS NOT NULL
    ORDER BY id DESC LIMIT 1
"""
