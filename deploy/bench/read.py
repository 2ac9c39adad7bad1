"""How many scores a second one gateway process serves, beside an empty FastAPI route.

Both run as one uvicorn process each; the gateway with PostgreSQL and Valkey of its own, checking
the key and counting the quota of every request. The client is a closed loop in a third process.
"""

import asyncio
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import msgspec
import psutil

from deploy.servers import Postgres, Valkey, free_port
from gateway import management
from gateway.keys import SCOPES
from gateway.view import apply
from shared.clock import SystemClock
from shared.database import Database
from shared.feed import Entry
from shared.migrations import upgrade
from shared.provision import provision
from tests.support.servers import running

GOAL = 0.4
ROUNDS = 3
SECONDS = 4.0
CONNECTIONS = 16
SCORES = 5_000
PATIENCE = 30.0
PASSWORD = "bench-only"  # noqa: S105 - of a server that lives for a minute
INDICATORS = 11


def run() -> None:
    """Print both sides, and the best gateway round against the best empty one."""
    with ExitStack() as stack:
        postgres = stack.enter_context(running(Postgres)).server
        valkey = stack.enter_context(running(Valkey)).server
        assert isinstance(postgres, Postgres)
        assert isinstance(valkey, Valkey)
        url = prepare(postgres)
        key = asyncio.run(_fill(url))
        gateway = stack.enter_context(gateway_at(url, valkey.url()))
        empty = stack.enter_context(_empty())
        rounds = [
            (measure(empty, ["/"], key), measure(gateway, _paths(), key)) for _ in range(ROUNDS)
        ]
    best_empty = max(each["rate"] for each, _ in rounds)
    best_gateway = max(each["rate"] for _, each in rounds)
    print(f"bench read ratio={best_gateway / best_empty:.3f} goal={GOAL}")


def prepare(server: Postgres) -> str:
    """Make the gateway's tables on a server and return their address."""
    asyncio.run(provision(server.admin_url(), {"gateway": PASSWORD}, database="bench"))
    url = f"postgresql://gateway:{PASSWORD}@127.0.0.1:{server.port}/bench"
    upgrade(url, "gateway")
    return url


async def _fill(url: str) -> str:
    """Put scores into the view and return a key."""
    database = Database(url, application="bench")
    await database.open()
    try:
        entries = [_entry(number) for number in range(SCORES)]
        async with database.transaction() as connection:
            await apply.scores(connection, entries)
        clock = SystemClock()
        await management.add_organisation(database, clock, "bench")
        made = await management.add_key(
            database, clock, organisation="bench", scopes=list(SCOPES), per_minute=10**9
        )
        return made.text
    finally:
        await database.close()


def _subject(number: int) -> str:
    return f"prc_{number:026d}"


def _paths() -> list[str]:
    return [f"/v1/scores/process/{_subject(number)}" for number in range(SCORES)]


def _entry(number: int) -> Entry:
    line = {
        "code": "R018",
        "status": "flagged",
        "kind": "signal",
        "family": "competition",
        "value": 1.0,
        "threshold": 1.0,
        "points": 20.0,
        "discount": 1.0,
        "counted": 20.0,
        "evidence": [{"path": "/tender/numberOfTenderers", "value": 1}],
        "missing": [],
    }
    points = {"lower": 20.0, "expected": 22.5, "upper": 60.0}
    document = {
        "subject": {"type": "process", "id": _subject(number), "source": "bench", "ocid": "o"},
        "score": points,
        "points": points,
        "coverage": 0.9,
        "band": "low",
        "provisional": False,
        "value": None,
        "indicators": [line] * INDICATORS,
        "method_version": "1",
        "profile": "kz",
        "data_date": "2026-02-01T00:00:00Z",
        "data_seq": 1,
        "computed_at": "2026-02-01T00:00:00Z",
        "cause": "data",
    }
    body = msgspec.json.encode(document)
    return Entry(number + 1, f"process/{_subject(number)}", deleted=False, body=body)


class Server:
    """A process that answers on a port."""

    def __init__(self, name: str, port: int, process: subprocess.Popen[bytes]) -> None:
        self.name, self.port, self.process = name, port, process

    def cpu(self) -> float:
        """CPU seconds used so far."""
        times = psutil.Process(self.process.pid).cpu_times()
        return times.user + times.system


@contextmanager
def gateway_at(database_url: str, redis_url: str) -> Iterator[Server]:
    """Run one gateway process on these servers."""
    port = free_port()
    secrets = {"INTERNAL_KEY": "bench-" * 6, "CURSOR_KEY": "bench-" * 6}
    env = {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "PORT": str(port), **secrets}
    command = [str(Path(sys.executable).parent / "gateway"), "serve"]
    with _started("gateway", command, port, env, "/readyz") as server:
        yield server


@contextmanager
def _empty() -> Iterator[Server]:
    port = free_port()
    command = [sys.executable, "-m", "deploy.bench.empty", str(port)]
    with _started("empty", command, port, {}, "/") as server:
        yield server


@contextmanager
def _started(
    name: str, command: list[str], port: int, env: dict[str, str], ready: str
) -> Iterator[Server]:
    process = subprocess.Popen(
        command, env=os.environ | env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait(f"http://127.0.0.1:{port}{ready}")
        yield Server(name, port, process)
    finally:
        process.terminate()
        process.wait(10)


def _wait(url: str) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(url, timeout=1)  # noqa: S310 - an address of ours
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"{url} did not answer within {PATIENCE:.0f} s")


def measure(server: Server, paths: list[str], key: str) -> dict[str, Any]:
    """Run the closed loop once against a server; raise RuntimeError for any refusal."""
    words = [str(server.port), str(SECONDS), str(CONNECTIONS), f"Bearer {key}"]
    before = server.cpu()
    done = subprocess.run(
        [sys.executable, "-m", "deploy.bench.closed_loop", *words],
        input="\n".join(paths).encode(),
        capture_output=True,
        check=True,
        timeout=PATIENCE,
    )
    figures: dict[str, Any] = json.loads(done.stdout)
    if set(figures["statuses"]) != {"200"}:
        raise RuntimeError(f"{server.name} answered {figures['statuses']}")
    figures["rate"] = figures["requests"] / figures["seconds"]
    cpu = server.cpu() - before
    print(
        f"  {server.name:<8} {figures['requests']:6d} requests, {figures['rate']:6.0f}/s,"
        f" median {figures['median_ms']:.1f} ms, p99 {figures['p99_ms']:.1f} ms,"
        f" {cpu:.2f} CPU s, {cpu / figures['requests'] * 1e6:.0f} µs each"
    )
    return figures
