"""How many processes a second a back-fill brings, from the first question to the feed.

The sandbox stands in for the portal, without politeness, as a process of its own on the same cores.
A process is visible once it is in the feed of releases; scoring and gateway do not run meanwhile.
The wall time is told whole, and without the CPU seconds of the sandbox, which no real portal would
take from us; the goal is held against what is left, for with two cores both can work at once, but
never less than the busiest process of the loader took, nor than a core's share of what all of
them and PostgreSQL did. The CPU time of a process (of the loader, of PostgreSQL and of the sandbox)
says the same of a machine that is slow or shared. Memory is the most that the loader and the
processes beside it ever held, shared pages counted once.

Beside it is told what of this the translation alone is: of a page of the sandbox's notices, each
with its lots and bids, from the records as they were read to a compiled release. Neither reading
them, nor the checks of the normal form, nor sealing belong to it.
"""

import asyncio
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import asyncpg
import httpx
import psutil

from deploy.bench.portal import SCOPE, TOKEN, sandbox, told, usage
from deploy.bench.running import Running, running
from deploy.local.children import python_program
from deploy.servers import die_with_parent
from ingestor.sources.goszakup.bundle import NoticeBundle
from ingestor.sources.goszakup.dictionaries import Dictionaries
from ingestor.sources.goszakup.payload import Report, read
from ingestor.sources.goszakup.portal.answers import graphql_page
from ingestor.sources.goszakup.portal.client import CAP
from ingestor.sources.goszakup.portal.queries import text
from ingestor.sources.goszakup.pull.records import KINDS
from ingestor.sources.goszakup.translate import translate

GOAL = 300
"""Processes a second: a notice with its lots, bids and contracts, or a direct contract."""

MEMORY_GOAL = 500
"""MB of memory of the loader."""

CORES = 2

ROUNDS = 5
"""In which a page is translated; the best of them counts."""

CONTRACTS = 40_000
"""A year, of which two months are loaded."""


class Filled(NamedTuple):
    """What a back-fill brought and what it cost, in seconds and MB."""

    processes: int
    wall: float
    ours: float
    busiest: float
    database: float
    memory: float
    usage: dict[str, Any]
    translation: float


def run() -> None:
    """Print processes a second and the loader's memory, each against its goal."""
    filled = asyncio.run(_run())
    spent = filled.usage["cpu_seconds"]
    shared = (filled.ours + filled.database) / CORES
    alone = max(filled.wall - spent, filled.busiest, shared)
    print(
        f"  {filled.processes} processes, {filled.usage['requests']} requests: {filled.wall:.1f} s "
        f"of wall time ({filled.processes / filled.wall:.0f} a second); CPU: the loader's "
        f"{_each(filled, filled.ours)}, most in one process {_each(filled, filled.busiest)}, "
        f"PostgreSQL's {_each(filled, filled.database)}, both "
        f"{_each(filled, filled.ours + filled.database)}; the sandbox's own {_each(filled, spent)}"
    )
    print(
        f"  translation of one notice with its lots and bids: {1000 * filled.translation:.2f} ms "
        "of CPU in the middle of a page, warm"
    )
    print(f"bench backfill ratio={filled.processes / alone:.0f} goal={GOAL}")
    print(f"bench backfill_memory ratio={filled.memory:.0f} goal={MEMORY_GOAL}")


def _each(filled: Filled, seconds: float) -> str:
    return f"{seconds:.1f} s ({1000 * seconds / filled.processes:.1f} ms a process)"


async def _run() -> Filled:
    with tempfile.TemporaryDirectory(prefix="qadaga-backfill-") as name:
        async with running(Path(name), services=False) as system, sandbox(CONTRACTS) as portal:
            return await _fill(system, portal)


async def _fill(system: Running, portal: httpx.AsyncClient) -> Filled:
    await portal.post("/sandbox/usage")
    loader = psutil.Popen(
        [python_program("ingestor"), *SCOPE],
        env=system.platform.environment("ingestor") | told(portal),
        preexec_fn=die_with_parent,
    )
    while loader.poll() is None and not (await usage(portal))["requests"]:
        await asyncio.sleep(0.01)
    began, before = time.perf_counter(), system.database_cpu()
    memory, took = await _watch(loader)
    wall, database = time.perf_counter() - began, system.database_cpu() - before
    spent = await usage(portal)
    found = await _visible(system)
    translation = _translation(await _recorded(portal))
    busiest, ours = max(took.values()), sum(took.values())
    return Filled(found, wall, ours, busiest, database, memory / 1e6, spent, translation)


async def _watch(loader: psutil.Popen) -> tuple[float, dict[int, float]]:
    """The most memory it held, in bytes, and what CPU its processes took; raises if it failed."""
    memory, took = 0.0, dict[int, float]()
    while loader.poll() is None:
        try:
            held = 0.0
            for one in (loader, *loader.children(recursive=True)):
                with one.oneshot():
                    held += one.memory_full_info().pss
                    took[one.pid] = sum(one.cpu_times()[:2])
            memory = max(memory, held)
        except psutil.Error:
            continue
        await asyncio.sleep(0.05)
    if loader.returncode:
        raise RuntimeError(f"the back-fill ended with {loader.returncode}")
    return memory, took


async def _recorded(portal: httpx.AsyncClient) -> list[NoticeBundle]:
    """A page of notices, each with its lots and bids."""
    notices = {
        one.id: NoticeBundle(notice=one, bids=[]) for one in await _page(portal, "TrdBuy", {})
    }
    for number, bundle in notices.items():
        bundle.lots = await _page(portal, "Lots", {"trdBuyId": [number]})
        bundle.bids = await _page(portal, "TrdApp", {"buyId": number})
    return list(notices.values())


async def _page(portal: httpx.AsyncClient, root: str, criteria: dict[str, Any]) -> list[Any]:
    answer = await portal.post(
        "/v3/graphql",
        headers={"Authorization": f"Bearer {TOKEN}"},
        json={"query": text(root, {}), "variables": {"filter": criteria, "limit": CAP}},
    )
    return [read(KINDS[root], row, Report()) for row in graphql_page(answer.content, root).rows]


def _translation(page: Sequence[NoticeBundle]) -> float:
    """CPU seconds of translating a notice in the middle of a page, once all is warm."""
    known, rounds = Dictionaries(), []
    for _ in range(ROUNDS):
        spent = []
        for bundle in page:
            began = time.thread_time()
            translate(bundle, known, key=TOKEN.encode())
            spent.append(time.thread_time() - began)
        rounds.append(median(spent))
    return min(rounds)


async def _visible(system: Running) -> int:
    connection = await asyncpg.connect(system.admin_url)
    try:
        return int(await connection.fetchval(VISIBLE))
    finally:
        await connection.close()


VISIBLE = "SELECT count(*) FROM ingestor.feed_state WHERE feed = 'releases' AND body IS NOT NULL"
