"""Purchases of which a part has passed its date in the vault: asked for anew, not told in part.

What was published of one stays. Its records count as not held from then on, so that the next round
brings all that belongs to it, as when it was met for the first time.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

import asyncpg

from ingestor.sources.goszakup.pull.heads import Head
from ingestor.sources.goszakup.pull.store import Kept
from ingestor.sources.goszakup.pull.vault import Bodies
from shared.logs import logger

AT_ONCE: Final = 200  # a page of the portal
SHARED: Final = frozenset({"Plans", "Subjects"})
"""Roots whose records belong to more than one purchase."""

FORGET: Final = """
    DELETE FROM portal_record USING unnest($1::text[], $2::bigint[]) AS lapsed (root, id)
    WHERE portal_record.root = lapsed.root AND portal_record.id = lapsed.id
"""

NOTE: Final = """
    INSERT INTO portal_lapsed (root, id, noted_at)
    SELECT root, id, clock_timestamp() FROM unnest($1::text[], $2::bigint[]) AS given (root, id)
    ON CONFLICT (root, id) DO UPDATE SET noted_at = excluded.noted_at
"""

WAITING: Final = "SELECT root, id, noted_at FROM portal_lapsed ORDER BY noted_at LIMIT $1"

DONE: Final = """
    DELETE FROM portal_lapsed
    USING unnest($1::text[], $2::bigint[], $3::timestamptz[]) AS done (root, id, noted_at)
    WHERE portal_lapsed.root = done.root AND portal_lapsed.id = done.id
        AND portal_lapsed.noted_at = done.noted_at
"""

log = logger(__name__)


class Waiting(NamedTuple):
    """A record that brings a purchase with it: a notice, a contract, or a plan point's root."""

    root: str
    id: int
    noted_at: datetime


async def told_whole(
    connection: asyncpg.Connection, bodies: Bodies, whole: Mapping[Head, Sequence[Kept]]
) -> dict[Head, list[Kept]]:
    """Return what the records of processes say; those that can only be told in part are noted."""
    flat = {(one.root, one.id): one for kept in whole.values() for one in kept}
    filled = dict(zip(flat, await bodies.of(list(flat.values())), strict=True))
    found = {head: [filled[one.root, one.id] for one in kept] for head, kept in whole.items()}
    lapsed = {head: kept for head, kept in found.items() if any(one.body is None for one in kept)}
    await note(connection, lapsed)
    return {head: kept for head, kept in found.items() if head not in lapsed}


async def note(connection: asyncpg.Connection, lapsed: Mapping[Head, Iterable[Kept]]) -> None:
    """Let processes be asked for anew, with all that belongs to them."""
    if not lapsed:
        return
    log.info("records_lapsed", processes=len(lapsed))
    gone = {
        (one.root, one.id)
        for kept in lapsed.values()
        for one in kept
        if one.body is None or one.root not in SHARED
    }
    bring = {place for head, kept in lapsed.items() for place in _bringing(head, kept)}
    await connection.execute(FORGET, *_columns(gone, 2))
    await connection.execute(NOTE, *_columns(bring, 2))


async def waiting(connection: asyncpg.Connection) -> list[Waiting]:
    """Name what is to be asked for anew, as much as one page holds."""
    return [Waiting(*row) for row in await connection.fetch(WAITING, AT_ONCE)]


async def done(connection: asyncpg.Connection, asked: Sequence[Waiting]) -> None:
    """Note that these were asked for; what has lapsed again meanwhile stays."""
    await connection.execute(DONE, *_columns(asked, 3))


async def put_off(connection: asyncpg.Connection, failed: Sequence[Waiting]) -> None:
    """Let these wait behind all others: the portal answers none of them."""
    await connection.execute(NOTE, *_columns(failed, 2))


def _bringing(head: Head, kept: Iterable[Kept]) -> Iterable[tuple[str, int]]:
    """Name the records by which the portal is asked for a process."""
    if head.kind == "contract":
        return [("Contract", one.id) for one in kept if one.root == "Contract"]
    return [("TrdBuy" if head.kind == "notice" else "Plans", head.id)]


def _columns(rows: Iterable[Sequence[object]], width: int) -> list[list[object]]:
    listed = list(rows)
    return [[row[i] for row in listed] for i in range(width)]
