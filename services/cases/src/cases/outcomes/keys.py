"""Under what an outcome is counted once: what organisations that report the same have in common.

What stops a purchase or makes it cheaper is a thing of the purchase: its process comes before its
contract, which only some who report it know. Fines, money returned and all else are things of a
contract, of which one purchase can have several.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

import asyncpg

from cases.outcomes import store
from cases.outcomes.sense import amounts
from shared.security import service_caller

NAMED: Final = "counted_once_key"


class Rekeyed(NamedTuple):
    """How many outcomes are counted by their process now, and how many stay by their contract."""

    changed: int
    stay: int


def of_purchases() -> list[str]:
    """Return the kinds of outcomes by which money of a purchase is not spent."""
    return [kind for kind, possible in amounts().items() if "prevented" in possible]


def fields(kind: str) -> tuple[str, str, str]:
    """Return the fields of a body that a key is taken from: the first that is given."""
    of_purchase = kind in of_purchases()
    return (NAMED, "process", "contract") if of_purchase else (NAMED, "contract", "process")


async def rekey(connection: asyncpg.Connection, now: datetime) -> Rekeyed:
    """Count outcomes by their process that were kept when the contract came first.

    Each change is an event, so that figures follow. An outcome stays where its organisation has
    another of its kind for the same purchase: both go on being counted.
    """
    rows = await connection.fetch(_BY_CONTRACT, of_purchases())
    theirs = [row for row in rows if row[NAMED] == store.folded(row["contract"])]
    done = [await _rekeyed(connection, row, now) for row in theirs]
    return Rekeyed(sum(done), len(done) - sum(done))


async def _rekeyed(connection: asyncpg.Connection, row: Mapping[str, Any], now: datetime) -> bool:
    key = store.folded(row["process_id"])
    try:
        async with connection.transaction():
            await store.put(connection, row["id"], {NAMED: key})
    except asyncpg.UniqueViolationError:
        return False
    changes = {NAMED: (row[NAMED], key)}
    told = {**row, NAMED: key}
    await store.tell(connection, service_caller(), now, "change", told, changes=changes)
    return True


_BY_CONTRACT: Final = """
    SELECT * FROM outcome
    WHERE kind = ANY($1::text[]) AND state NOT IN ('refuted', 'none')
        AND process_id IS NOT NULL AND contract IS NOT NULL AND counted_once_key IS NOT NULL
    ORDER BY created_at, id FOR UPDATE
"""
