"""How many events of the log one gateway process serves a second, in pages of a thousand."""

import asyncio
from contextlib import ExitStack

from deploy.bench.read import gateway_at, measure
from deploy.bench.running import filling, key_for, view
from gateway.stream import telling
from gateway.view import changes
from shared import events

GOAL = 20_000
EVENTS = 50_000
PAGE = 1_000
ROUNDS = 3
BATCH = 5_000


def run() -> None:
    """Print the rounds, and the best of them against the goal."""
    with ExitStack() as stack:
        url, redis_url = stack.enter_context(view())
        key = asyncio.run(_fill(url))
        gateway = stack.enter_context(gateway_at(url, redis_url))
        best = max(measure(gateway, _paths(), key)["rate"] for _ in range(ROUNDS)) * PAGE
    print(f"bench feed ratio={best:.0f} goal={GOAL}")


async def _fill(url: str) -> str:
    """Tell many alerts and return a key."""
    async with filling(url) as database:
        for first in range(0, EVENTS, BATCH):
            async with database.transaction() as connection:
                seq = await changes.take_number(connection)
                told = [_event(number) for number in range(first, first + BATCH)]
                await telling.tell(connection, events.PUBLIC, told, seq=seq)
        return await key_for(database, ["feed:read"])


def _event(number: int) -> telling.Told:
    process = f"prc_{number:026d}"
    data = {
        "alert": f"alr_{number:026d}",
        "process": process,
        "band": "high",
        "indicators": ["R018", "R024"],
        "position": number,
        "subject_type": "process",
        "subject_id": process,
        "link": f"/v1/scores/process/{process}",
    }
    return f"alert.created/{number}", "alert.created", data


def _paths() -> list[str]:
    return [f"/v1/feed?limit={PAGE}&after={first}" for first in range(0, EVENTS, PAGE)]
