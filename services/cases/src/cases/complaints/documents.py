"""Complaints as they are shown."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from cases.complaints.clock import clock, declared_of, going_on
from cases.complaints.sides import Side, possible
from cases.law.catalogue import Confirmation
from cases.law.counting import local_day
from shared.contracts.casework.authority import ReceivedComplaint
from shared.contracts.casework.complaints import Clock, OwnComplaint
from shared.security import Caller


def shown(
    row: Mapping[str, Any],
    caller: Caller,
    now: datetime,
    words: Sequence[Confirmation],
    *,
    works_on: bool,
) -> OwnComplaint:
    """Return a complaint as its organisation sees it; `works_on`: who may change its case."""
    overdue, routes = _standing(row, now, words)
    names = {
        "case": row["casefile"],
        "values": row["said"],
        "next": row["following"],
        "clock": _clock(row),
        "overdue": overdue,
        "moves": [*possible(row["state"], caller, "own")] if works_on else [],
        "next_routes": routes,
    }
    return msgspec.convert({**row, **names}, OwnComplaint)


def received(
    row: Mapping[str, Any], caller: Caller, now: datetime, words: Sequence[Confirmation]
) -> ReceivedComplaint:
    """Return a complaint as the body sees it that it is addressed to: nothing of its case."""
    side: Side = "addressee"
    overdue, _ = _standing(row, now, words)
    names = {
        "clock": _clock(row),
        "overdue": overdue,
        "moves": [*possible(row["state"], caller, side)],
        "letter": row["letter"],
    }
    return msgspec.convert({**row, **names}, ReceivedComplaint)


def _standing(
    row: Mapping[str, Any], now: datetime, words: Sequence[Confirmation]
) -> tuple[bool, list[str]]:
    """Return whether it is overdue now, and the routes that go on from it."""
    declared = declared_of(row["route"], row["filed_on"] or local_day(now), words)
    if declared is None:
        return False, []
    found = clock(declared, row["happened"], now)
    return found.answer.state == "overdue", going_on(declared, row["state"], found)


def _clock(row: Mapping[str, Any]) -> Clock:
    named = {name: row[name] for name in Clock.__struct_fields__ if name != "confirmed"}
    return Clock(**named, confirmed=row["term_confirmed"])
