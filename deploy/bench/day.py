"""How long a day of the country's purchases takes, from the first request to the last score.

The sandbox stands in for the portal with a world in which two months hold as much as one day of the
country: at least 7,000 notices, 20,000 lots and 7,000 contracts, with their bids, acts and plan
points. They are loaded through the connector, without politeness, into an empty platform that runs
already. The day is over once every process, and every buyer and supplier of it, is judged.

By the figures of the year the country has 6,850 new contracts a day, with and without a notice, but
2,360 new notices and 6,700 new lots; to 7,000 and 20,000 it gets with those that only change. So
there are more notices to a contract on a day than in a year, and purchases without one are rarer in
this world than in ordinary ones.
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import asyncpg
import httpx

from deploy.bench.portal import SCOPE, sandbox, told, usage
from deploy.bench.running import Running, running
from deploy.sandbox.__main__ import main as serve
from deploy.sandbox.world import honest, terms

GOAL = 300
"""Seconds on two cores."""

CONTRACTS = 32_000
"""A year, of which two months are loaded."""

LOTS = {6: 30, 7: 40, 8: 30}
"""How many lots a notice has, by weight; ordinary worlds have fewer than the country."""

RARER = 4
"""By how much purchases without a notice are rarer."""

DAY = {"TrdBuy": 7_000, "Lots": 20_000, "Contract": 7_000}
"""What has to be held in the end, at least."""


class Passed(NamedTuple):
    """Seconds until the day was in the feed, and until it was judged; what it consisted of."""

    taken: float
    judged: float
    held: dict[str, int]
    kinds: str
    requests: int
    spent: float
    database: float


def run() -> None:
    """Print the seconds of the day against the goal."""
    day = asyncio.run(_run())
    held = ", ".join(f"{day.held[root]} {name}" for root, name in NAMES.items())
    print(
        f"  {held} ({day.kinds}); {day.requests} requests: in the feed after {day.taken:.0f} s, "
        f"judged after {day.judged:.0f} s; CPU: the sandbox's own {day.spent:.0f} s, "
        f"PostgreSQL's {day.database:.0f} s"
    )
    short = {root: day.held[root] for root, least in DAY.items() if day.held[root] < least}
    if short:
        raise RuntimeError(f"too few for a day of the country: {short}")
    print(f"bench day ratio={day.judged:.0f} goal={GOAL}")


NAMES = {
    "TrdBuy": "notices",
    "Lots": "lots",
    "TrdApp": "bids",
    "Contract": "contracts",
    "Acts": "acts",
    "Plans": "plan points",
}


async def _run() -> Passed:
    with tempfile.TemporaryDirectory(prefix="qadaga-day-") as name:
        async with (
            sandbox(CONTRACTS, "deploy.bench.day") as portal,
            running(Path(name)) as system,
        ):
            return await _pass(system, portal)


async def _pass(system: Running, portal: httpx.AsyncClient) -> Passed:
    await portal.post("/sandbox/usage")
    environment = {**system.platform.environment("ingestor"), **told(portal)}
    began, before = time.perf_counter(), system.database_cpu()
    await system.platform.run(*SCOPE, program="ingestor", told=environment)
    taken = time.perf_counter() - began
    connection = await asyncpg.connect(system.admin_url)
    try:
        while not await connection.fetchval(JUDGED):
            await asyncio.sleep(0.1)
        judged = time.perf_counter() - began
        database = system.database_cpu() - before
        held = {row["root"]: row["count"] for row in await connection.fetch(HELD)}
        kinds = await connection.fetchval(KINDS)
    finally:
        await connection.close()
    spent = await usage(portal)
    return Passed(taken, judged, held, kinds, spent["requests"], spent["cpu_seconds"], database)


JUDGED = """
    SELECT NOT EXISTS (SELECT FROM scoring.rejudge)
       AND least(scored_seq, compared_seq)
           >= (SELECT seq FROM ingestor.feed_head WHERE feed = 'releases')
    FROM scoring.engine
"""

HELD = "SELECT root, count(*) FROM ingestor.portal_record GROUP BY root"

KINDS = """
    SELECT format(
        '%s of the contracts without a notice, %s amendments',
        count(*) FILTER (WHERE notice IS NULL AND id = family), count(*) FILTER (WHERE id <> family)
    )
    FROM ingestor.portal_record WHERE root = 'Contract'
"""


if __name__ == "__main__":
    honest.LOTS.clear()
    honest.LOTS.update(LOTS)
    for number, habit in enumerate(honest.HABITS):
        if habit.method in (terms.DIRECT, terms.E_SHOP):
            honest.WEIGHTS[number] /= RARER
    assert sys.argv[1:2] == ["serve"]
    serve()
