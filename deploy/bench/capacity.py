"""What purchases cost: CPU and most memory of each process, and the disk of each place.

An invented world as the portal tells of it is loaded into an empty platform that runs already. It
is done once everything is judged and every score has come to the gateway. What was used before is
taken off; the figures are for a million purchases (a notice with its lots, bids, contracts, acts
and plan points, or a contract without a notice), drawn on from a world of `SIZE` contracts. They
have no goal: they say where the first limit lies. On the way each tenth of the purchases tells when
it was in the feed, judged and visible: what grows dearer with the size shows there.
"""

import asyncio
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

import asyncpg
import psutil

from deploy.bench.day import JUDGED
from deploy.bench.running import Running, running
from deploy.quality.__main__ import END, START
from deploy.quality.judging import translate
from deploy.quality.recording import record
from deploy.sandbox.world import World, ledger

SIZE: Final = int(os.environ.get("SIZE", "3000"))
"""Contracts of the world."""

SEED: Final = 7
MILLION: Final = 1_000_000


class Used(NamedTuple):
    """CPU seconds of each process so far, and bytes in each place."""

    cpu: Mapping[str, float]
    disk: Mapping[str, int]


def run() -> None:
    """Print what a million purchases would take."""
    asyncio.run(_run())


async def _run() -> None:
    with tempfile.TemporaryDirectory(prefix="qadaga-capacity-") as name:
        folder = Path(name)
        releases = folder / "portal.jsonl"
        with _stage("world lived and written down"):
            ledger.TALES_KEPT = 2 * SIZE  # all: who asks root after root has each told but twice
            world = World(SEED, SIZE, START)
            world.advance(END)
            answers = record(world, folder / "answers")
        print(f"  {len(world.table('Contract'))} contracts")
        with _stage("translated"):
            translate(answers, releases)
        shutil.rmtree(folder / "answers")
        async with running(folder / "data") as system:
            connection = await asyncpg.connect(system.admin_url)
            try:
                await _load(system, connection, releases)
            finally:
                await connection.close()


async def _load(system: Running, connection: asyncpg.Connection, releases: Path) -> None:
    before = await _used(system, connection)
    began, loader = time.perf_counter(), _ended_children()
    async with asyncio.TaskGroup() as group:
        watching = group.create_task(_watch(connection, releases, began))
        await system.command("ingestor", "load", str(releases))
        loaded, loader = time.perf_counter() - began, _ended_children() - loader
        took = await watching
    await connection.execute("CHECKPOINT")
    after = await _used(system, connection)
    purchases = await connection.fetchval("SELECT count(*) FROM ingestor.feed_state")
    print(f"  {purchases} purchases: loaded after {loaded:.0f} s, all visible after {took:.0f} s")
    for line in _told(before, after, MILLION / purchases, loader):
        print(line)
    for process, most in sorted(_memory(system).items(), key=_second, reverse=True):
        print(f"  memory  {process:<18} {most / 1e6:8.0f} MB at most")


@contextmanager
def _stage(name: str) -> Iterator[None]:
    """Say how long a stage took, and its CPU with that of its commands."""
    began, spent = time.perf_counter(), sum(os.times()[:4])
    yield
    took, used = time.perf_counter() - began, sum(os.times()[:4]) - spent
    print(f"  {name}: {took:.0f} s, {used:.0f} CPU-s", flush=True)


async def _watch(connection: asyncpg.Connection, releases: Path, began: float) -> float:
    """Say when each tenth was in the feed, judged and visible; the seconds until all of it was."""
    with releases.open("rb") as lines:
        count = sum(1 for _ in lines)
    reached = dict.fromkeys(("feed", "judged", "visible"), 0)
    while True:
        here = await connection.fetchrow(_REACHED)
        took = time.perf_counter() - began
        for place in reached:
            if (now := here[place] * 10 // count) > reached[place]:
                reached[place] = now
                print(f"  {took:6.0f} s: {now} tenths {PLACES[place]}", flush=True)
        whole = here["feed"] >= count and await connection.fetchval(JUDGED)
        if whole and not await connection.fetchval(_BEHIND):
            return took
        await asyncio.sleep(1)


def _told(before: Used, after: Used, share: float, loader: float) -> Iterator[str]:
    """Say what a million would take, the dearest first; nothing of what is below a hundredth."""
    cpu = {name: spent - before.cpu.get(name, 0.0) for name, spent in after.cpu.items()}
    disk = {place: size - before.disk.get(place, 0) for place, size in after.disk.items()}
    for name, spent in sorted({**cpu, "loader": loader}.items(), key=_second, reverse=True):
        if spent > sum(cpu.values()) / 100:
            yield f"  CPU     {name:<18} {spent * share / 3600:8.1f} hours"
    for place, size in sorted(disk.items(), key=_second, reverse=True):
        if size > sum(disk.values()) / 100:
            yield f"  disk    {place:<18} {size * share / 1e9:8.1f} GB"


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


async def _used(system: Running, connection: asyncpg.Connection) -> Used:
    cpu = {
        name: sum(process.cpu_times()[:4])
        for name, process in _processes(system).items()
        if name != "postgres"
    }
    disk = {row["schema"]: int(row["bytes"]) for row in await connection.fetch(_SIZES)}
    facts = system.platform.place.path / "facts"
    disk["facts (DuckDB)"] = sum(one.stat().st_size for one in facts.rglob("*") if one.is_file())
    return Used({**cpu, "postgres": system.database_cpu()}, disk)


PLACES: Final = {"feed": "in the feed", "judged": "judged", "visible": "visible"}

_REACHED: Final = """
SELECT coalesce((SELECT seq FROM ingestor.feed_head WHERE feed = 'releases'), 0) AS feed,
       (SELECT least(scored_seq, compared_seq) FROM scoring.engine) AS judged,
       (SELECT count(*) FROM gateway.score WHERE subject_type = 'process') AS visible
"""

_BEHIND: Final = """
SELECT EXISTS (
  SELECT FROM gateway.feed_cursor c JOIN (
    SELECT feed, seq FROM ingestor.feed_head UNION ALL
    SELECT feed, seq FROM scoring.feed_head) h ON h.feed = c.feed AND h.seq > c.seq)
"""

_SIZES: Final = """
SELECT n.nspname AS schema, sum(pg_total_relation_size(c.oid)) AS bytes
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname IN ('ingestor', 'scoring', 'cases', 'gateway')
GROUP BY n.nspname
"""
