"""Two thousand purchases arrive while everything that carries them is killed, again and again.

Faults go by the number of purchases loaded, drawn from a seed, so that a run can be repeated. A
kill counts as a hit only if accepted releases were not yet scored at that moment. In the end the
ids that the ingestor accepted must be the ids that have a score, in scoring and at the gateway,
and the alerts must be those of the purchases made to raise one, each once.
"""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import httpx

from tests.harness.purchases import line, mixed
from tests.harness.stage import Stage

TARGETS = {
    "scoring-engine": 11,
    "postgres": 6,
    "valkey": 5,
    "flush": 3,
    "gateway-worker": 3,
    "scoring-api": 2,
}
"""How often each is struck: 30 times in all."""

STRIKES_WITHIN = 8.0
QUIET_WITHIN = 90.0
FEWEST_HITS = 20


@dataclass
class Report:
    """What happened and what was found at the end."""

    seed: int
    accepted: int = 0
    hits: Counter[str] = field(default_factory=Counter)
    misses: Counter[str] = field(default_factory=Counter)
    unscored: list[str] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)
    alerts_lost: list[str] = field(default_factory=list)
    alerts_unexpected: list[str] = field(default_factory=list)
    alerts_doubled: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def __str__(self) -> str:
        struck = ", ".join(f"{name} {n}" for name, n in sorted(self.hits.items()))
        return (
            f"faults seed={self.seed} accepted={self.accepted} "
            f"kills that hit a batch in flight={self.hits.total()} ({struck}); "
            f"others={self.misses.total()}; unscored={len(self.unscored)} "
            f"unseen at the gateway={len(self.unseen)} alerts lost={len(self.alerts_lost)} "
            f"doubled={len(self.alerts_doubled)} unexpected={len(self.alerts_unexpected)} "
            f"in {self.seconds:.0f} s"
        )


async def run(folder: Path, seed: int, *, count: int = 2_000, alarming: int = 200) -> Report:
    """Play the whole scenario in a folder of its own."""
    began = time.monotonic()
    report = Report(seed)
    stage = Stage(folder)
    try:
        await stage.up()
        purchases = mixed(count, alarming=alarming, now=datetime.now(UTC))
        await _strike_while_loading(stage, report, folder, purchases)
        await _quiet(stage)
        await _audit(stage, report, {r["ocid"] for r, alarm in purchases if alarm})
    finally:
        stage.down()
    report.seconds = time.monotonic() - began
    return report


async def _strike_while_loading(
    stage: Stage, report: Report, folder: Path, purchases: Sequence[tuple[dict[str, Any], bool]]
) -> None:
    rng = Random(report.seed)
    strikes = [name for name, n in TARGETS.items() for _ in range(n)]
    rng.shuffle(strikes)
    size = -(-len(purchases) // len(strikes))
    for n, name in enumerate(strikes):
        chunk = folder / f"chunk-{n}.jsonl"
        chunk.write_bytes(b"".join(line(r) for r, _ in purchases[n * size : (n + 1) * size]))
        await _load_under_fire(stage, report, chunk, name)


async def _load_under_fire(stage: Stage, report: Report, chunk: Path, name: str) -> None:
    """Load one chunk and strike as soon as it is accepted; a loader that failed is run again."""
    head = await _head(stage)
    loading = await stage.load(chunk, "--source", "harness")
    hit = await _in_flight(stage, head)
    await (stage.flush_queue() if name == "flush" else stage.kill(name))
    (report.hits if hit else report.misses)[name] += 1
    while await loading.wait() not in (0, 1):
        loading = await stage.load(chunk, "--source", "harness")
    await stage.revive()
    await stage.ready("scoring-engine")


async def _in_flight(stage: Stage, head_before: int) -> bool:
    """Wait until new releases are accepted and tell whether they are still unscored."""
    deadline = time.monotonic() + STRIKES_WITHIN
    async with stage.admin() as admin:
        while time.monotonic() < deadline:
            if await admin.fetchval(HEAD) > head_before:
                return bool(await admin.fetchval(IN_FLIGHT))
            await asyncio.sleep(0.005)
    return False


async def _head(stage: Stage) -> int:
    async with stage.admin() as admin:
        return int(await admin.fetchval(HEAD))


async def _quiet(stage: Stage) -> None:
    """Wait until every reader has reached the end of what it reads, or time is up."""
    deadline = time.monotonic() + QUIET_WITHIN
    while time.monotonic() < deadline:
        await stage.revive()
        async with stage.admin() as admin:
            if await admin.fetchval(LEVEL):
                return
        await asyncio.sleep(0.25)


async def _audit(stage: Stage, report: Report, due: set[str]) -> None:
    async with stage.admin() as admin:
        accepted = {row["key"] for row in await admin.fetch(ACCEPTED)}
        scored = {row["key"] for row in await admin.fetch(SCORED)}
    seen, alerts = await _at_the_gateway(stage)
    report.accepted = len(accepted)
    report.unscored = sorted(accepted - scored)
    report.unseen = sorted(accepted - seen)
    report.alerts_lost = sorted(due - set(alerts))
    report.alerts_unexpected = sorted(set(alerts) - due)
    report.alerts_doubled = [ocid for ocid, n in Counter(alerts).items() if n > 1]


async def _at_the_gateway(stage: Stage) -> tuple[set[str], list[str]]:
    """What a stranger sees: ids of purchases that have a score, and the ocids of all alerts."""
    headers = {"Authorization": f"Bearer {await _api_key(stage)}"}
    async with httpx.AsyncClient(base_url=stage.platform.front, headers=headers) as client:
        rows = [row async for row in _walk(client, "/v1/processes")]
        alerts = [row async for row in _walk(client, "/v1/alerts")]
    seen = {row["id"] for row in rows if row["score"]}
    return seen, [alert["subject"]["ocid"] for alert in alerts]


async def _api_key(stage: Stage) -> str:
    told = stage.platform.environment("gateway")
    for words in (("organisation", "add"), ("key", "add", "--json", "--organisation")):
        printed = await stage.platform.run(*words, "Harness", program="gateway", told=told)
    return str(json.loads(printed)["key"])


async def _walk(client: httpx.AsyncClient, path: str) -> Any:
    cursor: str | None = None
    while True:
        answer = await client.get(
            path, params={"limit": 200} | ({"cursor": cursor} if cursor else {})
        )
        answer.raise_for_status()
        page = answer.json()
        for row in page["data"]:
            yield row
        cursor = page["page"]["next_cursor"]
        if cursor is None:
            return


HEAD = "SELECT coalesce((SELECT seq FROM ingestor.feed_head WHERE feed = 'releases'), 0)"

IN_FLIGHT = """
    SELECT (SELECT seq FROM ingestor.feed_head WHERE feed = 'releases')
         > (SELECT scored_seq FROM scoring.engine)
"""

ACCEPTED = "SELECT key FROM ingestor.feed_state WHERE feed = 'releases' AND body IS NOT NULL"

SCORED = """
    SELECT substr(key, 9) AS key FROM scoring.feed_state
    WHERE feed = 'scores' AND key LIKE 'process/%' AND body IS NOT NULL
"""

LEVEL = """
    SELECT (SELECT scored_seq FROM scoring.engine)
           >= (SELECT seq FROM ingestor.feed_head WHERE feed = 'releases')
       AND NOT EXISTS (
           SELECT FROM scoring.feed_head AS made
           LEFT JOIN gateway.feed_cursor AS read ON read.feed = made.feed
           WHERE made.feed IN ('scores', 'alerts') AND coalesce(read.seq, 0) < made.seq)
       AND (SELECT seq FROM gateway.feed_cursor WHERE feed = 'releases')
           >= (SELECT seq FROM ingestor.feed_head WHERE feed = 'releases')
"""
