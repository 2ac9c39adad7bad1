"""When the data of a source grow older than was promised, and when they are fresh again.

A source is as old as its last whole run: one that failed or broke off brings no age down, and
before the first whole one nothing was promised. What is told is kept (`source_age.stale`), so that
a spell is told once, however often it is looked at, and so is its end.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import asyncpg

from gateway.stream import telling
from gateway.view import changes
from shared import events
from shared.contracts.sources import Source

WHERE: Final = "/v1/meta/freshness"

_KEEP: Final = """
    INSERT INTO source_age AS known (source, whole_at, promised_hours)
    SELECT * FROM unnest($1::text[], $2::timestamptz[], $3::int[])
    ON CONFLICT (source) DO UPDATE SET promised_hours = excluded.promised_hours,
        whole_at = greatest(known.whole_at, excluded.whole_at)
"""

_PASSED: Final = "coalesce(whole_at + make_interval(hours => promised_hours) < $1, false)"

_CROSSED: Final = f"SELECT EXISTS (SELECT FROM source_age WHERE stale <> {_PASSED})"

_CROSS: Final = f"""
    UPDATE source_age SET stale = NOT stale WHERE stale <> {_PASSED}
    RETURNING source, whole_at, promised_hours, stale
"""


async def keep(connection: asyncpg.Connection, told: Sequence[Source], gone: Sequence[str]) -> None:
    """Note when each source was last whole and what is promised of it; forget those gone."""
    await connection.execute(
        _KEEP,
        [each.id for each in told],
        [_whole_at(each) for each in told],
        [each.promised_hours for each in told],
    )
    await connection.execute("DELETE FROM source_age WHERE source = ANY($1::text[])", gone)


async def look(connection: asyncpg.Connection, now: datetime) -> None:
    """Tell of the sources that have become stale since the last look, or fresh again.

    Takes a number of the view only if there are any.
    """
    if not await connection.fetchval(_CROSSED, now):
        return
    seq = await changes.take_number(connection)
    crossed = await connection.fetch(_CROSS, now)
    await telling.tell(connection, events.PUBLIC, [_told(row) for row in crossed], seq=seq)


def _whole_at(source: Source) -> datetime | None:
    run = source.last_run
    return run.finished_at if run is not None and run.status == "complete" else None


def _told(row: asyncpg.Record) -> telling.Told:
    kind = "data.stale" if row["stale"] else "data.fresh"
    whole_at = row["whole_at"]
    data: dict[str, Any] = {
        "source": row["source"],
        "whole_at": whole_at,
        "promised_hours": row["promised_hours"],
        "link": WHERE,
    }
    return f"{kind}/{row['source']}/{whole_at.timestamp():.0f}", kind, data
