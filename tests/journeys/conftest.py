"""One platform for all journeys: its processes, the invented purchases and the real ones."""

import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest

from deploy.local import demo
from scoring.indicator import catalogue
from tests.harness.stage import ELEVEN, Stage
from tests.journeys.site import COMPARED, Site
from tests.support.ocds import REAL_RELEASES
from tests.support.servers import throw_away_folder

JUDGED = ",".join(
    one.code
    for one in catalogue().values()
    if one.code in ELEVEN.split(",")
    or (one.scope == "process" and one.life != "experimental" and not one.national)
)
"""What is asked of publishers of any country; what compares organisations costs its time anew after
every load, and is Cardinal's only."""

PLENTY = "1000000"
"""Requests a minute: journeys ask much, and quotas have tests of their own."""


@pytest.fixture(scope="session")
async def site() -> AsyncIterator[Site]:
    """The platform with everything in it that is handed in before the first question."""
    folder = throw_away_folder("qadaga-journey-")
    stage = Stage(folder / "data", indicators=JUDGED, mode="test")
    try:
        await stage.up()
        async with httpx.AsyncClient(base_url=stage.platform.front, timeout=20) as client:
            opened = Site(stage, folder, client)
            await admit(opened)
            await fill(opened)
            yield opened
    finally:
        stage.down()
        shutil.rmtree(folder, ignore_errors=True)


async def admit(site: Site) -> None:
    """Make a key and put it into the client."""
    await site.command("gateway", "organisation", "add", "Journeys")
    words = ("key", "add", "--json", "--organisation", "Journeys", "--per-minute", PLENTY)
    made = await site.command("gateway", *words)
    site.client.headers["Authorization"] = f"Bearer {made.rows[0]['key']}"


async def fill(site: Site) -> None:
    """Hand in the invented purchases of `make up`, and the real releases where they lie."""
    invented = demo.prepare(site.stage.platform.place, datetime.now(UTC).date())
    loaded = [await site.load(*demo.TERMS, invented)]
    if REAL_RELEASES.is_dir():
        loaded.append(await site.load(*sorted(REAL_RELEASES.glob("*.jsonl.gz"))))
    assert all(ended.status == 0 for ended in loaded), loaded
    await site.settled(COMPARED)
