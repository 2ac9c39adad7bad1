"""Poor lines: answers between services are cut off, and the publisher's come slowly.

Packets are lost below us, and TCP sends them again; what is left of a line so bad that TCP gives up
is an answer that breaks off. Lines here are programs between two processes of ours.
"""

import asyncio
import time
from collections import Counter
from contextlib import AsyncExitStack
from random import Random

import pytest

from deploy.sandbox.server.access import Access
from deploy.sandbox.server.app import Server
from deploy.sandbox.server.serve import background
from deploy.sandbox.world import World
from deploy.servers import free_port
from tests.harness.scene import Scene, start_case
from tests.harness.siege import NOW, SEED, START, TOKEN, back_fill, ended
from tests.harness.test_backfill import oracle, told
from tests.ingestor.office import opened_office
from tests.support.harness import Figure
from tests.support.poor_line import Line, poor_line
from tests.support.postgres import Cluster

pytestmark = pytest.mark.long

CUT = 0.3
TRIES = 6
"""How often a client asks before it gives up."""

BEHIND = {
    "gateway-api": ("CASES_URL",),
    "gateway-worker": ("INGESTOR_URL", "SCORING_URL", "CASES_URL"),
    "scoring-engine": ("INGESTOR_URL",),
    "cases-worker": ("SCORING_URL",),
}
"""Who reaches whom over a line that cuts off answers."""

CLIENTS, REQUESTS = 6, 240
FIRST, MORE = 5_000, 200

MEGABIT = 1_000_000 / 8
CONTRACTS = 500
QUESTIONS_MORE = 0.05


@pytest.mark.check("F13", tier=3, limit="below 1 percent, 0 lost, 0 doubled")
async def test_where_three_answers_of_ten_are_cut_off_repeating_helps_and_nothing_is_doubled(
    scene: Scene, seed: int, figure: Figure
) -> None:
    stage, statuses = scene.stage, Counter[int]()
    gave_up: list[int] = []

    async def ask(number: int) -> None:
        for _ in range(TRIES):
            answer = await (
                start_case(scene, FIRST + number)
                if number % 2
                else scene.client.get("/v1/cases?limit=5")
            )
            statuses[answer.status_code] += 1
            if answer.is_success:
                return
            await asyncio.sleep(0.05)
        gave_up.append(number)

    async with AsyncExitStack() as stack:
        lines: list[Line] = []
        for name, variables in BEHIND.items():
            there = stage.told(name)
            for each in variables:
                line = poor_line(there[each], cut=CUT, rng=Random(f"{seed} {name} {each}"))
                lines.append(await stack.enter_async_context(line))
            here = {
                each: line.here
                for each, line in zip(variables, lines[-len(variables) :], strict=True)
            }
            await stack.enter_async_context(stage.told_otherwise(name, here))
        loading = await scene.load(FIRST, MORE)
        numbers = iter(range(REQUESTS))

        async def client() -> None:
            for number in numbers:
                await ask(number)

        await asyncio.gather(*(client() for _ in range(CLIENTS)))
        assert await loading.wait() == 0
        await scene.level()
    lost = await scene.unscored()
    wanted = {f"Case {FIRST + number}" for number in range(1, REQUESTS, 2)}
    async with stage.admin() as admin:
        rows = await admin.fetch("SELECT title FROM cases.casefile")
    titles = Counter(row["title"] for row in rows if row["title"] in wanted)
    cuts, answers = sum(line.cuts for line in lines), sum(line.answers for line in lines)

    figure(
        f"{cuts} of {answers} answers cut off, {REQUESTS} requests asked {statuses.total()} times, "
        f"{len(gave_up)} failed, {len(lost)} releases unscored"
    )
    assert cuts > CUT * answers / 2
    assert min(line.cuts for line in lines[:4]) > 0
    assert statuses.keys() <= {200, 201, 503}, statuses
    assert statuses[503] > 0, "no cut was felt"
    assert len(gave_up) < REQUESTS / 100
    assert lost == set()
    assert set(titles.values()) == {1}
    assert len(titles) >= len(wanted) - len(gave_up)


@pytest.mark.check("F14", tier=2, limit="the whole set, 5 percent more questions")
async def test_a_slow_line_to_the_publisher_only_slows_a_back_fill_down(
    cluster: Cluster, figure: Figure
) -> None:
    server = Server(World(SEED, CONTRACTS, START), Access(TOKEN))
    server.advance(NOW)
    with background(server, free_port()) as url:
        asked, took = [], []
        for rate in (None, MEGABIT):
            before, began = server.usage.requests, time.monotonic()
            async with opened_office(cluster) as office, poor_line(url, rate=rate) as line:
                status, run = await ended(back_fill(office, line.here))
                found = await told(office)
            asked.append(server.usage.requests - before)
            took.append(time.monotonic() - began)
            assert (status, run["status"], run["received"]) == (0, "complete", run["expected"])
            assert found == oracle(server.portal.world)

    figure(
        f"{line.carried / 1e6:.1f} MB at 1 Mbit/s in {took[1]:.0f} s instead of {took[0]:.0f} s, "
        f"{asked[1]} questions instead of {asked[0]}, {found.total()} ids"
    )
    assert took[1] > line.carried / MEGABIT, "the line was not slow"
    assert asked[1] <= asked[0] * (1 + QUESTIONS_MORE)
