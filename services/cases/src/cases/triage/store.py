"""Alerts and what organisations decided on them, in the database."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import asyncpg

from cases.events import Happened, record
from cases.lifecycle import life_cycle
from shared.errors import NotFound
from shared.security import Caller, service_caller
from shared.vocabulary.money import TENGE

DELAY: Final = timedelta(days=1)
"""How late others are told that somebody works on an alert."""

MOST_SIMILAR: Final = 20


@dataclass(frozen=True, kw_only=True)
class Question:
    """Which alerts are listed; empty means all."""

    state: Sequence[str] = ()
    region: Sequence[str] = ()
    buyer: Sequence[str] = ()
    band: Sequence[str] = ()
    indicator: Sequence[str] = ()
    since: datetime | None = None


async def find(
    connection: asyncpg.Connection, organisation: str | None, ids: Sequence[str]
) -> list[asyncpg.Record]:
    """Return alerts as they stand with an organisation, in the order asked for.

    Raises NotFound if one of them is not there.
    """
    rows = await connection.fetch(
        f"{_STANDING} WHERE alert.id = ANY($2::text[])", organisation, ids
    )
    by_id = {row["id"]: row for row in rows}
    if missing := [one for one in ids if one not in by_id]:
        raise NotFound(f"There is no such alert: {missing[0]}.")
    return [by_id[one] for one in ids]


async def lock(connection: asyncpg.Connection, organisation: str, ids: Iterable[str]) -> None:
    """Let nobody else of the organisation move these alerts until the transaction ends."""
    await connection.execute(_LOCK, organisation, sorted(ids))


async def listed(
    connection: asyncpg.Connection,
    organisation: str | None,
    question: Question,
    after: Sequence[Any] | None,
    limit: int,
) -> list[asyncpg.Record]:
    """List alerts as they stand with an organisation, newest first."""
    at, id_ = (datetime.fromisoformat(after[0]), after[1]) if after else (None, None)
    rows: list[asyncpg.Record] = await connection.fetch(
        _LISTED,
        organisation,
        list(question.state) or None,
        [f"{one}%" for one in question.region] or None,
        list(question.buyer) or None,
        list(question.band) or None,
        list(question.indicator) or None,
        question.since,
        at,
        id_,
        limit,
    )
    return rows


async def similar(
    connection: asyncpg.Connection, organisation: str | None, alert: Mapping[str, Any]
) -> list[asyncpg.Record]:
    """Return alerts that share the purchase, the buyer or a supplier, the most alike first."""
    rows: list[asyncpg.Record] = await connection.fetch(
        _SIMILAR,
        organisation,
        alert["id"],
        alert["process_id"],
        alert["buyer"],
        alert["suppliers"],
        alert["indicators"],
        MOST_SIMILAR,
    )
    return rows


async def move(
    connection: asyncpg.Connection,
    organisation: str,
    alert_id: str,
    state: str,
    *,
    reason: str | None,
    note: str | None,
    until: datetime | None,
    now: datetime,
    member: str | None,
) -> None:
    """Keep where an alert stands now with an organisation."""
    await connection.execute(_MOVE, organisation, alert_id, state, reason, note, until, now, member)


async def moved_by_platform(
    connection: asyncpg.Connection, move_: str, rows: Sequence[Mapping[str, Any]], now: datetime
) -> None:
    """Take a move of the platform itself: `rows` name the organisation and the alert."""
    if not rows:
        return
    declared = life_cycle("alert").moves[move_]
    organisations = [row["organisation"] for row in rows]
    ids = [row["alert_id"] for row in rows]
    taken = await connection.fetch(_TAKE, organisations, ids, declared.before, declared.after, now)
    because = {(row["organisation"], row["alert_id"]): row.get("because") for row in rows}
    happened = [
        Happened(
            object="alert",
            id=row["alert_id"],
            organisation=row["organisation"],
            what=move_,
            type="alert.triaged",
            before=row["before"],
            after=declared.after,
            shown={
                "state": declared.after,
                "because": because[row["organisation"], row["alert_id"]],
            },
        )
        for row in taken
    ]
    await record(connection, service_caller(), now, *happened)


async def wake(connection: asyncpg.Connection, now: datetime) -> int:
    """Bring back what was snoozed until now; return how many."""
    rows = await connection.fetch(_EXPIRED, now)
    await moved_by_platform(connection, "expire", rows, now)
    await connection.execute("DELETE FROM snooze WHERE until <= $1", now)
    return len(rows)


async def tell(
    connection: asyncpg.Connection,
    caller: Caller,
    now: datetime,
    alert: Mapping[str, Any],
    *,
    what: str,
    after: str,
    reason: str | None = None,
    note: str | None = None,
    case: str | None = None,
) -> None:
    """Write down a move of an alert, with what is counted of it."""
    assert caller.organisation is not None
    amount = alert["amount"] if alert["currency"] == TENGE else None
    shown = {
        "state": after,
        "process": alert["process_id"],
        "indicators": list(alert["indicators"]),
        "region": alert["region"],
        "amount": None if amount is None else str(amount),
        "reason": reason,
        "case": case,
    }
    happened = Happened(
        object="alert",
        id=alert["id"],
        organisation=caller.organisation,
        what=what,
        type="alert.triaged",
        before=alert["state"],
        after=after,
        reason=reason,
        note=note,
        shown={name: value for name, value in shown.items() if value is not None},
    )
    await record(connection, caller, now, happened)


async def elsewhere(
    connection: asyncpg.Connection, organisation: str | None, process: str, now: datetime
) -> int:
    """Count the other organisations that work on a purchase and let others know."""
    number: int = await connection.fetchval(_ELSEWHERE, organisation, process, now - DELAY)
    return number


_COLUMNS: Final = """
    alert.*, coalesce(triage.state, CASE WHEN alert.replaced_by IS NULL THEN 'new'
        ELSE 'superseded' END) AS state,
    triage.reason, triage.note, triage.until, triage.changed_at, triage.changed_by,
    coalesce(triage.revision, 0) AS revision,
    ARRAY(SELECT link.case_id FROM case_link AS link JOIN casefile ON casefile.id = link.case_id
        WHERE link.kind = 'alert' AND link.target = alert.id AND link.ended_at IS NULL
            AND casefile.organisation = $1 ORDER BY link.linked_at, link.case_id) AS cases
"""

_FROM: Final = """
    FROM alert LEFT JOIN triage ON triage.alert_id = alert.id AND triage.organisation = $1
"""

_STANDING: Final = f"SELECT {_COLUMNS} {_FROM}"

# The state is decided before it is compared: an alert that nobody touched has no row.
_LISTED: Final = f"""
    SELECT * FROM (SELECT {_COLUMNS} {_FROM}
        WHERE ($3::text[] IS NULL OR alert.region LIKE ANY($3))
            AND ($4::text[] IS NULL OR alert.buyer = ANY($4))
            AND ($5::text[] IS NULL OR alert.band = ANY($5))
            AND ($6::text[] IS NULL OR alert.indicators && $6)
            AND ($7::timestamptz IS NULL OR alert.raised_at >= $7)
            AND ($8::timestamptz IS NULL OR (alert.raised_at, alert.id) < ($8, $9::text))
    ) AS standing
    WHERE $2::text[] IS NULL OR state = ANY($2)
    ORDER BY raised_at DESC, id DESC LIMIT $10
"""

_SIMILAR: Final = f"""
    SELECT *, count(*) OVER () AS found FROM (
        SELECT {_COLUMNS}, array_remove(ARRAY[
            CASE WHEN alert.process_id = $3 THEN 'same_process' END,
            CASE WHEN alert.buyer = $4 THEN 'same_buyer' END,
            CASE WHEN alert.suppliers && $5 THEN 'same_supplier' END,
            CASE WHEN alert.indicators && $6 THEN 'same_indicator' END], NULL) AS reasons
        {_FROM}
        WHERE alert.id <> $2
            AND (alert.process_id = $3 OR alert.buyer = $4 OR alert.suppliers && $5::text[])
    ) AS alike
    ORDER BY cardinality(reasons) DESC, raised_at DESC, id LIMIT $7
"""

_LOCK: Final = """
    SELECT pg_advisory_xact_lock(hashtextextended(concat_ws(chr(10), 'triage', $1::text, id), 0))
    FROM unnest($2::text[]) AS id
"""

_MOVE: Final = """
    INSERT INTO triage (organisation, alert_id, state, reason, note, until, changed_at, changed_by,
                        revision)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1)
    ON CONFLICT (organisation, alert_id) DO UPDATE SET state = excluded.state,
        reason = excluded.reason, note = excluded.note, until = excluded.until,
        changed_at = excluded.changed_at, changed_by = excluded.changed_by,
        revision = triage.revision + 1
"""

# Several may be told to wake what a person moves at the same moment: whoever comes first wins.
_TAKE: Final = """
    UPDATE triage SET state = $4, reason = NULL, note = NULL, until = NULL, changed_at = $5,
        changed_by = NULL, revision = triage.revision + 1
    FROM (
        SELECT organisation, alert_id, state AS before FROM triage
        JOIN unnest($1::text[], $2::text[]) AS told (organisation, alert_id)
            USING (organisation, alert_id)
        WHERE state = ANY($3::text[]) ORDER BY organisation, alert_id FOR UPDATE OF triage
    ) AS taken
    WHERE (triage.organisation, triage.alert_id) = (taken.organisation, taken.alert_id)
    RETURNING triage.organisation, triage.alert_id, taken.before
"""

_EXPIRED: Final = """
    SELECT organisation, alert_id FROM triage WHERE state = 'snoozed' AND until <= $1
"""

_ELSEWHERE: Final = """
    SELECT count(DISTINCT triage.organisation)
    FROM triage JOIN alert ON alert.id = triage.alert_id
        JOIN telling ON telling.organisation = triage.organisation
    WHERE alert.process_id = $2 AND triage.organisation IS DISTINCT FROM $1
        AND triage.changed_at <= $3 AND telling.since <= $3
        AND (triage.state = 'in_review' OR triage.state = 'promoted' AND EXISTS (
            SELECT FROM case_link AS link JOIN casefile ON casefile.id = link.case_id
            WHERE link.kind = 'alert' AND link.target = alert.id AND link.ended_at IS NULL
                AND casefile.organisation = triage.organisation AND NOT casefile.embargoed
                AND NOT EXISTS (SELECT FROM case_link AS other
                    WHERE other.case_id = casefile.id AND other.kind = 'tip')))
"""
