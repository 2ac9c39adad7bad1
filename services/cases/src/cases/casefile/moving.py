"""How a case moves: what is known of it when a move is decided, and what the move leaves behind."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any, Final

import asyncpg

from cases import events
from cases.casefile import store
from cases.casefile.documents import LIFE
from cases.casefile.store import Row, Seen
from cases.events import Happened
from cases.lifecycle import life_cycle
from cases.navigator.catalogue import signs
from shared.contracts.casework.cases import CaseMove
from shared.errors import FieldError, GuardFailed, ValidationFailed
from shared.security import Caller

MOVED: Final = "case.moved"
MERGE: Final = "merge"
SEVERE: Final = "high"
SECOND: Final = "second_person"
UNVERIFIED: Final = ("draft", "open", "investigating")
"""States in which a case has yet to be verified, again if it was reopened."""

LOCAL: Final = timezone(timedelta(hours=5))
"""Days are those of Kazakhstan."""


async def move(
    connection: asyncpg.Connection, seen: Seen, asked: CaseMove, caller: Caller, now: datetime
) -> None:
    """Take a case by a move to its next state.

    Raises what `LifeCycle.decide` raises, and NotFound for a case to merge into that is not there.
    """
    row = seen.row
    if asked.until is not None and asked.until <= now.astimezone(LOCAL).date():
        flaw = FieldError("/body/until", "past", "lies after today")
        raise ValidationFailed("The day is not to come.", errors=[flaw])
    facts = await _facts(connection, row, asked, caller, now)
    given = asked.model_dump(exclude_none=True)
    step = life_cycle(LIFE).decide(asked.move, row["state"], caller, given=given, facts=facts)
    after = (row["held_from"] if step.back else None) or step.after
    values = _values(row, asked, after)
    if after == "merged_into":
        await _merge(connection, row, str(asked.case), now)
    await store.change(connection, row["id"], values, now)
    told = [one["organisation"] for one in await store.shares_of(connection, row["id"], now)]
    await events.record(connection, caller, now, _happened(row, asked, after, values, told))


async def by_second_person(connection: asyncpg.Connection, row: Row, caller: Caller) -> bool:
    """Say whether what takes a second person of a severe case may be done by the caller."""
    return _is_second(await _known(connection, row["id"]), caller.member)


async def check_severity(
    connection: asyncpg.Connection, row: Row, values: Mapping[str, Any]
) -> None:
    """Let pass what is to change of a case.

    Raises GuardFailed for one that becomes severe and was verified by who opened or examined it:
    nobody else has seen it, and it will not be verified again.
    """
    if values.get("severity") != SEVERE:
        return
    known = await _known(connection, row["id"])
    if not _stands(known, known["first"]):
        raise GuardFailed(life_cycle(LIFE).guards[SECOND], conditions=[SECOND])


async def wake(connection: asyncpg.Connection, caller: Caller, now: datetime) -> int:
    """Put cases on that were on hold until today; return how many."""
    rows = await connection.fetch(_WAITED, now.astimezone(LOCAL).date())
    for row in rows:
        after = row["held_from"] or "investigating"
        values = {"state": after, "held_from": None, "on_hold_until": None}
        await store.change(connection, row["id"], values, now)
        happened = Happened(
            object="case",
            id=row["id"],
            organisation=row["organisation"],
            what="resume",
            type=MOVED,
            before="on_hold",
            after=after,
            shown={"case": row["id"], "state": after, "link": f"/v1/cases/{row['id']}"},
        )
        await events.record(connection, caller, now, happened)
    return len(rows)


async def _facts(
    connection: asyncpg.Connection, row: Row, asked: CaseMove, caller: Caller, now: datetime
) -> dict[str, bool]:
    known = await _known(connection, row["id"])
    return {
        "evidence": known["evidence"],
        "violation": not signs().isdisjoint(row["violations"]),
        SECOND: await _by_second(connection, known, asked, caller),
        "acted": known["filed"] or row["published_at"] is not None,
        "proven_outcome": known["proven"],
        "fits": await _fits(connection, row, asked.case, caller, now),
    }


async def _known(connection: asyncpg.Connection, case: str | None) -> Row:
    """Return what is known of a case, with all that was merged into it."""
    row: Row = await connection.fetchrow(_FACTS, case, SEVERE, UNVERIFIED)
    return row


async def _by_second(
    connection: asyncpg.Connection, known: Row, asked: CaseMove, caller: Caller
) -> bool:
    """Say whether a second person has seen what is severe.

    That is who moves it or, where it is merged into a verified case, who verified that one.
    """
    if asked.move != MERGE:
        return _is_second(known, caller.member)
    into = await _known(connection, asked.case)
    return not known["severe"] or _stands(into, [*known["first"], *into["first"]])


def _is_second(known: Row, member: str | None) -> bool:
    return not known["severe"] or _apart(member, known["first"])


def _stands(known: Row, first: Collection[str | None]) -> bool:
    """Say whether nobody verified a case, or somebody other than those who worked on it first."""
    return all(_apart(member, first) for member in known["verified_by"])


def _apart(member: str | None, first: Collection[str | None]) -> bool:
    others = {*first} - {None}
    return member is not None and bool(others) and member not in others


async def _fits(
    connection: asyncpg.Connection, row: Row, other: str | None, caller: Caller, now: datetime
) -> bool:
    if other is None or other == row["id"]:
        return False
    if not await store.known(connection, [other], caller, now):
        return False
    found: bool = await connection.fetchval(_OPEN, other, row["organisation"])
    return found


def _values(row: Row, asked: CaseMove, after: str) -> dict[str, Any]:
    held = after == "on_hold"
    return {
        "state": after,
        "held_from": row["state"] if held else None,
        "on_hold_until": asked.until if held else None,
        "merged_into": asked.case if after == "merged_into" else None,
    }


async def _merge(connection: asyncpg.Connection, row: Row, into: str, now: datetime) -> None:
    """Let the other case have the links of this one, and name this one."""
    await connection.execute(_TAKE_LINKS, row["id"], into, now)


def _happened(
    row: Row, asked: CaseMove, after: str, values: dict[str, Any], told: Sequence[str]
) -> Happened:
    case = row["id"]
    shown = {"case": case, "state": after, "link": f"/v1/cases/{case}"}
    changed = {
        name: (str(row[name]) if row[name] else None, str(new) if new else None)
        for name, new in values.items()
        if name != "state" and row[name] != new
    }
    return Happened(
        object="case",
        id=case,
        organisation=row["organisation"],
        what=asked.move,
        type=MOVED,
        before=row["state"],
        after=after,
        reason=asked.reason,
        note=asked.note,
        changes=changed,
        shown=shown,
        told=told,
    )


_FACTS: Final = """
    WITH RECURSIVE one AS (
        SELECT $1::text AS id
        UNION SELECT casefile.id FROM one JOIN casefile ON casefile.merged_into = one.id
    ), done AS (
        SELECT what, by_member, changes FROM one
        JOIN event ON event.object = 'case' AND event.object_id = one.id
    )
    SELECT EXISTS (SELECT FROM one JOIN casefile USING (id) WHERE severity = $2)
             OR EXISTS (SELECT FROM done
                        WHERE (changes -> 'severity') @> to_jsonb($2::text)) AS severe,
           ARRAY(SELECT created_by FROM one JOIN casefile USING (id)
                 UNION SELECT by_member FROM done
                 WHERE what IN ('created', 'investigate')) AS first,
           ARRAY(SELECT by_member FROM event JOIN casefile ON casefile.id = object_id
                 WHERE object = 'case' AND object_id = $1 AND what = 'verify'
                   AND coalesce(held_from, state) <> ALL($3::text[])
                 ORDER BY event.id DESC LIMIT 1) AS verified_by,
           EXISTS (SELECT FROM evidence WHERE case_id = $1) AS evidence,
           EXISTS (SELECT FROM complaint WHERE casefile = $1 AND filed_on IS NOT NULL) AS filed,
           EXISTS (SELECT FROM outcome
                   WHERE case_id = $1 AND state = 'confirmed' AND proof IS NOT NULL) AS proven
"""

_OPEN: Final = """
    SELECT EXISTS (SELECT FROM casefile WHERE id = $1 AND organisation = $2
                   AND state <> 'merged_into' AND NOT starts_with(state, 'closed_'))
"""

_TAKE_LINKS: Final = """
    INSERT INTO case_link (id, case_id, kind, target, linked_at)
    SELECT 'lnk_' || left(encode(sha256((id || $2)::bytea), 'hex'), 26), $2, kind, target, $3
    FROM case_link WHERE case_id = $1 AND ended_at IS NULL
    ON CONFLICT DO NOTHING
"""

_WAITED: Final = """
    SELECT id, organisation, held_from FROM casefile
    WHERE state = 'on_hold' AND on_hold_until <= $1 ORDER BY id FOR UPDATE SKIP LOCKED LIMIT 1000
"""
