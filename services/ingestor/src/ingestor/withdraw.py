"""A process that its publisher removed: a tombstone in the feed, and the reason kept."""

from typing import Final

import asyncpg

from ingestor.batch import FEED
from ingestor.store import lock_sources
from shared.feed import Change, publish_state
from shared.vocabulary.identifiers import process_id

WITHDRAW: Final = """
    UPDATE process SET withdrawn_at = now(), withdrawn_reason = $2, revision = revision + 1
    WHERE id = $1 AND withdrawn_at IS NULL
    RETURNING id
"""


async def withdraw(
    connection: asyncpg.Connection, source: str, ocid: str, reason: str
) -> int | None:
    """Withdraw a process inside the caller's transaction and return the feed's last number.

    Its releases stay as they were received; a release not seen before brings it back. Returns None
    where there is no such process, or it was withdrawn before.
    """
    await lock_sources(connection, [source])
    process = await connection.fetchval(WITHDRAW, process_id(source, ocid), reason)
    if process is None:
        return None
    return await publish_state(connection, FEED, [Change(process, None)])
