"""What a reader waits for each kind of answer, one question after the other.

The subjects asked for are drawn from all over the view, so that what is not in memory is read.
"""

import random
import statistics
import time
from collections.abc import Callable, Mapping
from typing import Final

import asyncpg
import httpx

from deploy.bench.running import Running

TIMES: Final = 60
ENOUGH: Final = 20_000
"""Purchases to draw from."""

SEED: Final = 7

Row = Mapping[str, str]
"""A purchase: its id, ocid, buyer and region."""

_DRAWN: Final = """
    SELECT process.id, process.ocid, part.party_id AS buyer, process.buyer_region[1] AS region
    FROM gateway.process TABLESAMPLE SYSTEM ({share})
    JOIN gateway.part ON part.process_id = process.id
    WHERE part.role = 'buyer' AND process.id NOT LIKE '%-%'
"""
_COUNT: Final = "SELECT greatest(count(*), 1) FROM gateway.process"

QUESTIONS: Final[Mapping[str, Callable[[Row], str]]] = {
    "a purchase": lambda row: f"/v1/processes/{row['id']}",
    "its score": lambda row: f"/v1/scores/process/{row['id']}",
    "the explanation of its score": lambda row: f"/v1/scores/process/{row['id']}/explanation",
    "who is behind a number": lambda row: f"/v1/resolve?q={row['ocid']}",
    "a buyer and its record": lambda row: f"/v1/buyers/{row['buyer']}",
    "purchases of a buyer": lambda row: f"/v1/processes?buyer={row['buyer']}&limit=50",
    "contracts of a buyer": lambda row: f"/v1/contracts?buyer={row['buyer']}&limit=50",
    "the newest": lambda _: "/v1/processes?limit=50",
    "the newest of high risk": lambda _: "/v1/processes?band=high&limit=50",
    "of a region": lambda row: f"/v1/processes?buyer_region={row['region']}&limit=50",
    "the dearest of a region": lambda row: (
        f"/v1/processes?buyer_region={row['region']}&sort=-amount&limit=50"
    ),
    "flagged by an indicator": lambda _: "/v1/processes?indicator=R018&limit=50",
    "purchases by a word": lambda _: "/v1/processes?q=ноутбук&limit=50",
    "contracts by two words": lambda _: "/v1/contracts?q=бумага офисная&limit=50",
    "lots by a sum": lambda _: "/v1/lots?amount[gte]=100000000&currency=KZT&limit=50",
    "releases as OCDS": lambda row: f"/v1/ocds/releases?buyer={row['buyer']}&limit=50",
    "alerts": lambda _: "/v1/alerts?limit=50",
    "what a phone keeps": lambda row: f"/v1/sync?region={row['region']}&limit=200",
}


async def asked(system: Running, pool: asyncpg.Pool) -> None:
    """Ask every question some times, and print what each took."""
    rows = await _drawn(pool)
    base = f"http://127.0.0.1:{system.platform.ports['gateway-api']}"
    headers = {"Authorization": f"Bearer {await system.api_key()}"}
    async with httpx.AsyncClient(base_url=base, headers=headers, timeout=60) as client:
        for name, path in QUESTIONS.items():
            print(await _question(client, name, [path(row) for row in rows]), flush=True)


async def _drawn(pool: asyncpg.Pool) -> list[Row]:
    count = await pool.fetchval(_COUNT)
    found = await pool.fetch(_DRAWN.format(share=min(100.0, 100 * ENOUGH / count)))
    return random.Random(SEED).sample([dict(row) for row in found], TIMES)  # noqa: S311 (the same each time)


async def _question(client: httpx.AsyncClient, name: str, paths: list[str]) -> str:
    took, refused = [], 0
    for path in paths:
        began = time.perf_counter()
        refused += (await client.get(path)).status_code != httpx.codes.OK
        took.append(1000 * (time.perf_counter() - began))
    median, slowest = statistics.median(took), sorted(took)[-len(took) // 20]
    told = f"  {name:<30} {median:8.1f} ms, of twenty the slowest {slowest:8.1f} ms"
    return told + (f" ({refused} refused)" if refused else "")
