"""How long the answers to commands are remembered, and forgetting them: for workers, too."""

from datetime import datetime, timedelta
from typing import Final

import asyncpg

KEPT: Final = timedelta(hours=24)
"""How long an answer is remembered; published, so that callers know how long they may ask again."""


async def purge(connection: asyncpg.Connection, *, now: datetime) -> int:
    """Forget the answers that are older than `KEPT` and return how many these were."""
    done: str = await connection.execute(
        "DELETE FROM idempotency WHERE created_at <= $1", now - KEPT
    )
    return int(done.rpartition(" ")[2])
