"""Quotas: exactly as many as the limit, whoever counts, and never a reader kept waiting."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from deploy.servers import Valkey, free_port
from gateway.quotas import Quotas
from tests.gateway.builders import process, score
from tests.gateway.house import House, opened_house, problem
from tests.support.servers import running


@pytest.fixture
async def quotas(valkey_url: str) -> AsyncIterator[Quotas]:
    made = Quotas(valkey_url)
    yield made
    await made.close()


@pytest.mark.check("R1", tier=1, limit="100")
@pytest.mark.check("R3", tier=1, limit="Retry-After told")
async def test_of_500_requests_at_once_on_two_processes_exactly_100_pass(
    house: House, database_url: str, valkey_url: str
) -> None:
    key = {"Authorization": f"Bearer {await house.new_key(per_minute=100)}"}
    async with opened_house(house.database, database_url, valkey_url) as second:
        answers = await asyncio.gather(
            *(
                each.client.get("/v1/indicators", headers=key)
                for _ in range(250)
                for each in (house, second)
            )
        )

    passed = [answer for answer in answers if answer.status_code == 200]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert (len(passed), len(refused)) == (100, 400)
    left = sorted(
        int(each.headers["ratelimit"].split(";")[1].removeprefix("r=")) for each in passed
    )
    assert left == list(range(100))
    assert problem(refused[0]) == (429, "rate_limited")
    assert 1 <= int(refused[0].headers["retry-after"]) <= 60
    assert refused[0].headers["ratelimit-policy"] == '"key-min";q=100;w=60'
    assert refused[0].json()["violated_policies"] == ["key-min"]


async def test_calls_of_one_turn_travel_together(quotas: Quotas) -> None:
    first = await asyncio.gather(*(quotas.take(f"key{n % 5}", 1000) for n in range(200)))

    assert all(verdict is not None and verdict.passed for verdict in first)
    assert quotas.round_trips == 1


async def test_each_key_has_a_quota_of_its_own(quotas: Quotas) -> None:
    verdicts = await asyncio.gather(*(quotas.take(f"key{n % 2}", 3) for n in range(10)))

    passed = [verdict.passed for verdict in verdicts if verdict]
    assert passed == [True] * 6 + [False] * 4


@pytest.mark.check("R2", tier=1, limit="the quota in any minute")
async def test_what_was_used_a_minute_ago_is_free_again_and_not_before(
    quotas: Quotas, valkey_url: str
) -> None:
    async with Redis.from_url(valkey_url) as client:
        now = int((await client.time())[0])  # the script counts by this clock
        used = {str(now - 61): 4, str(now - 59): 3, str(now - 10): 2}
        await client.hset("quota:k", mapping={**used, "total": 9, "swept": now - 100})

    verdict = await quotas.take("k", 6)
    full = await quotas.take("k", 6)

    assert verdict is not None
    assert (verdict.passed, verdict.remaining) == (True, 0)  # 3 + 2 + this one
    assert full is not None
    assert not full.passed
    assert 0 < full.seconds <= 2  # until the three of 59 seconds ago have left


@pytest.mark.check("F5", tier=1, limit="0 faults")
async def test_a_flushed_valkey_counts_anew_without_a_fault(
    quotas: Quotas, valkey_url: str
) -> None:
    await quotas.take("k", 5)
    async with Redis.from_url(valkey_url) as client:
        await client.script_flush()
        await client.flushall()

    verdict = await quotas.take("k", 5)

    assert verdict is not None
    assert (verdict.passed, verdict.remaining) == (True, 4)


async def test_without_valkey_reads_stay_open_at_full_speed_and_counting_comes_back(
    house: House, database_url: str
) -> None:
    await house.fill("scores", score(process("o-1")))
    path = f"/v1/scores/process/{process('o-1')}"
    with running(Valkey) as server:
        assert isinstance(server.server, Valkey)
        url = server.server.url()
        async with opened_house(house.database, database_url, url) as other:
            assert "ratelimit" in (await other.get(path)).headers
            server.kill()
            assert (await other.get(path)).status_code == 200  # meets the closed door itself

            began = time.monotonic()
            answers = [await other.get(path) for _ in range(50)]
            spent = time.monotonic() - began

            assert {answer.status_code for answer in answers} == {200}
            assert "ratelimit" not in answers[-1].headers
            assert spent < 2  # fifty waits of the time-out alone would be five seconds
            server.start()
            async with asyncio.timeout(5):
                while "ratelimit" not in (await other.get(path)).headers:
                    await asyncio.sleep(0.05)


@pytest.mark.check("F6", tier=1, limit="one short wait")
async def test_a_valkey_that_does_not_answer_costs_one_short_wait() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    port = free_port()
    server = await asyncio.start_server(silent, "127.0.0.1", port)
    quotas = Quotas(f"redis://127.0.0.1:{port}/0")
    try:
        began = time.monotonic()
        verdicts = [await quotas.take("k", 5) for _ in range(20)]
        spent = time.monotonic() - began
    finally:
        await quotas.close()
        server.close()

    assert verdicts == [None] * 20
    assert spent < 0.5
