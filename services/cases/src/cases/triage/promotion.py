"""From alerts to a case: a new one or one that is there, and the links between them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import asyncpg

from cases import events
from cases.casefile import starting, store
from cases.casefile.starting import Start
from cases.events import Happened
from cases.lifecycle import life_cycle
from shared.errors import GuardFailed, NotFound
from shared.security import Caller

SEVERITY: Final = {"critical": "high", "high": "medium"}
"""Severity of a new case by the highest band of its alerts; low for any other."""

LONGEST_TITLE: Final = 200
CLOSED: Final = "The case is closed: reopen it first."


async def case_for(
    connection: asyncpg.Connection,
    caller: Caller,
    now: datetime,
    rows: Sequence[asyncpg.Record],
    *,
    named: str | None,
    title: str | None,
) -> str:
    """Return the case that alerts go into, linked to them: the one named, else a new one.

    Raises NotFound for a case that is not the caller's organisation's, RoleMissing for one the
    caller may not change, GuardFailed for a closed one.
    """
    links = [("alert", row["id"]) for row in rows]
    links += dict.fromkeys(("process", row["process_id"]) for row in rows)
    if named is None:
        return await starting.start(connection, caller, now, _start(rows, title), links)
    row = await _own(connection, caller, named, now)
    if life_cycle("case").states[row["state"]].final:
        raise GuardFailed(CLOSED, conditions=["open"])
    for kind, target in links:
        if await starting.link(connection, named, kind, target, now):
            told = _told(row, "linked", {"link": (None, [kind, target])})
            await events.record(connection, caller, now, told)
    return named


async def unlinked(
    connection: asyncpg.Connection,
    caller: Caller,
    now: datetime,
    *,
    alert: str,
    case: str,
    reason: str | None,
) -> None:
    """End the link of an alert to a case. Raises as `case_for` does."""
    row = await _own(connection, caller, case, now)
    link = await connection.fetchval(_UNLINK, case, alert, now, reason)
    told = _told(row, "unlinked", {"ended": (link, None)})
    await events.record(connection, caller, now, told)


async def _own(connection: asyncpg.Connection, caller: Caller, case: str, now: datetime) -> Any:
    seen = await store.writable(connection, case, caller, now)
    if seen.access != "own":
        raise NotFound("Alerts go into cases of one's own organisation.")
    return seen.row


def _told(row: Any, what: str, changes: dict[str, tuple[Any, Any]]) -> Happened:
    return Happened(
        object="case", id=row["id"], organisation=row["organisation"], what=what, changes=changes
    )


def _start(rows: Sequence[asyncpg.Record], title: str | None) -> Start:
    worst = max(rows, key=lambda row: row["rank"])
    codes = dict.fromkeys(code for row in rows for code in row["indicators"])
    named = title or f"{worst['process_id']}: {', '.join(codes)}"
    return Start(
        title=named[:LONGEST_TITLE],
        severity=SEVERITY.get(worst["band"], "low"),
        region=next((row["region"] for row in rows if row["region"]), None),
    )


_UNLINK: Final = """
    UPDATE case_link SET ended_at = $3, reason = $4
    WHERE case_id = $1 AND kind = 'alert' AND target = $2 AND ended_at IS NULL RETURNING id
"""
