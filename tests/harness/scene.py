"""A running platform with purchases in it, and somebody who reads and writes there."""

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from tests.harness.faults import ACCEPTED, LEVEL, SCORED
from tests.harness.purchases import line, purchase
from tests.harness.stage import Stage
from tests.journeys.site import Site
from tests.support.processes import Started

SCOPES = "processes:read,scores:read,alerts:read,cases:read,cases:write,exports:create,feed:read"
PLENTY = 1_000_000
"""Requests a minute: quotas have tests of their own."""

SEEN = 70.0
"""Seconds a client waits: longer than any bound of ours, so that an answer is seen to be late."""


@dataclass
class Scene:
    """The platform, its folder, and a client with a key of an editor."""

    stage: Stage
    folder: Path
    client: httpx.AsyncClient

    async def load(self, first: int, count: int) -> Started:
        """Begin to hand in purchases of these numbers, every tenth alarming."""
        now, path = datetime.now(UTC), self.folder / f"from-{first}.jsonl"
        rows = (purchase(n, alarm=n % 10 == 0, now=now) for n in range(first, first + count))
        path.write_bytes(b"".join(map(line, rows)))
        return await self.stage.load(path, "--source", "harness")

    async def level(self, within: float = 90.0) -> None:
        """Wait until everything that was accepted is scored and seen at the gateway."""
        until = time.monotonic() + within
        async with self.stage.admin() as admin:
            while not await admin.fetchval(LEVEL):
                assert time.monotonic() < until, "what was accepted is not seen"
                await self.stage.revive()

    async def unscored(self) -> set[str]:
        """What was accepted and has no score."""
        async with self.stage.admin() as admin:
            accepted = {row["key"] for row in await admin.fetch(ACCEPTED)}
            return accepted - {row["key"] for row in await admin.fetch(SCORED)}

    async def purchases(self) -> list[str]:
        """The ids of the purchases of the first page."""
        answer = await self.client.get("/v1/processes", params={"limit": 200})
        return [row["id"] for row in answer.json()["data"]]


@asynccontextmanager
async def opened_scene(folder: Path, count: int) -> AsyncIterator[Scene]:
    """Lend a platform with so many purchases."""
    stage = Stage(folder / "data")
    try:
        await stage.up()
        made = await key_of_an_editor(stage, "Harness")
        headers = {"Authorization": f"Bearer {made['key']}"}
        front = stage.platform.front
        limits = httpx.Limits(max_connections=None)
        async with httpx.AsyncClient(
            base_url=front, headers=headers, timeout=SEEN, limits=limits
        ) as client:
            scene = Scene(stage, folder, client)
            loading = await scene.load(0, count)
            assert await loading.wait() == 0
            await scene.level()
            yield scene
    finally:
        stage.down()


async def start_case(scene: Scene, number: int) -> httpx.Response:
    """Ask for a case under a key that belongs to its number."""
    key = {"Idempotency-Key": str(UUID(int=number))}
    return await scene.client.post("/v1/cases", json={"title": f"Case {number}"}, headers=key)


async def key_of_an_editor(
    stage: Stage, organisation: str, *, per_minute: int = PLENTY
) -> dict[str, Any]:
    """Make an organisation with an editor, and a key of theirs."""
    site = Site(stage, stage.platform.place.path, httpx.AsyncClient())
    await site.command("gateway", "organisation", "add", organisation)
    words = ("member", "add", "Aida", "--organisation", organisation, "--role", "editor", "--json")
    [member] = (await site.command("gateway", *words)).rows
    held = ("key", "add", "--json", "--organisation", organisation, "--per-minute", str(per_minute))
    more = ("--member", str(member["id"]), "--scopes", SCOPES)
    [made] = (await site.command("gateway", *held, *more)).rows
    return made


def timed(began: float) -> float:
    """Seconds since then."""
    return time.monotonic() - began


def document(answer: httpx.Response) -> dict[str, Any]:
    """The JSON of an answer."""
    found: dict[str, Any] = json.loads(answer.content)
    return found
