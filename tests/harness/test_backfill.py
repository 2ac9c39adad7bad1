"""A back-fill killed twenty times, and PostgreSQL under it, ends with exactly the sandbox's set.

Kills go by the number of questions that a loader has asked, drawn from a seed, the loader and
PostgreSQL in turn. A kill counts only if the loader lived and its run was open at that moment.
"""

import asyncio
import os
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random
from typing import Any

import asyncpg
import pytest

from deploy.sandbox.server.access import Access
from deploy.sandbox.server.app import Server
from deploy.sandbox.server.serve import background
from deploy.sandbox.world import World
from deploy.servers import Postgres, free_port
from ingestor.runs import RUN_LOCK
from tests.ingestor.office import Office, opened_office
from tests.support.postgres import Cluster
from tests.support.servers import Running, running

KILLS = 20
FEWEST, MOST = 6, 30
"""Questions that a loader may ask before a kill."""

CONTRACTS = 5_000
START = date(2026, 6, 1)
NOW = datetime(2026, 7, 1, 12, 0)  # noqa: DTZ001 - the portal's time has no zone
TOKEN = "0123456789abcdef0123456789abcdef"
ROOTS = ("TrdBuy", "Lots", "Contract", "Acts")
AGAIN_WITHIN = 20.0

AT_WORK = """
    SELECT count(*) FROM pg_locks JOIN run ON run.id = pg_locks.objid
    WHERE locktype = 'advisory' AND classid = $1 AND granted AND status = 'running'
"""


@dataclass
class Siege:
    """A back-fill of one world, what kills it, and how often it was hit."""

    office: Office
    postgres: Running
    sandbox: Server
    url: str
    hits: Counter[str] = field(default_factory=Counter)
    misses: int = 0

    async def begin(self) -> asyncio.subprocess.Process:
        """Start a loader."""
        told = {"GOSZAKUP_URL": self.url, "GOSZAKUP_TOKEN": TOKEN, "GOSZAKUP_RATE": "0"}
        return await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "ingestor", "backfill", "goszakup", "--json"),
            *("--from", str(START), "--to", str(NOW.date())),
            env=self.office.environment() | told,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )

    async def strike(self, target: str, after: int) -> None:
        """Kill the loader or its database once a new loader has asked so many questions."""
        due = self.sandbox.usage.requests + after
        loader = await self.begin()
        while self.sandbox.usage.requests < due and loader.returncode is None:
            await asyncio.sleep(0.002)
        in_flight = loader.returncode is None and await self.at_work()
        if target == "postgres":
            await self.cut_power()
        await end(loader)
        self.hits[target] += in_flight
        self.misses += not in_flight

    async def cut_power(self) -> None:
        """End PostgreSQL without warning and start it again."""
        self.postgres.kill()
        until = time.monotonic() + AGAIN_WITHIN
        while True:
            try:
                await asyncio.to_thread(self.postgres.start)
            except RuntimeError:  # its old backends still end
                if time.monotonic() > until:
                    raise
                await asyncio.sleep(0.05)
            else:
                return

    async def at_work(self) -> bool:
        """Tell whether a run is going on, over a connection that no kill has cut."""
        connection = await asyncpg.connect(self.office.urls["ingestor"])
        try:
            return bool(await connection.fetchval(AT_WORK, RUN_LOCK))
        finally:
            await connection.close()


async def end(loader: asyncio.subprocess.Process) -> None:
    """End a loader without warning, unless it ended by itself."""
    if loader.returncode is None:
        loader.kill()
    await loader.wait()


@asynccontextmanager
async def besieged() -> AsyncIterator[Siege]:
    """Lend a sandbox, an empty ingestor, and a PostgreSQL of its own that keeps what it says."""
    with running(Postgres, durable=True) as postgres, sandbox() as (server, url):
        assert isinstance(postgres.server, Postgres)
        async with opened_office(Cluster(postgres.server.admin_url())) as office:
            yield Siege(office, postgres, server, url)


@contextmanager
def sandbox() -> Iterator[tuple[Server, str]]:
    """Serve a month of a world."""
    server = Server(World(7, CONTRACTS, START), Access(TOKEN))
    server.advance(NOW)
    with background(server, free_port()) as url:
        yield server, url


def oracle(world: World) -> dict[str, Counter[str]]:
    """Everything a back-fill asks for, each once: a draft without a notice is not signed yet."""
    there = {root: Counter(map(str, world.table(root))) for root in ROOTS}
    contracts = world.table("Contract").items()
    drafts = (str(key) for key, row in contracts if not (row["trdBuyId"] or row["signDate"]))
    return there | {"Contract": there["Contract"] - Counter(drafts)}


def addenda(world: World) -> int:
    """Count the addenda to contracts without a notice, each of which makes a second version."""
    contracts = world.table("Contract").values()
    return sum(row["id"] != row["rootId"] for row in contracts if not row["trdBuyId"])


async def published(office: Office) -> dict[str, Counter[str]]:
    """Count how often the feed says each notice, lot, contract and act."""
    said: dict[str, Counter[str]] = {root: Counter() for root in ROOTS}
    for (_, ocid), body in (await office.published()).items():
        release = body["release"]
        number = ocid.removeprefix("ocds-kz0000-")
        if number.isdigit():
            said["TrdBuy"][number] += 1
        said["Lots"] += ids(release.get("tender", {}).get("lots", []))
        for contract in release.get("contracts", []):
            said["Contract"] += ids([contract, *contract.get("amendments", [])])
            said["Acts"] += ids(contract.get("x_acts", []))
    return said


def ids(parts: list[dict[str, Any]]) -> Counter[str]:
    """Count the ids of some parts."""
    return Counter(str(part["id"]) for part in parts)


@pytest.mark.slow
async def test_a_back_fill_killed_twenty_times_holds_exactly_what_the_sandbox_has(
    record_property: Callable[[str, object], None],
) -> None:
    seed, began = int(os.environ.get("SEED", "20261124")), time.monotonic()
    rng = Random(seed)
    async with besieged() as siege:
        while siege.hits.total() < KILLS and siege.misses < KILLS:
            target = ("loader", "postgres")[siege.hits.total() % 2]
            await siege.strike(target, rng.randint(FEWEST, MOST))
        before = await siege.office.published()
        last = await siege.begin()
        status = await last.wait()
        found, wanted = await published(siege.office), oracle(siege.sandbox.portal.world)
        [row] = await siege.office.rows(
            "SELECT count(*) - count(DISTINCT process) AS later FROM source_record"
        )
        amended = addenda(siege.sandbox.portal.world)

    counts = ", ".join(f"{root} {found[root].total()}" for root in ROOTS)
    record_property(
        "figure",
        f"back-fill seed={seed} kills in flight={siege.hits.total()} ({dict(siege.hits)}), "
        f"others={siege.misses}; {len(before)} processes before the last loader; {counts} "
        f"in {time.monotonic() - began:.0f} s",
    )
    assert (siege.hits, status) == ({"loader": 10, "postgres": 10}, 0)
    assert min(wanted[root].total() for root in ROOTS) > 0
    assert found == wanted
    assert row["later"] == amended
