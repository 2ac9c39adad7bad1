"""What is due by the clock: windows that close, answers that are near their day or past it.

A term that nobody has confirmed reminds, and neither expires a draft nor is overdue. Each thing is
told once: of a day that moved it is told anew. Many workers may do this at once.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import asyncpg

from cases.complaints import store
from cases.complaints.clock import WAITING, clock, columns, declared_of, going_on
from cases.complaints.store import Row
from cases.complaints.telling import told
from cases.events import Happened, record
from cases.law.catalogue import Confirmation
from cases.law.counting import local_day
from cases.letters.confirmations import words
from shared.clock import Clock
from shared.database import Database
from shared.security import Caller, service_caller

EVERY: Final = 300.0
"""Seconds between two looks: days count, not minutes."""

AHEAD: Final = timedelta(days=14)
"""No reminder is declared for longer before a day."""

AT_ONCE: Final = 200

PLATFORM: Final[Caller] = service_caller()


async def look(database: Database, clock_: Clock) -> int:
    """Do what is due now; return how many complaints were touched."""
    touched = 0
    while True:
        async with database.transaction() as connection:
            done = await _some(connection, clock_.now())
        touched += done
        if done < AT_ONCE:
            return touched


async def _some(connection: asyncpg.Connection, now: datetime) -> int:
    today = local_day(now)
    rows = await connection.fetch(_DUE, today, today + AHEAD, AT_ONCE)
    given = await words(connection)
    done = 0
    for found in rows:
        row = store.opened(found)
        changes, happened = judge(row, now, given)
        await store.note(connection, row["id"], {**changes, "looked_on": today})
        await record(connection, PLATFORM, now, *happened)
        done += 1
    return done


def judge(
    row: Row, now: datetime, given: Sequence[Confirmation]
) -> tuple[dict[str, Any], list[Happened]]:
    """Return what of a complaint changes by the clock, and what is told of it."""
    today = local_day(now)
    declared = declared_of(row["route"], row["filed_on"] or today, given)
    if declared is None:
        return {}, []
    found = clock(declared, row["happened"], now)
    changes = {name: value for name, value in columns(found).items() if row[name] != value}
    routes = going_on(declared, row["state"], found)
    seen = {**row, **changes}
    if row["state"] not in WAITING:
        if found.window.state == "closed" and found.window.confirmed:
            after = {"state": "expired", "revision": row["revision"] + 1, "updated_at": now}
            gone = told({**seen, **after}, "expire", before=row["state"])
            return {**changes, **after}, [gone]
        return changes, []
    said = list(_said(row, seen, found.answer, routes, today))
    marks = {
        "reminded_on": today if any(one.what == "remind" for one in said) else None,
        "overdue_since": today if any(one.what == "overdue" for one in said) else None,
    }
    return {**changes, **{name: day for name, day in marks.items() if day}}, said


def _said(
    row: Row, seen: Mapping[str, Any], answer: Any, routes: Sequence[str], today: Any
) -> Iterator[Happened]:
    """Say that an answer is near its day, or that a confirmed term has ended without one."""
    due = answer.due_on
    days = [one.on for one in answer.reminders if one.code == "due" and one.on <= today]
    near = max(days, default=None)
    is_new = row["reminded_on"] is None or (near is not None and row["reminded_on"] < near)
    if due is not None and near is not None and today <= due and is_new:
        yield told(seen, "remind", type_="complaint.due_soon", more={"days_left": answer.days_left})
    was_told = row["overdue_since"] is not None and row["overdue_since"] > due if due else True
    if answer.state == "overdue" and not was_told:
        more = {"days_late": answer.days_late, "next_routes": [*routes]}
        yield told(seen, "overdue", type_="complaint.overdue", more=more)


_DUE: Final = f"""
    {store.SELECT}
    WHERE (complaint.looked_on IS NULL OR complaint.looked_on < $1)
      AND (complaint.state IN ('filed', 'registered', 'in_consideration')
             AND complaint.due_on < $2
           OR complaint.state IN ('draft', 'in_approval', 'ready')
             AND complaint.window_closes_on < $1)
    ORDER BY complaint.id LIMIT $3 FOR UPDATE OF complaint SKIP LOCKED
"""
