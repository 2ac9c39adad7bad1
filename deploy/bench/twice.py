"""Everything a platform has judged and published, copied beside itself: twice as much in minutes.

The purchases of the copy have ids, organisations and findings of their own, so that indexes,
groups and registers are as large as those of twice the country. What no reader and no judge asks
for is not copied: the raw payloads, the releases as they were received, and the bodies of the feed
of releases. Documents keep naming the purchase they were copied from: they are as large, and cost
as much to find and to send.
"""

import asyncio
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import asyncpg
import duckdb
import psutil

from deploy.bench.columns2m import MEMORY, multiply
from deploy.bench.running import Running

PATIENCE: Final = 30.0

OTHER: Final = "left({0}, 4) || '1-' || substr({0}, 5)"
"""The sign of what an id names (`prc_`, `prs_`) stays in front."""

OTHERS: Final = f"ARRAY(SELECT {OTHER.format('one')} FROM unnest({{0}}) AS one)"

COPIED: Final[Mapping[str, Mapping[str, str]]] = {
    "ingestor.process": {"id": OTHER, "ocid": OTHER},
    "gateway.process": {"id": OTHER, "ocid": OTHER},
    "gateway.listed": {"id": OTHER, "process_id": OTHER, "buyers": OTHERS, "suppliers": OTHERS},
    "gateway.handle": {"key": OTHER, "id": OTHER, "process_id": OTHER},
    "gateway.part": {"party_id": OTHER, "process_id": OTHER},
    "gateway.score": {"subject_id": OTHER},
    "scoring.score": {"subject_id": OTHER},
    "scoring.finding": {"subject_id": OTHER},
    "scoring.score_past": {"subject_id": OTHER},
    "scoring.feed_state": {"key": OTHER, "seq": "-{0}"},
}
"""Tables, and what is another in the copy. No reader of a feed asks for numbers below zero."""

_COLUMNS: Final = """
    SELECT attname FROM pg_attribute
    WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attidentity = ''
    ORDER BY attnum
"""


async def doubled(system: Running, pool: asyncpg.Pool) -> None:
    """Copy the tables and, while the engine waits to lead again, the facts."""
    place = system.platform.place
    engine = psutil.Process(place.leftovers()["scoring-engine"])
    engine.terminate()
    await asyncio.gather(
        copy_tables(pool), asyncio.to_thread(copy_facts, place.path / "facts" / "facts.duckdb")
    )
    await pool.execute("ANALYZE", timeout=None)


async def copy_tables(pool: asyncpg.Pool) -> None:
    """Copy the tables, two at a time."""
    waiting = list(COPIED.items())
    await asyncio.gather(*(_copy_while(pool, waiting) for _ in range(2)))


async def _copy_while(pool: asyncpg.Pool, waiting: list[tuple[str, Mapping[str, str]]]) -> None:
    while waiting:
        table, changes = waiting.pop(0)
        columns = [row["attname"] for row in await pool.fetch(_COLUMNS, table)]
        await pool.execute(_statement(table, columns, changes), timeout=None)


def _statement(table: str, columns: Iterable[str], changes: Mapping[str, str]) -> str:
    names = list(columns)
    values = ", ".join(changes.get(name, "{0}").format(name) for name in names)
    return f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM {table}"


def copy_facts(path: Path) -> None:
    """Copy the facts, as soon as no engine has them open."""
    with _opened(path) as connection:
        multiply(connection, copies=2)
        connection.execute("CHECKPOINT")


def _opened(path: Path) -> duckdb.DuckDBPyConnection:
    """Open the facts before the engine does, which begins again wherever it was ended."""
    began = time.monotonic()
    while True:
        try:
            return duckdb.connect(str(path), config={"memory_limit": MEMORY})
        except duckdb.IOException:
            if time.monotonic() - began > PATIENCE:
                raise
            time.sleep(0.01)
