"""One platform on a bad day: servers that hang, interfaces that are killed, power that is lost."""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import count
from random import Random
from typing import Any

import httpx
import pytest

from tests.harness.conftest import COUNT
from tests.harness.scene import Scene, start_case
from tests.support.harness import Figure

pytestmark = pytest.mark.long

INTERFACES = ("ingestor-api", "scoring-api", "cases-api", "gateway-api")

HANGS_FOR = 20.0
READINESS_WITHIN, ANSWERED_WITHIN, BACK_WITHIN = 3.0, 5.0, 5.0
READ_WITHIN = 1.0
UP_WITHIN = 60.0

KILLS = {"gateway-api": 6, "cases-api": 6}
MANY_KILLS = {"gateway-api": 25, "cases-api": 25}
WRITERS = 8
POWER_CUTS, MANY_POWER_CUTS = 3, 10
LOADED_EACH = 200


async def answered(asked: Any) -> tuple[int, float]:
    """The status of an answer and the seconds it took; 0 for none."""
    began = time.monotonic()
    try:
        answer = await asked
    except httpx.HTTPError:
        return 0, time.monotonic() - began
    return answer.status_code, time.monotonic() - began


@pytest.mark.check("F8", tier=2, limit="not ready within 3 s, answers within 5 s, back within 5 s")
async def test_while_postgresql_hangs_everybody_is_told_and_nobody_waits(
    scene: Scene, figure: Figure
) -> None:
    ports = {name: scene.stage.platform.ports[name] for name in INTERFACES}
    at = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    process = (await scene.purchases())[0]
    not_ready: dict[str, float] = {}
    alive: list[tuple[int, float]] = []
    with scene.stage.frozen("postgres"):
        began = time.monotonic()
        asked = [
            asyncio.ensure_future(answered(scene.client.get(path)))
            for path in ("/v1/processes", f"/v1/processes/{process}", "/v1/alerts", "/v1/cases")
        ]
        asked.append(asyncio.ensure_future(answered(start_case(scene, 1))))
        while len(not_ready) < len(at) and time.monotonic() < began + HANGS_FOR:
            asked_again = [name for name in at if name not in not_ready]
            for name, (status, _) in zip(
                asked_again,
                await asyncio.gather(
                    *(answered(scene.client.get(f"{at[name]}/readyz")) for name in asked_again)
                ),
                strict=True,
            ):
                if status == 503:
                    not_ready[name] = time.monotonic() - began
            alive.append(await answered(scene.client.get(f"{at['gateway-api']}/healthz")))
        told = await asyncio.gather(*asked)
        await asyncio.sleep(max(0.0, began + HANGS_FOR - time.monotonic()))
    began = time.monotonic()
    while (await answered(scene.client.get("/v1/processes")))[0] != 200:
        assert time.monotonic() < began + 2 * BACK_WITHIN
    back = time.monotonic() - began

    slowest = max(seconds for _, seconds in told)
    figure(
        f"not ready after {max(not_ready.values(), default=99):.1f} s, "
        f"answers within {slowest:.1f} s, back after {back:.1f} s"
    )
    assert not_ready.keys() == at.keys()
    assert max(not_ready.values()) < READINESS_WITHIN
    assert {status for status, _ in alive} == {200}
    assert {status for status, _ in told} <= {200, 503}
    assert slowest < ANSWERED_WITHIN
    assert back < BACK_WITHIN


@pytest.mark.check("F6", tier=2, limit="reads p99 below 1 s, writes below 5 s, none lost")
async def test_while_valkey_hangs_reads_go_on_and_no_write_waits_long(
    scene: Scene, figure: Figure
) -> None:
    reads: list[tuple[int, float]] = []
    writes: list[tuple[int, float]] = []
    until = time.monotonic() + HANGS_FOR
    number = 1000
    with scene.stage.frozen("valkey"):
        while time.monotonic() < until:
            number += 1
            reads.append(await answered(scene.client.get("/v1/processes?limit=5")))
            writes.append(await answered(start_case(scene, number)))
    again = [await start_case(scene, 1001 + n) for n in range(len(writes))]

    slowest = sorted(seconds for _, seconds in reads)[int(len(reads) * 0.99) - 1]
    figure(
        f"{len(reads)} reads p99 {slowest:.2f} s, "
        f"{len(writes)} writes at most {max(seconds for _, seconds in writes):.2f} s"
    )
    assert {status for status, _ in reads} == {200}
    assert slowest < READ_WITHIN
    assert {status for status, _ in writes} <= {201, 503}
    assert max(seconds for _, seconds in writes) < ANSWERED_WITHIN
    assert {one.status_code for one in again} == {201}


@pytest.mark.check("F3", tier=2, limit="one effect and one answer for each key")
async def test_interfaces_are_killed_while_cases_are_started_and_each_is_started_once(
    scene: Scene, seed: int, figure: Figure
) -> None:
    figure(await killed(scene, seed, KILLS, first=2_000))


@pytest.mark.timeout(1800)
@pytest.mark.check("F3", tier=3, limit="one effect and one answer for each key under 50 kills")
async def test_interfaces_are_killed_fifty_times_and_each_case_is_started_once(
    scene: Scene, seed: int, figure: Figure
) -> None:
    figure(await killed(scene, seed, MANY_KILLS, first=100_000))


async def killed(scene: Scene, seed: int, kills: Mapping[str, int], first: int) -> str:
    """Kill interfaces so often while cases are started; what came of it."""
    rng = Random(seed)
    strikes = [name for name, number in kills.items() for _ in range(number)]
    rng.shuffle(strikes)
    kept: dict[int, dict[str, Any]] = {}
    retried, struck, waiting = Counter[str](), Counter[str](), rng.randint(1, 6)
    numbers = count(first)
    over = asyncio.Event()

    async def write() -> None:
        for number in numbers:
            if over.is_set():
                return
            while True:
                try:
                    answer = await start_case(scene, number)
                except httpx.HTTPError as fault:
                    retried[type(fault).__name__] += 1
                    await asyncio.sleep(0.05)
                    continue
                if answer.status_code == 201:
                    kept[number] = answer.json()
                    break
                assert answer.status_code in {409, 503}, answer.text
                retried[str(answer.status_code)] += 1
                await asyncio.sleep(0.05)

    async def strike() -> None:
        nonlocal waiting
        for name in strikes:
            goal = len(kept) + waiting
            while len(kept) < goal:
                await asyncio.sleep(0.002)
            await scene.stage.kill(name)
            struck[name] += 1
            waiting = rng.randint(1, 6)
            await scene.stage.ready(name)
        over.set()

    await asyncio.gather(strike(), *(write() for _ in range(WRITERS)))
    again = {number: (await start_case(scene, number)).json() for number in kept}
    async with scene.stage.admin() as admin:
        rows = await admin.fetch("SELECT id, title FROM cases.casefile WHERE title LIKE 'Case %'")
    titles = Counter(row["title"] for row in rows)

    assert struck == kills
    assert retried.total() > 0, "no kill was felt"
    assert {f"Case {number}" for number in kept} <= titles.keys()
    assert set(titles.values()) == {1}
    assert again == kept
    return (
        f"{len(kept)} cases under {struck.total()} kills ({dict(struck)}), "
        f"{retried.total()} requests repeated, {sum(titles.values()) - len(titles)} doubled"
    )


@pytest.mark.check("F22", tier=2, limit="ready within 60 s, 0 unscored")
async def test_power_is_lost_while_loading_and_all_comes_up_in_any_order(
    scene: Scene, seed: int, figure: Figure
) -> None:
    figure(await cut(scene, seed, POWER_CUTS, first=COUNT))


@pytest.mark.timeout(1800)
@pytest.mark.check("F22", tier=3, limit="ready within 60 s, 0 unscored after 10 cuts")
async def test_power_is_lost_ten_times_while_loading_and_all_comes_up_in_any_order(
    scene: Scene, seed: int, figure: Figure
) -> None:
    figure(await cut(scene, seed, MANY_POWER_CUTS, first=30_000))


async def cut(scene: Scene, seed: int, times: int, first: int) -> str:
    """Cut the power so often while purchases from this number on come; what came of it."""
    rng = Random(seed)
    took: list[float] = []
    orders: list[Sequence[str]] = []
    for n in range(times):
        numbers = first + n * LOADED_EACH, LOADED_EACH
        before = await held(scene)
        loading = await scene.load(*numbers)
        await accepted(scene, before + rng.randint(1, LOADED_EACH // 2))
        await scene.stage.cut_power()
        loading.kill()
        await loading.wait()
        orders.append(rng.sample(scene.stage.names, k=len(scene.stage.names)))
        began = time.monotonic()
        await scene.stage.rise(orders[-1])
        took.append(time.monotonic() - began)
        assert await (await scene.load(*numbers)).wait() == 0
    await scene.level()
    lost = await scene.unscored()

    assert max(took) < UP_WITHIN
    assert lost == set()
    assert len({tuple(order) for order in orders}) == times
    return f"{times} cuts, ready after {max(took):.0f} s at most, {len(lost)} unscored"


async def held(scene: Scene) -> int:
    """How many releases are accepted."""
    async with scene.stage.admin() as admin:
        number: int = await admin.fetchval(
            "SELECT count(*) FROM ingestor.feed_state WHERE feed = 'releases'"
        )
        return number


async def accepted(scene: Scene, enough: int) -> None:
    """Wait until so many releases are accepted."""
    until = time.monotonic() + ANSWERED_WITHIN
    while await held(scene) < enough and time.monotonic() < until:
        await asyncio.sleep(0.005)
