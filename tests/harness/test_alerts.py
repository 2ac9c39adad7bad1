"""Alerts fire as the days of the invented portal move on: on what was planted, when it shows.

The seed decides when a story shows, so a scout who looks ahead in a world of the same seed knows.
The clock is moved from moment to moment, the platform looks once at what changed, and a stranger
reads the alerts, each of which has a position, so that none can be missed.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from deploy.sandbox.server.access import Access
from deploy.sandbox.server.app import Server
from deploy.sandbox.server.serve import background
from deploy.sandbox.world import World
from deploy.servers import free_port
from tests.harness.stage import Stage
from tests.journeys.conftest import admit
from tests.journeys.site import ARRIVED, Site

SEED, CONTRACTS = 8, 300
START = date(2026, 4, 1)
AHEAD = datetime(2026, 12, 1)  # noqa: DTZ001 - the portal's time has no zone
TOKEN = "0123456789abcdef0123456789abcdef"
SOON = timedelta(hours=2)
SCHEME, CODE = "late_bid", "R030"

Row = dict[str, Any]


class Story(NamedTuple):
    """A purchase that is yet to come, and when it is announced and decided."""

    notice: int
    announced: datetime
    decided: datetime


def foretold(*, innocent: bool) -> Story:
    """The first purchase whose winner bid late; or in the last half minute, which is in time."""
    world = World(SEED, CONTRACTS, START)
    world.advance(AHEAD)
    labels = [row for row in world.ground_truth() if row["scheme"] == SCHEME]
    label = next(row for row in labels if row["innocent"] is innocent)
    notice = world.table("TrdBuy")[label["subject"]["buy"]]
    moments = (notice["publishDate"], notice["itogiDatePublic"])
    return Story(notice["id"], *(datetime.fromisoformat(moment) + SOON for moment in moments))


@asynccontextmanager
async def staged(folder: Path) -> AsyncIterator[tuple[Site, Server, str]]:
    """Lend a platform that was made on the world's first day, and the world's portal."""
    server = Server(World(SEED, CONTRACTS, START), Access(TOKEN))
    stage = Stage(folder / "data")
    stage.platform.place.remember("made", f"{START.isoformat()}T00:00:00+00:00")
    try:
        await stage.up()
        async with httpx.AsyncClient(base_url=stage.platform.front, timeout=20) as client:
            site = Site(stage, folder, client)
            await admit(site)
            with background(server, free_port()) as url:
                yield site, server, url
    finally:
        stage.down()


async def look(site: Site, url: str) -> list[Row]:
    """Look once at what changed at the portal, and read every alert there is."""
    told = {"GOSZAKUP_URL": url, "GOSZAKUP_TOKEN": TOKEN, "GOSZAKUP_RATE": "0"}
    platform = site.stage.platform
    environment = platform.environment("ingestor") | told
    await platform.run("pull", "goszakup", "--once", program="ingestor", told=environment)
    await site.settled(ARRIVED)
    found: list[Row] = []
    while page := (await site.get("/v1/alerts", after=len(found), limit=100))["data"]:
        found += page
    return found


@pytest.mark.thorough
async def test_an_alert_fires_when_a_planted_story_shows_and_none_on_what_looks_like_it(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    late, in_time = foretold(innocent=False), foretold(innocent=True)
    moments = sorted((late.announced, late.decided, in_time.decided))
    fired: dict[datetime, list[Row]] = {}
    async with staged(tmp_path_factory.mktemp("alerts")) as (site, server, url):
        for moment in moments:
            server.advance(moment)
            fired[moment] = await look(site, url)
        purchase = await site.get(f"/v1/processes/ocds-kz0000-{late.notice}")
        other = await site.get(f"/v1/processes/ocds-kz0000-{in_time.notice}")

    before = [one["process"] for one in fired[late.announced]]
    raised = [one for one in fired[moments[-1]] if one["process"] == purchase["id"]]
    assert purchase["id"] not in before
    assert CODE in {code for one in raised for code in one["indicators"]}
    assert purchase["id"] in {one["process"] for one in fired[late.decided]}
    assert not [
        one
        for one in fired[moments[-1]]
        if one["process"] == other["id"] and CODE in one["indicators"]
    ]
    positions = [one["position"] for one in fired[moments[-1]]]
    assert positions == list(range(1, len(positions) + 1))
