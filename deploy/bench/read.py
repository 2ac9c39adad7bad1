"""How many scores a second one gateway process serves, beside an empty FastAPI route.

Both run as one uvicorn process each; the gateway with PostgreSQL and Valkey of its own, checking
the key and counting the quota of every request. The client is a closed loop in a third process.
Scores are read from memory, each having been asked for once; beside that is told what a 304 costs,
and what a score costs that has to be read from the database (by a gateway that may remember hardly
any).
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

from deploy.bench.running import filling, key_for, view
from deploy.servers import free_port
from gateway.keys import SCOPES
from gateway.view import apply
from shared.feed import Entry

GOAL = 0.4
GOAL_P99 = 3.0
GOAL_304 = 0.7
ROUNDS = 3
SECONDS = 4.0
CONNECTIONS = 16
SCORES = 2_000
PATIENCE = 30.0
INDICATORS = 11

Figures = dict[str, Any]


def run() -> None:
    """Print all sides, and the best gateway round against the best empty one."""
    with ExitStack() as stack:
        url, redis_url = stack.enter_context(view())
        key = asyncio.run(_fill(url))
        gateway = stack.enter_context(gateway_at(url, redis_url))
        forgetful = stack.enter_context(gateway_at(url, redis_url, CACHE_MB="1"))
        empty = stack.enter_context(empty_route())
        known = [f"{path}\tIf-None-Match: {etag(gateway, path, key)}" for path in _paths()]
        rounds = [
            (
                measure(empty, ["/"], key),
                measure(gateway, _paths(), key),
                measure(gateway, known, key, status="304"),
                measure(forgetful, _paths(), key, told="database"),
            )
            for _ in range(ROUNDS)
        ]
    compare("read", [each[0] for each in rounds], [each[1] for each in rounds])
    unchanged, database = (min(each[side]["cpu"] for each in rounds) for side in (2, 3))
    print(f"  a 304 costs {unchanged / database:.2f} of a score from the database ({GOAL_304})")


def compare(name: str, empty: list[Figures], ours: list[Figures], goal: float = GOAL) -> None:
    """Print the best rounds of both sides against each other."""
    p99 = min(each["p99_ms"] for each in ours) / min(each["p99_ms"] for each in empty)
    median = min(each["median_ms"] for each in ours) / min(each["median_ms"] for each in empty)
    cpu = min(each["cpu"] for each in ours) / min(each["cpu"] for each in empty)
    rate = max(each["rate"] for each in ours) / max(each["rate"] for each in empty)
    print(f"  of the empty route: median {median:.2f}, p99 {p99:.2f} ({GOAL_P99}), CPU {cpu:.2f}")
    print(f"bench {name} ratio={rate:.3f} goal={goal}")


async def _fill(url: str) -> str:
    """Put scores into the view and return a key."""
    async with filling(url) as database:
        entries = [score_entry(number) for number in range(SCORES)]
        async with database.transaction() as connection:
            await apply.scores(connection, entries)
        return await key_for(database, list(SCOPES))


def subject(number: int) -> str:
    """Return the id of a purchase."""
    return f"prc_{number:026d}"


def _paths() -> list[str]:
    return [f"/v1/scores/process/{subject(number)}" for number in range(SCORES)]


def score_entry(number: int, points: float = 20.0) -> Entry:
    """Return the score of a purchase, as the feed tells it."""
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
    told = {"lower": points, "expected": points + 2.5, "upper": 60.0}
    document = {
        "subject": {"type": "process", "id": subject(number), "source": "bench", "ocid": "o"},
        "score": told,
        "points": told,
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
    return Entry(number + 1, f"process/{subject(number)}", deleted=False, body=body)


class Server:
    """A process that answers on a port."""

    def __init__(self, name: str, port: int, process: subprocess.Popen[bytes]) -> None:
        self.name, self.port, self.process = name, port, process

    def cpu(self) -> float:
        """CPU seconds used so far."""
        times = psutil.Process(self.process.pid).cpu_times()
        return times.user + times.system


@contextmanager
def gateway_at(database_url: str, redis_url: str, **more: str) -> Iterator[Server]:
    """Run one gateway process on these servers."""
    port = free_port()
    secrets = {"INTERNAL_KEY": "bench-" * 6, "CURSOR_KEY": "bench-" * 6}
    env = {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "PORT": str(port),
        **secrets,
        **more,
    }
    command = [str(Path(sys.executable).parent / "gateway"), "serve"]
    with _started("gateway", command, port, env, "/readyz") as server:
        yield server


@contextmanager
def empty_route() -> Iterator[Server]:
    """Run the yardstick."""
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


def etag(server: Server, path: str, key: str) -> str:
    """Return the version of a document."""
    url = f"http://127.0.0.1:{server.port}{path}"
    asked = urllib.request.Request(url, headers={"Authorization": f"Bearer {key}"})
    with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:  # noqa: S310 - ours
        return str(answer.headers["ETag"])


def measure(
    server: Server, paths: list[str], key: str, *, status: str = "200", told: str = ""
) -> Figures:
    """Run the closed loop once against a server; raise RuntimeError for any other status."""
    words = [str(server.port), str(SECONDS), str(CONNECTIONS), f"Bearer {key}"]
    before = server.cpu()
    done = subprocess.run(
        [sys.executable, "-m", "deploy.bench.closed_loop", *words],
        input="\n".join(paths).encode(),
        capture_output=True,
        check=True,
        timeout=PATIENCE,
    )
    figures: Figures = json.loads(done.stdout)
    if set(figures["statuses"]) != {status}:
        raise RuntimeError(f"{server.name} answered {figures['statuses']}")
    figures["rate"] = figures["requests"] / figures["seconds"]
    figures["cpu"] = (server.cpu() - before) / figures["requests"]
    print(
        f"  {told or server.name:<8} {status} {figures['requests']:6d} requests,"
        f" {figures['rate']:6.0f}/s, median {figures['median_ms']:.1f} ms,"
        f" p99 {figures['p99_ms']:.1f} ms, {figures['cpu'] * 1e6:.0f} µs CPU each"
    )
    return figures
