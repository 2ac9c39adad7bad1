"""Telling recipients that something came: late, by chance, and without a word of it.

A tip is told to the members whose keys it is sealed to, each in a stream of their own: whoever is
kept out of it, administers the organisation, or runs the platform hears nothing. When is left to
chance, so that the moment of an event says nothing of the moment a sender acted: no moment is kept,
and of what came since the last telling one event is made. Whoever looks into the inbox sees it at
once.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from typing import Any, Final, Literal

import asyncpg
import msgspec

from cases.events import FEED
from cases.vault.house import ASTANA, day_of, new_id
from shared.clock import Clock
from shared.contracts.casework.events import CaseEvent
from shared.database import Database
from shared.feed import Change, publish_events
from shared.queue import Periodic

Type = Literal["tip.received", "tip.answered", "tip.withdrawn"]

EVERY: Final = 600.0
CHANCE: Final = 1 / 18
"""What is told at each look: after three hours on average, one in three thousand after a day."""


def due(vault: Database, database: Database, clock: Clock) -> list[Periodic]:
    """Return what the worker does about it."""

    async def look() -> None:
        await tell(vault, database, clock)

    return [Periodic("tips-told", EVERY, look)]


async def note(
    connection: asyncpg.Connection, tip: str, organisations: Sequence[str], type_: Type
) -> None:
    """Write down what recipients are to be told, in the transaction of it.

    Whoever is still to be told of something earlier will find this with it.
    """
    ids = [new_id("ntc") for _ in organisations]
    await connection.execute(_NOTE, tip, type_, list(organisations), ids)


async def note_withdrawal(
    connection: asyncpg.Connection, tip: str, organisations: Sequence[str]
) -> None:
    """Write down that there is nothing left to read, in place of what was to be told before."""
    await connection.execute(_FORGET, tip)
    await note(connection, tip, organisations, "tip.withdrawn")


async def tell(vault: Database, database: Database, clock: Clock, *, chance: float = CHANCE) -> int:
    """Tell some of what is to be told, each with this chance; return how much.

    Told first and forgotten then: what a crash repeats is known by its id, and left out.
    """
    today = datetime.combine(day_of(clock.now()), time(), ASTANA).astimezone(UTC)
    async with vault.transaction() as held:
        rows = await held.fetch(_TAKE, chance)
        told = [Change(f"tip/{row['id']}", _event(row, today)) for row in rows if row["members"]]
        if told:
            async with database.transaction() as connection:
                await publish_events(connection, FEED, told)
    return len(rows)


def _event(row: Mapping[str, Any], day: datetime) -> bytes:
    tip = row["tip"]
    event = CaseEvent(
        type=row["type"],
        at=day,
        organisations=[],
        members=row["members"],
        data={"tip": tip, "link": f"/v1/inbox/tips/{tip}"},
    )
    return msgspec.json.encode(event)


_NOTE: Final = """
    INSERT INTO notice (tip, organisation, id, type)
    SELECT $1, organisation, id, $2 FROM unnest($3::text[], $4::text[]) AS new (organisation, id)
    ON CONFLICT (tip, organisation) DO NOTHING
"""
_FORGET: Final = "DELETE FROM notice WHERE tip = $1"

# Ordered by a random id: not even the order of what is told together says what came first.
_TAKE: Final = """
    WITH taken AS (
        DELETE FROM notice WHERE id IN (
            SELECT id FROM notice WHERE random() < $1 FOR UPDATE SKIP LOCKED)
        RETURNING id, tip, organisation, type)
    SELECT id, tip, type, ARRAY(
        SELECT DISTINCT key.member FROM seal JOIN recipient_key AS key ON key.id = seal.key
        WHERE seal.tip = taken.tip AND key.organisation = taken.organisation
        ORDER BY key.member) AS members
    FROM taken ORDER BY id
"""
