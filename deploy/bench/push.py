"""How many webhooks a second one dispatcher sends to a receiver on the same machine.

The dispatcher is a process of its own; the receiver answers in ours. What is counted are deliveries
whose answer is written down.
"""

import asyncio
import os
import sys
import time
from contextlib import ExitStack

import asyncpg
import msgspec
import psutil

from deploy.bench.running import prepare
from deploy.servers import Postgres
from gateway.push.signatures import SEALED_AS, new_secret
from gateway.who.sealing import Seal
from shared import events
from shared.feed import Change
from tests.support.servers import running

GOAL = 300
ENDPOINTS = 10
EVENTS = 300
PATIENCE = 120.0
KEY = "bench-only-key-of-a-minute-and-more"

_ENDPOINT = """
    INSERT INTO endpoint (id, organisation_id, url, signing, sealed, public_seq, own_seq)
    VALUES ($1, 'own_bench', $2, 'v1', $3, 0, 0)
"""
_DONE = "SELECT count(*) FROM delivery WHERE state = 'delivered'"


def run() -> None:
    """Print deliveries a second, and the dispatcher's CPU for each."""
    with ExitStack() as stack:
        postgres = stack.enter_context(running(Postgres)).server
        assert isinstance(postgres, Postgres)
        rate, spent = asyncio.run(_run(prepare(postgres)))
    print(f"  {1e6 * spent:.0f} µs of the dispatcher's CPU a delivery")
    print(f"bench push ratio={rate:.0f} goal={GOAL}")


async def _run(url: str) -> tuple[float, float]:
    server = await asyncio.start_server(_receive, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    connection = await asyncpg.connect(url)
    try:
        await _fill(connection, f"http://127.0.0.1:{port}/")
        return await _measure(connection, url)
    finally:
        server.close()
        await connection.close()


async def _fill(connection: asyncpg.Connection, url: str) -> None:
    """Put endpoints and events there, as the API and the worker do."""
    await connection.execute(
        "INSERT INTO organisation (id, name, created_at) VALUES ('own_bench', 'bench', now())"
    )
    seal = Seal(KEY.encode(), SEALED_AS)
    for number in range(ENDPOINTS):
        name = f"whk_{number}"
        await connection.execute(
            _ENDPOINT, name, f"{url}{number}", seal.close(new_secret("v1"), of=name)
        )
    async with connection.transaction():
        await events.append(connection, events.PUBLIC, [_event(n) for n in range(EVENTS)])


def _event(number: int) -> Change:
    data = {"alert": f"alr_{number}", "band": "high", "indicators": ["R018"], "position": number}
    told = {"id": f"e/{number}", "type": "alert.created", "at": "2026-03-02T06:05:00Z"}
    return Change(f"e/{number}", msgspec.json.encode({**told, "data": data}))


async def _measure(connection: asyncpg.Connection, url: str) -> tuple[float, float]:
    """Return deliveries a second from the first one on, and seconds of CPU for each."""
    told = {
        "DATABASE_URL": url,
        "INTERNAL_KEY": KEY,
        "CURSOR_KEY": KEY,
        "WEBHOOK_NETWORKS": "127.0.0.0/8",
        "LOG_LEVEL": "ERROR",
    }
    command = [sys.executable, "-m", "gateway", "dispatch"]
    process = await asyncio.create_subprocess_exec(*command, env={**os.environ, **told})
    try:
        used = psutil.Process(process.pid).cpu_times
        async with asyncio.timeout(PATIENCE):
            while not await connection.fetchval(_DONE):
                await asyncio.sleep(0.01)
            began, before = time.monotonic(), sum(used()[:2])
            first = await connection.fetchval(_DONE)
            while (done := await connection.fetchval(_DONE)) < ENDPOINTS * EVENTS:
                await asyncio.sleep(0.05)
        spent = sum(used()[:2]) - before
        return (done - first) / (time.monotonic() - began), spent / (done - first)
    finally:
        process.kill()
        await process.wait()


async def _receive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")
    )
    await reader.readexactly(int(length.partition(b":")[2]))
    writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
    await writer.drain()
    writer.close()
