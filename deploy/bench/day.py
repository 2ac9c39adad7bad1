"""How long a day of the country's purchases takes through ingest and scoring.

7,000 notices with three lots each, and 7,000 other purchases as they stand with their contract, are
handed in as releases to an empty platform that runs already; reading a portal is what `backfill`
measures. The day is over once every process, and every buyer and supplier of it, is judged.
"""

import asyncio
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import msgspec

from deploy.bench.running import Running, running
from deploy.sandbox.generate import releases

GOAL = 300
"""Seconds on two cores."""

NOTICES = CONTRACTS = 7_000
LOTS_A_NOTICE = 3
SEED = 13
LATER = ("bids", "awards", "contracts")
"""What a purchase that was just announced does not have."""


def run() -> None:
    """Print the seconds of the day against the goal."""
    asyncio.run(_run())


async def _run() -> None:
    with tempfile.TemporaryDirectory(prefix="qadaga-day-") as name:
        file = Path(name) / "day.jsonl"
        lots = _write(file)
        async with running(Path(name)) as system:
            taken, judged = await _pass(system, file)
    print(
        f"  {NOTICES} notices with {lots} lots, {CONTRACTS} contracts: "
        f"in the feed after {taken:.0f} s, judged after {judged:.0f} s"
    )
    print(f"bench day ratio={judged:.0f} goal={GOAL}")


def _write(file: Path) -> int:
    """Write the releases of the day; says how many lots they have."""
    made = list(_day())
    file.write_bytes(b"".join(msgspec.json.encode(release) + b"\n" for release in made))
    return sum(len(release["tender"].get("lots", ())) for release in made)


def _day() -> Iterator[dict[str, Any]]:
    notices = contracts = 0
    for line in releases(SEED, 3 * (NOTICES + CONTRACTS)):
        release = msgspec.json.decode(line)
        if release.get("contracts") and contracts < CONTRACTS:
            contracts += 1
            yield release
        elif notices < NOTICES:
            notices += 1
            yield _announced(release)


def _announced(release: dict[str, Any]) -> dict[str, Any]:
    """The purchase on the day of its notice."""
    told = {name: part for name, part in release.items() if name not in LATER}
    value = release["tender"].get("value", {})
    lots = [
        {"id": f"{release['ocid']}-{number}", "status": "active", "value": value}
        for number in range(LOTS_A_NOTICE)
    ]
    return told | {"tender": release["tender"] | {"status": "active", "lots": lots}}


async def _pass(system: Running, file: Path) -> tuple[float, float]:
    """Seconds until the day is in the feed, and until it is judged."""
    began = time.perf_counter()
    await system.command("ingestor", "load", "--source", "day", str(file))
    taken = time.perf_counter() - began
    connection = await asyncpg.connect(system.admin_url)
    try:
        while not await connection.fetchval(JUDGED):
            await asyncio.sleep(0.1)
    finally:
        await connection.close()
    return taken, time.perf_counter() - began


JUDGED = """
    SELECT NOT EXISTS (SELECT FROM scoring.rejudge)
       AND least(scored_seq, compared_seq)
           >= (SELECT seq FROM ingestor.feed_head WHERE feed = 'releases')
    FROM scoring.engine
"""
