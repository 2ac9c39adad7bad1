"""What is measured: few series whatever is asked, the room on disks, and how old what waits is."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest

from shared.database import Database
from shared.feed import Change, Entry, FeedReader, publish_state
from shared.metrics import MOST_TALLIES, Disks, Requests, area
from shared.queue import Periodic, run_worker
from tests.support.feeds import URL, feed_client


def shown(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(name, labels)


def scrape(collector: Requests | Disks) -> list[str]:
    registry = CollectorRegistry()
    registry.register(collector)
    return [line for line in generate_latest(registry).decode().splitlines() if line[0] != "#"]


def test_however_many_routes_are_asked_the_series_of_a_service_stay_few() -> None:
    requests = Requests()
    for number in range(4 * MOST_TALLIES):
        requests.count(("gateway", f"/v1/a{number % 80}/r{number}", "GET", "200"), 0.2)

    lines = scrape(requests)

    assert len(lines) < 2000
    counted = [line for line in lines if line.startswith("http_requests_total")]
    assert sum(float(line.rpartition(" ")[2]) for line in counted) == 4 * MOST_TALLIES
    others = 3 * MOST_TALLIES
    other = 'code="(other)",method="(other)",route="(other)",service="gateway"'
    assert f"http_requests_total{{{other}}} {others:.1f}" in counted
    within = next(line for line in lines if 'area="/v1/a7",le="0.3"' in line)
    assert float(within.rpartition(" ")[2]) == MOST_TALLIES / 80
    assert next(line for line in lines if 'area="/v1/a7",le="0.1"' in line).endswith(" 0.0")


@pytest.mark.parametrize(
    ("route", "about"),
    [
        ("/v1/cases/{case_id}:merge", "/v1/cases"),
        ("/v1/scores:lookup", "/v1/scores"),
        ("/internal/feeds/{name}", "/internal/feeds"),
        ("/readyz", "/readyz"),
        ("none", "none"),
    ],
)
def test_the_area_of_a_route_is_what_it_is_about(route: str, about: str) -> None:
    assert area(route) == about


def test_the_room_on_a_disk_is_shown_under_its_name_before_its_folder_is_there(
    tmp_path: Path,
) -> None:
    disks = Disks()
    disks.watch("facts", tmp_path / "not yet" / "facts.duckdb")

    lines = dict(line.rsplit(" ", 1) for line in scrape(disks))

    size, free = (float(lines[f'disk_{what}_bytes{{volume="facts"}}']) for what in ("size", "free"))
    assert 0 < free <= size
    assert str(tmp_path) not in str(lines)


async def test_a_job_that_failed_is_counted_as_begun_again_until_it_succeeds(
    valkey_url: str,
) -> None:
    outcomes = [RuntimeError("x"), RuntimeError("y"), None, None]
    stop = asyncio.Event()

    async def job() -> None:
        outcome = outcomes.pop(0)
        if not outcomes:
            stop.set()
        if outcome is not None:
            raise outcome

    async def nothing(*_: object) -> None:
        return

    before = shown("event_loop_lag_seconds_count") or 0
    await run_worker(
        redis_url=valkey_url,
        queue="retries",
        on_bell=nothing,
        sweep=nothing,
        cron=[Periodic("flaky", 0.4, job)],
        stop=stop,
    )

    assert shown("jobs_retries_total", job="flaky") == 2
    assert shown("jobs_total", job="flaky", result="failed") == 2
    assert (shown("event_loop_lag_seconds_count") or 0) > before, "of a worker too"


async def test_what_waits_is_counted_and_ages_while_its_producer_is_away_or_it_is_not_applied(
    producer: Database, consumer: Database
) -> None:
    """A reader that hears nothing does not know that there is nothing."""
    fault: list[Exception] = [ConnectionResetError()]

    async def apply(connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
        del connection, entries
        if fault:
            raise fault[0]

    async with feed_client(producer, "releases") as client, httpx.AsyncClient() as nobody:
        common: dict[str, Any] = {"feed": "releases", "database": consumer, "apply": apply}
        lost = FeedReader(url="http://127.0.0.1:9", client=nobody, **common)
        lost._level_at -= 400
        with pytest.raises(httpx.ConnectError):
            await lost.drain()
        away = shown("outbox_oldest_seconds", outbox="releases")

        async with producer.transaction() as connection:
            changes = [Change(f"prc_{number}", b"{}") for number in range(3)]
            await publish_state(connection, "releases", changes)
        reader = FeedReader(url=URL, client=client, **common)
        reader._level_at -= 400
        with pytest.raises(ConnectionResetError):
            await reader.drain()
        stuck = [shown(f"outbox_{what}", outbox="releases") for what in WHAT]

        fault.clear()
        await reader.drain()
        level = [shown(f"outbox_{what}", outbox="releases") for what in WHAT]
        reader._level_at -= 100
        silent = shown("outbox_oldest_seconds", outbox="releases")

    assert away is not None
    assert away > 400
    assert stuck[0] == 3
    assert stuck[1] is not None
    assert stuck[1] > 400
    assert level == [0, 0]
    assert silent is not None
    assert silent > 100, "who has not looked for long does not know either"


WHAT = ("pending", "oldest_seconds")


async def test_the_size_of_the_pools_is_shown_beside_what_is_in_use(
    kernel_urls: dict[str, str],
) -> None:
    before = shown("db_pool_size") or 0
    database = Database(kernel_urls["gateway"], application="pool", pool_size=3)
    await database.open()
    opened = shown("db_pool_size")
    async with database.connection():
        used = shown("db_pool_in_use") or 0
    await database.close()

    assert opened == before + 3
    assert used >= 1
    assert shown("db_pool_size") == before
