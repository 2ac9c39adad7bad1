"""What should never have been said of a register is taken back: rows leave, tombstones stay."""

from typing import Final

from ingestor.load import Desk
from ingestor.registers.store import FEED
from ingestor.store import lock_sources
from shared.feed import Change, publish_state
from shared.logs import logger

DELETE: Final = (
    """DELETE FROM register_entry
       WHERE register = $1 AND source = $2 AND ($3::text IS NULL OR key = $3) RETURNING key""",
    """DELETE FROM register_coverage
       WHERE register = $1 AND source = $2 AND $3::text IS NULL RETURNING key""",
)

log = logger(__name__)


async def withdraw(desk: Desk, register: str, source: str, key: str | None) -> int:
    """Take back one entry, or all that a source said of a register; returns how many rows."""
    async with desk.database.transaction() as connection:
        await lock_sources(connection, [source])
        gone = [
            row["key"]
            for statement in DELETE
            for row in await connection.fetch(statement, register, source, key)
        ]
        head = await publish_state(connection, FEED, [Change(one, None) for one in gone])
    if gone:
        await desk.bell.ring(FEED, head)
        log.info("register_withdrawn", register=register, source=source, count=len(gone))
    return len(gone)
