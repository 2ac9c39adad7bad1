"""How long after a release was accepted its score can be read at the gateway, on an idle system.

Each sample loads one new purchase, waits until the ingestor has committed it, and asks the gateway
until it answers with the score. The time of asking is part of what is measured.
"""

import asyncio
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import httpx
import msgspec

from deploy.bench.running import HEAD, Running, running
from deploy.sandbox.generate import releases
from shared.vocabulary.identifiers import process_id

SAMPLES = 25
SETTLED = 3.0
"""Seconds between samples: organisation-level work of the last one is done by then."""

ASKED_EVERY = 0.02
"""Seconds; who asks more often takes from the machine what is measured."""

GOAL = 0.5
SOURCE = "bench"


def run() -> None:
    """Print the median of the samples, in seconds."""
    asyncio.run(_run())


async def _run() -> None:
    with tempfile.TemporaryDirectory(prefix="qadaga-fresh-") as name:
        async with running(Path(name)) as system:
            seconds = await _samples(system, Path(name))
    worst = max(seconds)
    print(
        f"  {len(seconds)} samples: median {statistics.median(seconds):.3f} s, worst {worst:.3f} s"
    )
    print(f"bench fresh ratio={statistics.median(seconds):.3f} goal={GOAL}")


async def _samples(system: Running, folder: Path) -> list[float]:
    key = await system.api_key()
    today = datetime.now(UTC).date()
    lines = list(releases(11, SAMPLES + 200, size="demo", today=today))
    await _load(system, folder, lines[SAMPLES:])
    await asyncio.sleep(2 * SETTLED)
    connection = await asyncpg.connect(system.admin_url)
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(base_url=system.platform.front, headers=headers) as client:
        return [await _sample(system, connection, client, folder, line) for line in lines[:SAMPLES]]


async def _sample(
    system: Running,
    connection: asyncpg.Connection,
    client: httpx.AsyncClient,
    folder: Path,
    line: bytes,
) -> float:
    path = f"/v1/scores/process/{process_id(SOURCE, msgspec.json.decode(line)['ocid'])}"
    head = await connection.fetchval(HEAD)
    loading = asyncio.create_task(_load(system, folder, [line]))
    accepted = await system.accepted(connection, head)
    while (answer := await client.get(path)).status_code == httpx.codes.NOT_FOUND:
        await asyncio.sleep(ASKED_EVERY)
    answer.raise_for_status()
    seen = time.perf_counter()
    await loading
    await asyncio.sleep(SETTLED)
    return seen - accepted


async def _load(system: Running, folder: Path, lines: list[bytes]) -> None:
    file = folder / "releases.jsonl"
    file.write_bytes(b"\n".join(lines))
    await system.command("ingestor", "load", "--source", SOURCE, str(file))
