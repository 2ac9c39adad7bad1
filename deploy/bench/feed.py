"""How many events of the log one gateway process serves a second, in pages of a thousand."""

import asyncio
from contextlib import ExitStack

from deploy.bench.read import gateway_at, measure, prepare
from deploy.servers import Postgres, Valkey
from gateway import management
from gateway.stream import telling
from gateway.view import changes
from shared import events
from shared.clock import SystemClock
from shared.database import Database
from tests.support.servers import running

GOAL = 20_000
EVENTS = 50_000
PAGE = 1_000
ROUNDS = 3
BATCH = 5_000


def run() -> None:
    """Print the rounds, and the best of them against the goal."""
    with ExitStack() as stack:
        postgres = stack.enter_context(running(Postgres)).server
        valkey = stack.enter_context(running(Valkey)).server
        assert isinstance(postgres, Postgres)
        assert isinstance(valkey, Valkey)
        url = prepare(postgres)
        key = asyncio.run(_fill(url))
        gateway = stack.enter_context(gateway_at(url, valkey.url()))
        best = max(measure(gateway, _paths(), key)["rate"] for _ in range(ROUNDS)) * PAGE
    print(f"bench feed ratio={best:.0f} goal={GOAL}")


async def _fill(url: str) -> str:
    """Tell many alerts and return a key."""
    database, clock = Database(url, application="bench"), SystemClock()
    await database.open()
    try:
        for first in range(0, EVENTS, BATCH):
            async with database.transaction() as connection:
                seq = await changes.take_number(connection)
                told = [_event(number) for number in range(first, first + BATCH)]
                await telling.tell(connection, events.PUBLIC, told, seq=seq)
        await management.add_organisation(database, clock, "bench")
        made = await management.add_key(
            database, clock, organisation="bench", scopes=["feed:read"], per_minute=10**9
        )
        return made.text
    finally:
        await database.close()


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
