"""After a long outage: what waits is worked off quickly, and what is new does not wait behind it.

The bell is never rung here: what is new has to be found by the worker's own rounds.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from shared.database import Database
from shared.feed import Change, publish_events, publish_state
from tests.gateway.builders import alert, process, release
from tests.harness.load import Machine
from tests.harness.stage import Stage
from tests.support.harness import Figure
from tests.support.postgres import opened

pytestmark = pytest.mark.long

PRODUCERS = ("ingestor-api", "scoring-api", "cases-api")
RATE = 200
"""Entries a second, on the machine that the figures come from."""

NEW_WITHIN = 10.0
"""Seconds until an alert that is raised meanwhile is seen; the worker looks every two."""

STANDS = 20
"""Times as long as it may take on the known machine: nothing is waited for any longer."""

NEW_EVERY = 1.0
BATCH = 2000

READ = "SELECT seq FROM gateway.feed_cursor WHERE feed = 'releases'"
HELD = "SELECT count(*) FROM gateway.process"
SEEN = "SELECT id FROM gateway.alert"
SET_ASIDE = "SELECT count(*) FROM gateway.dead_letter"


@pytest.mark.check(
    "F18", tier=2, limit="200 a second, new ones within 10 s of the known machine, 0 dropped"
)
async def test_a_backlog_is_worked_off_and_what_is_new_is_seen_meanwhile(
    tmp_path: Path, figure: Figure
) -> None:
    figure(await worked_off(tmp_path, 6_000))


@pytest.mark.timeout(1800)
@pytest.mark.check(
    "F18", tier=3, limit="200 a second, new ones within 10 s of the known machine, 0 dropped"
)
async def test_a_hundred_thousand_entries_are_worked_off_and_what_is_new_is_seen_meanwhile(
    tmp_path: Path, figure: Figure
) -> None:
    figure(await worked_off(tmp_path, 100_000))


async def worked_off(folder: Path, number: int) -> str:
    """Let so many releases wait, start the worker, and raise alerts while it works."""
    async with backlog(folder, number) as (stage, scoring):
        machine = Machine()
        await stage.begin("gateway-worker")
        began = time.monotonic()
        raised: dict[str, float] = {}
        seen: dict[str, float] = {}
        async with stage.admin() as admin:
            while (await admin.fetchval(READ) or 0) < number or raised.keys() - seen.keys():
                now = time.monotonic()
                busy = (await admin.fetchval(READ) or 0) < number
                if busy:
                    over = now
                if busy and now >= began + len(raised) * NEW_EVERY:
                    raised[await raise_alert(scoring, len(raised) + 1)] = now
                for row in await admin.fetch(SEEN):
                    seen.setdefault(row["id"], time.monotonic())
                assert now < began + STANDS * number / RATE, "the backlog stands"
                await asyncio.sleep(0.05)
            held, aside = await admin.fetchval(HELD), await admin.fetchval(SET_ASIDE)
            read = await admin.fetchval(READ)
        factor = machine.again().factor
    pace = number / (over - began)
    slowest = max(seen[one] - raised[one] for one in raised)
    told = (
        f"{number} releases worked off at {pace:.0f} a second, {len(raised)} alerts raised "
        f"meanwhile seen within {slowest:.1f} s, {number - held} dropped, machine x{factor:.1f}"
    )
    assert (held, aside, read) == (number, 0, number), told
    assert pace >= RATE / factor, told
    assert slowest <= NEW_WITHIN * factor, told
    assert len(raised) >= 3, told
    return told


@asynccontextmanager
async def backlog(folder: Path, number: int) -> AsyncIterator[tuple[Stage, Database]]:
    """Lend a platform whose gateway has not read yet, and the database of scoring."""
    stage = Stage(folder / "data")
    try:
        await stage.up(only=PRODUCERS)
        urls = {name: stage.platform.environment(name) for name in ("ingestor", "scoring")}
        async with (
            opened(urls["ingestor"]["DATABASE_URL"]) as ingestor,
            opened(urls["scoring"]["DATABASE_URL"]) as scoring,
        ):
            for first in range(0, number, BATCH):
                await publish(ingestor, range(first, min(first + BATCH, number)))
            yield stage, scoring
    finally:
        stage.down()


async def publish(ingestor: Database, numbers: Sequence[int]) -> None:
    """Publish purchases of these numbers."""
    like = release(MODEL)
    changes = [
        Change(
            process(ocid),
            like.body.replace(KEY, process(ocid).encode()).replace(OCID, ocid.encode()),
        )
        for ocid in map("ocds-late-{:06}".format, numbers)
    ]
    async with ingestor.transaction() as connection:
        await publish_state(connection, "releases", changes)


async def raise_alert(scoring: Database, number: int) -> str:
    """Raise an alert; its id."""
    name = f"alr_late{number:06}"
    body = alert(1, process(MODEL)).body.replace(b"alr_0001", name.encode())
    async with scoring.transaction() as connection:
        await publish_events(connection, "alerts", [Change(name, body)])
    return name


MODEL = "ocds-late-model!"
KEY, OCID = process(MODEL).encode(), MODEL.encode()
