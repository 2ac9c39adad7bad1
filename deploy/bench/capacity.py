"""What purchases cost: CPU and most memory of each process, and the disk of each place.

An invented world as the portal tells of it, or several side by side, is loaded into an empty
platform that runs already. It is done once everything is judged and every score has come to the
gateway. What was used before is taken off; the figures are for a million purchases (a notice with
its lots, bids, contracts, acts and plan points, or a contract without a notice). They have no goal:
they say where the first limit lies. Each file tells what it took while it was loaded, so that what
grows dearer with the size shows.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

import asyncpg
import psutil

from deploy import servers
from deploy.bench.asked import asked
from deploy.bench.day import JUDGED
from deploy.bench.large_world import LargeWorld, beside, large_world
from deploy.bench.running import Running, running

SIZE: Final = int(os.environ.get("SIZE", "3000"))
"""Contracts a year of a world."""

WORLDS: Final = int(os.environ.get("WORLDS", "1"))
"""How many of them stand side by side."""

KEPT: Final = os.environ.get("KEPT")
"""A folder in which the world is kept, or made for the next time."""

POSTGRES: Final = os.environ.get("POSTGRES", "")
"""Settings of PostgreSQL that differ: `shared_buffers=4GB,max_wal_size=4GB`."""

MILLION: Final = 1_000_000

MINUTE: Final = 60.0


class Used(NamedTuple):
    """CPU seconds of each process so far, and bytes in each place."""

    cpu: Mapping[str, float]
    disk: Mapping[str, int]


@dataclass
class Loaded:
    """How many purchases were loaded so far, and whether that is all."""

    began: float
    purchases: int = 0
    whole: bool = False

    def seconds(self) -> float:
        """Seconds since the first."""
        return time.perf_counter() - self.began


def run() -> None:
    """Print what a million purchases would take."""
    asyncio.run(_run())


async def _run() -> None:
    for one in filter(None, POSTGRES.split(",")):
        name, _, value = one.partition("=")
        servers.COMMON[name] = value
    with tempfile.TemporaryDirectory(prefix="qadaga-capacity-") as name:
        folder = Path(name)
        with _stage("world lived, written down and translated"):
            world = large_world(SIZE, Path(KEPT) if KEPT else folder / "world")
        print(f"  a world: {world.contracts} contracts, {world.purchases} purchases", flush=True)
        async with (
            running(folder / "data") as system,
            asyncpg.create_pool(system.admin_url, min_size=1) as pool,
        ):
            await _measure(system, pool, world, folder / "part.jsonl")


async def _measure(system: Running, pool: asyncpg.Pool, world: LargeWorld, part: Path) -> None:
    worlds = [(file, place) for place in range(WORLDS) for file in world.files]
    await _load_all(system, pool, worlds, part)
    await asked(system, pool)
    for process, most in sorted(_memory(system).items(), key=_second, reverse=True):
        print(f"  memory  {process:<18} {most / 1e6:8.0f} MB at most")


async def _load_all(
    system: Running, pool: asyncpg.Pool, files: Sequence[tuple[str, int]], part: Path
) -> None:
    """Load files until all of them is judged and visible, and tell what a million would take."""
    before, loaded = await _used(system, pool), Loaded(time.perf_counter())
    async with asyncio.TaskGroup() as group:
        watching = group.create_task(_watch(pool, loaded))
        for file, place in files:
            count = await asyncio.to_thread(beside, file, place, part)
            await _load(system, pool, part, count, loaded)
        loaded.whole = True
        took = await watching
    await pool.execute("CHECKPOINT")
    after = await _used(system, pool)
    print(f"  {loaded.purchases} purchases: all judged, compared and visible after {took:.0f} s")
    for line in _told(before, after, MILLION / loaded.purchases):
        print(line)


async def _load(
    system: Running, pool: asyncpg.Pool, part: Path, count: int, loaded: Loaded
) -> None:
    """Load one file, and tell what was spent meanwhile."""
    before, began = await _used(system, pool), loaded.seconds()
    await system.command("ingestor", "load", "--source", "world", str(part))
    loaded.purchases += count
    after = await _used(system, pool)
    print(_step(loaded, count, loaded.seconds() - began, before, after), flush=True)


def _step(loaded: Loaded, count: int, seconds: float, before: Used, after: Used) -> str:
    """Say what the purchases of one file took: CPU milliseconds each, and bytes."""
    spent = {name: cpu - before.cpu.get(name, 0.0) for name, cpu in after.cpu.items()}
    parts = " ".join(
        f"{name} {1000 * cpu / count:.2f}"
        for name, cpu in sorted(spent.items(), key=_second, reverse=True)[:5]
    )
    size = sum(after.disk.values())
    return (
        f"  {loaded.seconds():6.0f} s: {loaded.purchases} loaded, {count / seconds:.0f} a second,"
        f" {size / 1e9:.1f} GB; CPU ms each: {parts}"
    )


@contextmanager
def _stage(name: str) -> Iterator[None]:
    """Say how long a stage took, and its CPU with that of its commands."""
    began, spent = time.perf_counter(), sum(os.times()[:4])
    yield
    took, used = time.perf_counter() - began, sum(os.times()[:4]) - spent
    print(f"  {name}: {took:.0f} s, {used:.0f} CPU-s", flush=True)


async def _watch(pool: asyncpg.Pool, loaded: Loaded) -> float:
    """Say every minute how far each stage is; the seconds until all is judged and compared.

    Says once when every purchase has its first score at the gateway: the newest quartiles of all
    then still wait for being compared with.
    """
    said, first = 0.0, True
    while True:
        here, took = await pool.fetchrow(_REACHED), loaded.seconds()
        if took - said >= MINUTE:
            said = took
            waiting = await pool.fetchval(_WAITING)
            told = ", ".join(f"{n} {place}" for place, n in here.items())
            print(f"  {took:6.0f} s: {told}, {waiting} to be judged anew", flush=True)
        behind = not loaded.whole or await pool.fetchval(_BEHIND)
        if first and not behind and here["judged"] == here["in the feed"]:
            first = False
            print(f"  {took:6.0f} s: every purchase has a score at the gateway", flush=True)
        if not behind and await pool.fetchval(JUDGED):
            return took
        await asyncio.sleep(1)


def _told(before: Used, after: Used, share: float) -> Iterator[str]:
    """Say what a million would take, the dearest first; nothing of what is below a hundredth."""
    cpu = {name: spent - before.cpu.get(name, 0.0) for name, spent in after.cpu.items()}
    disk = {place: size - before.disk.get(place, 0) for place, size in after.disk.items()}
    for name, spent in sorted(cpu.items(), key=_second, reverse=True):
        if spent > sum(cpu.values()) / 100:
            yield f"  CPU     {name:<18} {spent * share / 3600:8.1f} hours"
    for place, size in sorted(disk.items(), key=_second, reverse=True):
        if size > sum(disk.values()) / 100:
            yield f"  disk    {place:<24} {size * share / 1e9:8.1f} GB"


def _second(pair: tuple[str, float]) -> float:
    return pair[1]


def _ended_children() -> float:
    """CPU seconds of the commands that have ended."""
    spent = os.times()
    return spent.children_user + spent.children_system


def _processes(system: Running) -> dict[str, psutil.Process]:
    return {name: psutil.Process(pid) for name, pid in system.platform.place.leftovers().items()}


def _memory(system: Running) -> dict[str, int]:
    """Most memory that each process has held (VmHWM); not PostgreSQL's, which is of many."""
    most = {}
    for name, process in _processes(system).items():
        if name == "postgres":
            continue
        status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
        most[name] = next(
            int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM")
        )
    return most


async def _used(system: Running, pool: asyncpg.Pool) -> Used:
    cpu = {
        name: sum(process.cpu_times()[:4])
        for name, process in _processes(system).items()
        if name != "postgres"
    }
    disk = {row["place"]: int(row["bytes"]) for row in await pool.fetch(_SIZES)}
    facts = system.platform.place.path / "facts"
    disk["facts (DuckDB)"] = sum(one.stat().st_size for one in facts.rglob("*") if one.is_file())
    cpu |= {"postgres": system.database_cpu(), "loader": _ended_children()}
    return Used(cpu, disk)


_REACHED: Final = """
SELECT (SELECT seq FROM ingestor.feed_head WHERE feed = 'releases') AS "in the feed",
       (SELECT scored_seq FROM scoring.engine) AS judged,
       (SELECT seq FROM gateway.feed_cursor WHERE feed = 'releases') AS visible,
       (SELECT h.seq - c.seq FROM gateway.feed_cursor AS c JOIN scoring.feed_head AS h USING (feed)
        WHERE c.feed = 'scores') AS "scores on their way"
"""

_WAITING: Final = "SELECT count(*) FROM scoring.rejudge"

_BEHIND: Final = """
SELECT EXISTS (
  SELECT FROM gateway.feed_cursor c JOIN (
    SELECT feed, seq FROM ingestor.feed_head UNION ALL
    SELECT feed, seq FROM scoring.feed_head) h ON h.feed = c.feed AND h.seq > c.seq)
"""

_SIZES: Final = """
SELECT place, sum(bytes) AS bytes FROM (
    SELECT CASE WHEN t.size > 200000000 THEN c.oid::regclass::text ELSE n.nspname || ', others' END
           AS place, t.size AS bytes
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace,
         LATERAL (SELECT pg_total_relation_size(c.oid) AS size) AS t
    WHERE c.relkind = 'r' AND n.nspname !~ '^(pg_|information_schema)'
) AS tables GROUP BY place
"""
