"""The usual load on one platform: alone, three times as much, beside a back-fill, and for long.

Limits are seconds of the machine that the figures come from: what this one takes longer, and what
others take of it, is measured before and after.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from statistics import median

import psutil
import pytest

from deploy.processes import PROCESSES
from gateway.keys import SCOPES
from tests.gateway.receiver import Receiver, opened_receiver
from tests.harness.load import P95, P99, Load, Machine, Taken
from tests.harness.scene import Scene, key_of_an_editor
from tests.journeys.site import Site
from tests.support.harness import Figure

pytestmark = pytest.mark.long

MINUTE = 60.0
WARM = 10.0
ALARMS_AT, ALARMS_FIRST, ALARMS = 10.0, 20_000, 20
TOLD_WITHIN = 30.0

THREEFOLD, BURST, AFTER = 3, 15.0, 8.0
QUOTA_SHARE = 0.5
"""Of what three times the usual load asks for."""

BACK_FILL_FIRST, BACK_FILL, BESIDE = 21_000, 3_000, 20.0
BACK_FILL_RATE = 200

SOAK = float(os.environ.get("SOAK", "30"))
"""Minutes."""

LOOK_EVERY = 5.0
MOST_MEMORY_SHORT, MOST_MEMORY_A_MINUTE = 16.0, 1.0
"""Megabytes that a process may grow by in a short time, and in each minute of a long one."""

MOST_FILES, MOST_CONNECTIONS = 10, 8


@pytest.fixture(scope="module")
async def warm(scene: Scene) -> list[str]:
    """The purchases that are asked for, on a platform that was asked for everything before."""
    found = await scene.purchases()
    await Load(scene.client, found, Random(0)).run(Machine().usual, WARM)
    return found


@pytest.fixture
def load(scene: Scene, warm: list[str], seed: int) -> Load:
    return Load(scene.client, warm, Random(seed))


def assert_usual(taken: Taken, factor: float) -> None:
    """Fail for an error, and for answers later than the usual load allows."""
    assert taken.statuses.keys() <= {200, 201}, taken
    assert taken.quantile(0.95) < P95 * factor, (str(taken), factor)
    assert taken.quantile(0.99) < P99 * factor, (str(taken), factor)


@pytest.mark.check("H2", tier=2, limit="p95 200 ms, p99 500 ms of the known machine, 0 errors")
@pytest.mark.check("H7", tier=2, limit="16 MB, 10 files, 8 connections of each database role")
async def test_a_minute_of_the_usual_load_is_answered_in_time_and_nothing_grows(
    scene: Scene, load: Load, figure: Figure
) -> None:
    machine = Machine()
    async with hooked(scene) as receiver, watched(scene) as grown:
        asking = asyncio.create_task(load.run(machine.usual, MINUTE))
        await asyncio.sleep(ALARMS_AT)
        assert await (await scene.load(ALARMS_FIRST, ALARMS)).wait() == 0
        taken = await asking
        until = time.monotonic() + TOLD_WITHIN
        while not receiver.got:
            assert time.monotonic() < until, "no alert was sent"
            await asyncio.sleep(0.1)
    factor = machine.again().factor

    figure(f"{taken} at {machine.usual:.0f} a second, machine x{factor:.1f}", "H2")
    figure(str(grown), "H7")
    assert_usual(taken, factor)
    assert grown.memory < MOST_MEMORY_SHORT, grown
    assert_flat(grown)


@pytest.mark.timeout(3600 * 3)
@pytest.mark.check("H7", tier=3, limit="1 MB a minute, 10 files, 8 connections of each role")
async def test_half_an_hour_of_the_usual_load_lets_nothing_grow(
    scene: Scene, load: Load, figure: Figure
) -> None:
    machine = Machine()
    async with watched(scene) as grown:
        taken = await load.run(machine.usual, SOAK * MINUTE)
    factor = machine.again().factor

    figure(f"{SOAK:.0f} minutes: {grown}; {taken}")
    assert_usual(taken, factor)
    between = SOAK * 2 / 3  # from the middle of the first third to that of the last
    assert grown.memory < max(MOST_MEMORY_SHORT, MOST_MEMORY_A_MINUTE * between), grown
    assert_flat(grown)


@pytest.mark.check("H3", tier=2, limit="0 faults, each refusal says when; usual at once after it")
async def test_three_times_the_usual_load_is_refused_in_part_and_told_when_to_come_back(
    scene: Scene, load: Load, figure: Figure
) -> None:
    machine = Machine()
    rate = machine.usual * THREEFOLD
    quota = int(rate * BURST * QUOTA_SHARE)
    made = await key_of_an_editor(scene.stage, "Threefold", per_minute=quota)
    taken = await load.run(rate, BURST, Authorization=f"Bearer {made['key']}")
    after = await load.run(machine.usual, AFTER)
    factor = machine.again().factor

    figure(f"{taken} at {rate:.0f} a second; after it {after}, machine x{factor:.1f}")
    assert taken.statuses.keys() <= {200, 201, 429, 503}, taken
    assert taken.untold == 0
    assert taken.statuses[429] > 0
    assert taken.statuses[200] + taken.statuses[201] <= quota
    assert_usual(after, factor)


@pytest.mark.check("H4", tier=2, limit="p95 200 ms, p99 500 ms of the known machine, 0 errors")
async def test_a_back_fill_does_not_push_the_usual_load_over_its_limits(
    scene: Scene, load: Load, figure: Figure
) -> None:
    machine = Machine()
    began = time.monotonic()
    loading = await scene.load(BACK_FILL_FIRST, BACK_FILL)
    asking = asyncio.create_task(load.run(machine.usual, BESIDE))
    assert await loading.wait() == 0
    took = time.monotonic() - began
    taken = await asking
    factor = machine.again().factor
    await scene.level()

    figure(f"{taken} while {BACK_FILL / took:.0f} releases a second came, machine x{factor:.1f}")
    assert_usual(taken, factor)
    assert BACK_FILL / took > BACK_FILL_RATE / factor
    assert await scene.unscored() == set()


@asynccontextmanager
async def hooked(scene: Scene) -> AsyncIterator[Receiver]:
    """Lend a receiver that is told of alerts."""
    site = Site(scene.stage, scene.folder, scene.client)
    words = ("--json", "--organisation", "Harness", "--scopes", ",".join(SCOPES))
    [made] = (await site.command("gateway", "key", "add", *words)).rows
    headers = {"Authorization": f"Bearer {made['key']}", "Idempotency-Key": "load"}
    async with opened_receiver() as receiver:
        body = {"url": receiver.url, "types": ["alert.created"]}
        at = "/v1/webhooks/endpoints"
        answer = await scene.client.post(at, json=body, headers=headers)
        assert answer.status_code == 201, answer.text
        yield receiver
        one = f"{at}/{answer.json()['id']}"
        gone = await scene.client.delete(one, headers={**headers, "If-Match": "*"})
        assert gone.status_code == 204, gone.text


@dataclass
class Grown:
    """By how much each process grew from the first third of the looks to the last."""

    looks: list[dict[str, tuple[float, int]]] = field(default_factory=list)
    connections: list[Mapping[str, int]] = field(default_factory=list)

    def _by(self, place: int) -> dict[str, float]:
        third = max(1, len(self.looks) // 3)
        return {
            name: median(each[name][place] for each in self.looks[-third:])
            - median(each[name][place] for each in self.looks[:third])
            for name in self.looks[0]
        }

    @property
    def memory(self) -> float:
        return max(self._by(0).values())

    @property
    def files(self) -> float:
        return max(self._by(1).values())

    @property
    def most_connections(self) -> int:
        return max(max(each.values()) for each in self.connections)

    def __str__(self) -> str:
        name, most = max(self._by(0).items(), key=lambda one: one[1])
        return (
            f"{len(self.looks)} looks: {name} grew most by {most:.1f} MB, files by "
            f"{self.files:.0f}, at most {self.most_connections} connections of one process"
        )


def assert_flat(grown: Grown) -> None:
    """Fail where files or connections grew."""
    assert grown.files <= MOST_FILES, grown
    assert grown.most_connections <= MOST_CONNECTIONS, grown


@asynccontextmanager
async def watched(scene: Scene) -> AsyncIterator[Grown]:
    """Look at all processes of ours every few seconds."""
    grown = Grown()
    watching = asyncio.create_task(_watch(scene, grown))
    try:
        yield grown
    finally:
        watching.cancel()


async def _watch(scene: Scene, grown: Grown) -> None:
    processes = {each.name: psutil.Process(scene.stage.pid(each.name)) for each in PROCESSES}
    async with scene.stage.admin() as admin:
        while True:
            grown.looks.append(
                {
                    name: (one.memory_info().rss / 1e6, one.num_fds())
                    for name, one in processes.items()
                }
            )
            rows = await admin.fetch(CONNECTIONS)
            grown.connections.append({row["application_name"]: row["number"] for row in rows})
            await asyncio.sleep(LOOK_EVERY)


CONNECTIONS = """
    SELECT application_name, count(*) AS number FROM pg_stat_activity
    WHERE usename <> 'postgres' GROUP BY application_name
"""
