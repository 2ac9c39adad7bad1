"""The rate belongs to the token: whoever asks with it, however many they are, waits for his turn.

No Valkey is there in these tests: the turns do not need it.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any

import pytest

from ingestor.settings import IngestorSettings
from ingestor.sources.goszakup.opened import portal_of, token_of
from ingestor.sources.goszakup.portal.client import Portal
from ingestor.sources.goszakup.portal.pace import BEHIND, Pace
from ingestor.sources.goszakup.portal.turns import LATELY
from tests.ingestor.goszakup_pull.purchases import fill
from tests.ingestor.goszakup_pull.standin import TOKEN, Standin
from tests.ingestor.goszakup_pull.test_kill import start
from tests.ingestor.goszakup_pull.wire import Answer
from tests.ingestor.office import Office
from tests.support.postgres import opened

pytestmark = pytest.mark.thorough

RATE = 5.0
JITTER = 0.15  # seconds that a request may be on its way
QUESTION = {"id": [17_000_000]}


@asynccontextmanager
async def process(
    office: Office, standin: Standin, token: str = TOKEN, **more: Any
) -> AsyncIterator[Portal]:
    """Lend what a process of its own has: connections to the database, and to the portal."""
    given: dict[str, Any] = {key.lower(): value for key, value in office.environment().items()}
    given |= {"goszakup_url": standin.url, "goszakup_token": token, "goszakup_rate": RATE}
    settings = IngestorSettings.model_validate(given | more)
    async with (
        opened(office.urls["ingestor"]) as database,
        portal_of(settings, token_of(settings), database) as portal,
    ):
        yield portal


async def ask(portal: Portal, times: int) -> None:
    for _ in range(times):
        await portal.page("TrdBuy", QUESTION)


async def test_two_that_ask_with_one_token_make_no_more_requests_than_one(
    office: Office, standin: Standin
) -> None:
    fill(standin, range(1))
    async with process(office, standin) as worker, process(office, standin) as command:
        await asyncio.gather(ask(worker, 8), ask(command, 8))

    moments = [call.at for call in standin.calls]
    assert len(moments) == 16
    assert moments[-1] - moments[0] >= 15 / RATE - JITTER
    assert all(later - earlier >= 1 / RATE - JITTER for earlier, later in pairwise(moments))


async def test_a_killed_process_takes_no_turn_with_it_and_leaves_no_two_the_same(
    office: Office, standin: Standin
) -> None:
    fill(standin, range(40))
    killed = start(office, standin, "--rate", f"{RATE}")
    while len(standin.calls) < 4:
        await asyncio.sleep(0.01)
    async with process(office, standin) as portal:
        asking = asyncio.create_task(ask(portal, 6))
        await asyncio.sleep(2 / RATE)
        killed.kill()
        await killed.communicate()
        await asking
        before = len(standin.calls)
        await ask(portal, 3)

    moments = [call.at for call in standin.calls]
    assert moments[before - 1] - moments[0] >= (before - 1) / RATE - JITTER
    assert moments[-1] - moments[before - 1] < 10 / RATE


async def test_what_the_portal_asks_of_one_all_of_them_do(office: Office, standin: Standin) -> None:
    fill(standin, range(1))
    async with process(office, standin) as worker, process(office, standin) as command:
        standin.once(Answer(429, b"", {"Retry-After": "2"}))
        refused = asyncio.create_task(ask(worker, 1))
        while not standin.calls:
            await asyncio.sleep(0.01)
        await asyncio.sleep(1 / RATE)
        await ask(command, 1)
        await refused

    first, second = [call.at for call in standin.calls][:2]
    assert second - first >= 2 - JITTER


async def test_another_token_has_turns_of_its_own_and_no_table_holds_a_token(
    office: Office, standin: Standin
) -> None:
    fill(standin, range(1))
    other = TOKEN[::-1]
    async with (
        process(office, standin, goszakup_rate=0.2) as slow,
        process(office, standin, other, goszakup_rate=RATE) as quick,
    ):
        await ask(slow, 1)
        standin.token = other
        began = asyncio.get_running_loop().time()
        await ask(quick, 3)
        assert asyncio.get_running_loop().time() - began < 4

    rows = await office.rows("SELECT * FROM portal_pace")
    assert len(rows) == 2
    assert TOKEN.encode() not in b"".join(row["token"] for row in rows)


async def test_while_somebody_follows_history_takes_one_turn_in_four_at_most_and_then_all() -> None:
    timer = Bells()
    pace = Pace(1.0, timer)
    went: dict[str, list[float]] = {"now": [], "history": []}

    async def take(name: str, times: int, *, aside: bool) -> None:
        for _ in range(times):
            if aside:
                await pace.let_others_go_first()
            await pace.turn(aside=aside)
            went[name].append(timer.now())

    async with asyncio.TaskGroup() as group:
        ringing = asyncio.create_task(timer.ring())
        asking = [take("now", 20, aside=False), take("now", 20, aside=False)]
        tasks = [group.create_task(one) for one in (*asking, take("history", 40, aside=True))]
        await asyncio.wait(tasks)
        ringing.cancel()

    end = went["now"][-1]
    among = [moment for moment in went["history"] if moment <= end]
    assert 7 <= len(among) <= 40 / 3 + 1
    after = [moment for moment in went["history"] if moment > end + LATELY + BEHIND + 1]
    assert len(after) > 10
    assert {later - earlier for earlier, later in pairwise(after)} == {1.0}


class Bells:
    """Time that goes on to the next of those who wait as soon as nobody has anything to do."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.waiting: list[tuple[float, asyncio.Future[None]]] = []

    def now(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waiting.append((self.seconds + seconds, woken))
        await woken

    async def ring(self) -> None:
        while True:
            for _ in range(20):
                await asyncio.sleep(0)
            if self.waiting:
                first = min(self.waiting, key=lambda one: one[0])
                self.waiting.remove(first)
                self.seconds = first[0]
                first[1].set_result(None)
