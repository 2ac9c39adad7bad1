"""The feed "sources": on whose terms each data set is published, and how its last run went."""

from collections.abc import Iterable
from typing import Any, Final

import asyncpg
from msgspec import convert, to_builtins
from msgspec.json import encode

from ingestor import runs
from ingestor.source import Declaration, Terms, declarations
from shared.contracts import sources as contract
from shared.feed import Change, publish_state

FEED: Final = "sources"

# What is known already stays, unless this delivery says it anew.
KEEP: Final = """
    INSERT INTO source (id, kind, title, publisher, licence, attribution, url)
    VALUES ($1::text, $2, coalesce($3::text, $1::text), $4::text, $5::text, $6::text, $7::text)
    ON CONFLICT (id) DO UPDATE SET
        title = coalesce($3::text, source.title),
        publisher = coalesce($4::text, source.publisher),
        licence = coalesce($5::text, source.licence),
        attribution = coalesce($6::text, source.attribution),
        url = coalesce($7::text, source.url)
"""

# A mistyped name is no data set: a source is told of once something of it was of use, and from then
# on whatever becomes of it.
TOLD: Final = f"""
    SELECT id FROM source WHERE id = ANY($1) AND (
        EXISTS (SELECT FROM feed_state WHERE feed = '{FEED}' AND key = source.id)
        OR EXISTS (SELECT FROM process WHERE process.source = source.id)
        OR EXISTS (SELECT FROM register_entry AS entry WHERE entry.source = source.id)
        OR EXISTS (SELECT FROM register_coverage AS known WHERE known.source = source.id)
        OR kind = 'goszakup' AND EXISTS (SELECT FROM portal_record)
    )
"""

SET_LAST_RUN: Final = "UPDATE source SET last_run = $2 WHERE id = $1"

READ: Final = """
    SELECT source.id, kind, title, publisher, licence, attribution, url, last_run,
           count(process.id) AS processes, max(process.date) AS newest_release
    FROM source LEFT JOIN process ON process.source = source.id AND process.withdrawn_at IS NULL
    WHERE source.id = ANY($1) GROUP BY source.id
"""


async def keep_source(
    connection: asyncpg.Connection, source: str, kind: Declaration, terms: Terms
) -> None:
    """Store a source and what this delivery says of its terms."""
    await connection.execute(
        KEEP,
        source,
        kind.kind,
        terms.title,
        terms.publisher,
        terms.licence or kind.licence,
        terms.attribution or kind.attribution,
        terms.url,
    )


async def publish_sources(
    connection: asyncpg.Connection, sources: Iterable[str], run: int | None = None
) -> int:
    """Publish sources as they are now, with `run` as their last; returns the feed's last number.

    One of which nothing was ever of use is left out.
    """
    changes = []
    for source in sorted(set(sources)):
        if run is not None:
            await connection.execute(SET_LAST_RUN, source, run)
    told = [row["id"] for row in await connection.fetch(TOLD, sorted(set(sources)))]
    for row in await connection.fetch(READ, told):
        last = await _run(connection, row["last_run"])
        about = {**row, "last_run": last, **_declared(row["id"], row["kind"])}
        changes.append(Change(row["id"], encode(convert(about, contract.Source))))
    return await publish_state(connection, FEED, changes)


def _declared(source: str, kind: str) -> dict[str, Any]:
    """Return what a source lacks, what is kept off it and how fresh it is promised to be.

    All as the declaration of its kind says. Kinds of registers share a word; such a data set is
    found by the name of its declaration.
    """
    known = declarations()
    alike = [each for each in known.values() if each.kind == kind]
    named = known.get(source.replace("-", "_"))
    declared = named if named in alike else alike[0] if len(alike) == 1 else None
    if declared is None:
        return {}
    told = ("lacks", "blind_spots", "promised_hours")
    return {name: to_builtins(getattr(declared, name)) for name in told}


async def _run(connection: asyncpg.Connection, identifier: int | None) -> contract.Run | None:
    if identifier is None:
        return None
    known = (await runs.one(connection, identifier)).document()
    return convert({name: known[name] for name in contract.Run.__struct_fields__}, contract.Run)
