"""How long tips are kept, and how they are destroyed: without its data keys no piece can be read.

Ninety days after a tip has ended nothing is left of it but what is counted: the month, the channel,
the organisations, and how it ended. Every minute the tables give back the space of what was deleted
or overwritten, for a withdrawal and whoever is kept out too.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import asyncpg

from cases.vault.house import day_of
from shared.clock import Clock
from shared.database import Database
from shared.kept_answers import purge as forget_answers
from shared.queue import Periodic

KEPT: Final = timedelta(days=90)
EVERY: Final = 3600.0
TIDIED_EVERY: Final = 60.0

WORK_COUNTS: Final = timedelta(days=2)
"""How long work is known as spent: its challenge counts on its day and the next."""


def due(vault: Database, clock: Clock) -> list[Periodic]:
    """Return what the worker does about tips."""

    async def keep() -> None:
        await purge(vault, clock)

    async def clean() -> None:
        await tidy(vault)

    return [Periodic("tips-purged", EVERY, keep), Periodic("vault-tidied", TIDIED_EVERY, clean)]


async def purge(vault: Database, clock: Clock) -> int:
    """Destroy the tips whose time is over, and return how many these were."""
    async with vault.transaction() as connection:
        await forget_answers(connection, now=clock.now())
        today = day_of(clock.now())
        await connection.execute(_UNUSABLE, today - WORK_COUNTS)
        ids = [row["id"] for row in await connection.fetch(_OVER, today - KEPT)]
        await shred(connection, ids)
        for query in _FORGET:
            await connection.execute(query, ids)
    return len(ids)


async def tidy(vault: Database) -> None:
    """Give back the space of what is deleted, in every table that held anything of a tip."""
    async with vault.connection() as connection:
        await connection.execute(f"VACUUM {', '.join(HELD)}")


async def shred(connection: asyncpg.Connection, tips: Sequence[str]) -> None:
    """Drop every data key and every content of tips, and what they name.

    Which keys they were sealed to is kept, so that their recipients still see how they ended.
    """
    for query in _SHRED:
        await connection.execute(query, tips)


HELD: Final = (
    *("tip", "piece", "seal", "excluded", "digest", "notice", "move", "spent", "idempotency"),
)

_UNUSABLE: Final = 'DELETE FROM spent WHERE "on" <= $1'
_OVER: Final = """
    SELECT id FROM tip WHERE purged_as IS NULL AND ended_on <= $1 FOR UPDATE
"""
_SHRED: Final = (
    "UPDATE seal SET sealed = '' WHERE tip = ANY($1::text[])",
    "UPDATE piece SET content = '', file = NULL WHERE tip = ANY($1::text[])",
    "DELETE FROM digest WHERE tip = ANY($1::text[])",
    "UPDATE tip SET wrapped_key = '' WHERE id = ANY($1::text[])",
)
_FORGET: Final = (
    "DELETE FROM seal WHERE tip = ANY($1::text[])",
    "DELETE FROM piece WHERE tip = ANY($1::text[])",
    "DELETE FROM excluded WHERE tip = ANY($1::text[])",
    "DELETE FROM notice WHERE tip = ANY($1::text[])",
    "DELETE FROM move WHERE tip = ANY($1::text[])",
    """
    UPDATE tip SET (purged_as, status, revision, lookup, proof, once, public_key, wrapped_key,
                    adopted_by, summary, casefile, merged_into, ended_on, received_on)
      = (status, 'purged', revision + 1, NULL, NULL, NULL, NULL, NULL,
         NULL, NULL, NULL, NULL, NULL, date_trunc('month', received_on)::date)
    WHERE id = ANY($1::text[])
    """,
)
