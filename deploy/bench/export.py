"""How much the memory of a worker grows while it makes files of 200,000 rows, in each format.

One worker, as it runs in earnest, makes one file after the other. Measured is the most memory it
had (its share of what is shared, PSS), less what it had before the first: so the modules that only
exports load are in it.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import psutil

from deploy.bench.running import filling, view
from deploy.servers import free_port
from gateway import management
from gateway.exports import store
from gateway.view import apply
from shared.clock import SystemClock
from shared.database import Database
from tests.gateway.builders import process, release, score, source

GOAL = 100
"""MB that the memory may grow by."""

ROWS = 200_000
DIFFERENT = 500
FORMATS = ("ndjson", "csv", "parquet", "xlsx", "ocds")
PATIENCE = 1800.0
LOOK_EVERY = 0.2
SETTLED = 5.0
QUIET = 0.5
"""CPU seconds in that time: less is waiting."""

_COLUMNS = """
    SELECT string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position) FROM
    information_schema.columns WHERE table_schema = current_schema() AND table_name = 'process'
        AND column_name NOT IN ('id', 'ocid') AND is_generated = 'NEVER'
"""
_COPIES = """
    INSERT INTO process (id, ocid, {columns})
    SELECT id || copy, ocid || '-' || copy, {columns} FROM process, generate_series(2, $1) AS copy
"""


def run() -> None:
    """Print what each format took, and the greatest growth against the goal."""
    with ExitStack() as stack:
        url, redis_url = stack.enter_context(view())
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="qadaga-export-"))
        grew = asyncio.run(_run(url, redis_url, Path(folder)))
    print(f"bench export ratio={grew / 1e6:.0f} goal={GOAL}")


async def _run(url: str, redis_url: str, folder: Path) -> float:
    async with filling(url) as database:
        organisation = await _fill(database)
        with _worker(url, redis_url, folder) as worker:
            await _ready(worker)
            before = worker.memory_full_info().pss
            print(f"  a worker that waits: {before / 1e6:.0f} MB", flush=True)
            grew = 0
            for form in FORMATS:
                most = await _made(database, organisation, form, worker)
                grew = max(grew, most - before)
            return float(grew)


async def _fill(database: Database) -> str:
    """Put purchases into the view: some as they come, the rest as copies of them."""
    numbers = range(DIFFERENT)
    releases = [release(f"o-{n}", title=f"Школьная мебель, партия {n}") for n in numbers]
    scores = [score(process(f"o-{n}"), band="high") for n in numbers]
    async with database.transaction() as connection:
        await apply.sources(connection, [source()])
        await apply.releases(connection, releases)
        await apply.scores(connection, scores)
        await connection.execute("SET LOCAL statement_timeout = 0")
        columns = await connection.fetchval(_COLUMNS)
        copies = ROWS // DIFFERENT
        await connection.execute(_COPIES.format(columns=columns), copies, timeout=PATIENCE)
    clock = SystemClock()
    return (await management.add_organisation(database, clock, "bench", tier="authority")).id


@contextmanager
def _worker(url: str, redis_url: str, folder: Path) -> Iterator[psutil.Popen]:
    told = {
        "DATABASE_URL": url,
        "REDIS_URL": redis_url,
        "INTERNAL_KEY": "bench-" * 6,
        "CURSOR_KEY": "bench-" * 6,
        "METRICS_PORT": str(free_port()),
        "EXPORT_PATH": str(folder),
    }
    command = [str(Path(sys.executable).parent / "gateway"), "work"]
    quiet = subprocess.DEVNULL
    worker = psutil.Popen(command, env=os.environ | told, stdout=quiet, stderr=quiet)
    try:
        yield worker
    finally:
        worker.terminate()
        worker.wait(20)


async def _ready(worker: psutil.Popen) -> None:
    """Wait until it has loaded everything and only looks whether there is work."""
    spent = -1.0
    while spent < (now := sum(worker.cpu_times()[:2])) - QUIET:
        spent = now
        await asyncio.sleep(SETTLED)


async def _made(database: Database, organisation: str, form: str, worker: psutil.Popen) -> int:
    """Have a file made; return the most memory the worker had meanwhile."""
    spent = sum(worker.cpu_times()[:2])
    async with database.transaction() as connection:
        wanted: tuple[str, str, dict[str, Any]] = ("processes", form, {})
        now = SystemClock().now()
        name = await store.add(connection, organisation, wanted, partner=False, now=now)
    most = 0
    async with asyncio.timeout(PATIENCE):
        while (row := await _state(database, organisation, name))["state"] == "waiting":
            most = max(most, worker.memory_full_info().pss)
            await asyncio.sleep(LOOK_EVERY)
    if (row["state"], row["rows"]) != ("done", ROWS):
        raise RuntimeError(f"{form}: {row['state']} ({row['fault']}), {row['rows']} rows")
    async with database.connection() as connection:
        size = await connection.fetchval(
            "SELECT max(size) FROM export_file WHERE export_id = $1", name
        )
    spent = sum(worker.cpu_times()[:2]) - spent
    print(
        f"  {form:<8} {size / 1e6:6.1f} MB, {spent:5.1f} CPU s of the worker,"
        f" at most {most / 1e6:.0f} MB",
        flush=True,
    )
    return most


async def _state(database: Database, organisation: str, name: str) -> asyncpg.Record:
    async with database.connection() as connection:
        return await store.one(connection, organisation, name)
