"""The event log of cases: what was done, by whom, with old and new values, and who is told of it.

Everything that is counted later is counted from here. An event is written in the transaction of
its effect; what others may know of it goes to the feed "case_events" in the same transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import asyncpg
import msgspec

from cases.outcomes import counting
from cases.triage import feedback
from shared.contracts.casework.events import CaseEvent
from shared.feed import Change, publish_events
from shared.security import Caller

FEED: Final = "case_events"


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """Something that was done to a thing of an organisation.

    `type` is a type of the public event catalogue (`case.moved`), or None where nobody is told;
    `told` are the organisations beside the owner that are told, `public` whether everybody is.
    `changes` are fields with their old and new values; `shown` is what the event tells of itself.
    """

    object: str
    id: str
    organisation: str
    what: str
    type: str | None = None
    before: str | None = None
    after: str | None = None
    reason: str | None = None
    note: str | None = None
    changes: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    shown: Mapping[str, Any] = field(default_factory=dict)
    told: Sequence[str] = ()
    public: bool = False

    def judged(self) -> feedback.Judged:
        """Return what it may say of the indicators that led there."""
        return feedback.Judged(self.object, self.id, self.what, self.reason, self.shown)


async def record(
    connection: asyncpg.Connection, caller: Caller, now: datetime, *happened: Happened
) -> None:
    """Write down what was done, and tell whoever may know of it."""
    feed: list[Change] = []
    counted: list[int] = []
    for each in happened:
        number = await connection.fetchval(_WRITE, *_row(each, caller, now))
        if each.object in counting.OBJECTS:
            counted.append(number)
        if each.type is not None:
            feed.append(Change(f"case_event/{number}", msgspec.json.encode(_told(each, now))))
    if feed or counted:  # counted under the lock of the feed: one at a time, in the feed's order
        await publish_events(connection, FEED, feed)
    if counted:
        await counting.count(connection, counted)
        await feedback.tell(connection, [each.judged() for each in happened], now)


async def of(connection: asyncpg.Connection, object_: str, id_: str) -> Sequence[asyncpg.Record]:
    """Return what was done to a thing, the first first."""
    found: Sequence[asyncpg.Record] = await connection.fetch(_OF, object_, id_)
    return found


def _row(each: Happened, caller: Caller, now: datetime) -> tuple[Any, ...]:
    changes = {name: [old, new] for name, (old, new) in each.changes.items()}
    return (
        each.object,
        each.id,
        each.organisation,
        each.what,
        now,
        caller.organisation,
        caller.member,
        each.before,
        each.after,
        each.reason,
        each.note,
        msgspec.json.encode(changes).decode(),
        msgspec.json.encode(each.shown).decode(),
    )


def _told(each: Happened, now: datetime) -> CaseEvent:
    assert each.type is not None
    owners = [each.organisation, *each.told]
    return CaseEvent(
        type=each.type,
        at=now,
        organisations=list(dict.fromkeys(owners)),
        public=each.public,
        data={"id": each.id, **each.shown},
    )


_WRITE: Final = """
    INSERT INTO event (object, object_id, organisation, what, at, by_organisation, by_member,
                       before, after, reason, note, changes, shown)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::jsonb, $13::jsonb) RETURNING id
"""

_OF: Final = """
    SELECT id, object, object_id, organisation, what, at, by_organisation, by_member, before, after,
           reason, note, changes, shown
    FROM event WHERE object = $1 AND object_id = $2 ORDER BY id
"""
