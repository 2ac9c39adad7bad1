"""The feed "plans": plan points that no purchase has taken up yet; one that is taken up leaves."""

from collections.abc import Iterable, Mapping
from typing import Final

import asyncpg
from msgspec import Raw
from msgspec.json import encode

from ingestor.batch import Occasion
from ingestor.intake import Accepted
from shared.contracts.releases import ReleaseEntry
from shared.feed import Change, publish_state

FEED: Final = "plans"

KNOWN: Final = "SELECT id, root, revision, hash FROM plan WHERE root = ANY($1)"

SET: Final = """
    INSERT INTO plan (id, root, revision, hash) VALUES ($1, $2, $3, $4)
    ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, hash = excluded.hash
"""


async def publish(
    connection: asyncpg.Connection,
    free: Mapping[int, Accepted],
    taken: Iterable[int],
    occasion: Occasion,
) -> int | None:
    """Publish plan points by root record; returns the feed's last number where it changed."""
    taken = set(taken)
    rows = await connection.fetch(KNOWN, [*free, *taken])
    known = {row["root"]: row for row in rows}
    changes: list[Change] = []
    stored: list[tuple[str, int, int, bytes | None]] = []
    for root, one in free.items():
        before = known.get(root)
        if before is None or before["hash"] != one.content.hash:
            revision = before["revision"] + 1 if before else 1
            stored.append((one.process, root, revision, one.content.hash))
            changes.append(_change(one, revision, occasion))
    for row in rows:
        if row["root"] in taken and row["hash"] is not None:
            stored.append((row["id"], row["root"], row["revision"] + 1, None))
            changes.append(Change(row["id"], None))
    if not changes:
        return None
    await connection.executemany(SET, stored)
    return await publish_state(connection, FEED, changes)


def _change(one: Accepted, revision: int, occasion: Occasion) -> Change:
    content = one.content
    entry = ReleaseEntry(
        id=one.process,
        source=one.source,
        ocid=one.ocid,
        revision=revision,
        date=content.date,
        received_at=occasion.now,
        origin=occasion.origin,
        counts=content.counts,
        quality=content.quality,
        parties=content.parties,
        release=Raw(content.release),
    )
    return Change(one.process, encode(entry))
