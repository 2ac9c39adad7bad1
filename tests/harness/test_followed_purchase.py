"""A purchase is published at the sandbox and lives on; the gateway shows each step of it.

The seed decides what happens, so a scout who looks ahead in a world of the same seed knows when the
purchase gets its bids, contract, addendum, act and payment. The sandbox's clock is moved to each of
these moments, the platform looks once at what changed, and a stranger reads the purchase.
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
from tests.journeys.site import COMPARED, Site

SEED, CONTRACTS = 5, 400
START = date(2026, 4, 1)
AHEAD = datetime(2026, 11, 1)  # noqa: DTZ001 - the portal's time has no zone
TOKEN = "0123456789abcdef0123456789abcdef"
SOON = timedelta(hours=1)

Row = dict[str, Any]


class Story(NamedTuple):
    """A purchase that is yet to come: its number, its parts, and when its six steps are seen.

    The steps: notice published, results published, contract signed, addendum signed, act accepted,
    payment made.
    """

    notice: int
    steps: list[datetime]
    bids: int
    contract: Row
    addendum: Row
    act: Row
    payment: Row


def foretold() -> Story:
    """The first purchase of which everything is known by the autumn, each step after the last."""
    world = World(SEED, CONTRACTS, START)
    world.advance(AHEAD)
    stories = filter(None, (told(world, key) for key in world.table("TrdBuy")))
    return min(stories, key=lambda story: story.steps[-1])


def told(world: World, notice: int) -> Story | None:
    """The story of a purchase with one contract, an addendum, an act and a payment, if it is so."""
    parts = world.related("TrdBuy", notice)
    contracts, acts, payments = parts["Contract"], parts["Acts"], parts["TreasuryPay"]
    one_each = (len(parts["TrdBuy"]), len(contracts), len(acts), len(payments)) == (1, 2, 1, 1)
    if not (one_each and parts["TrdApp"]):
        return None
    first, addendum = sorted(contracts, key=lambda row: row["id"])
    row, act, payment = parts["TrdBuy"][0], acts[0], payments[0]
    steps = [row["publishDate"], row["itogiDatePublic"], first["signDate"]]
    steps += [addendum["signDate"], act["approveDate"], payment["dtReg"]]
    if not all(steps) or steps != sorted(steps):
        return None
    moments = [datetime.fromisoformat(step) + SOON for step in steps]
    return Story(notice, moments, len(parts["TrdApp"]), first, addendum, act, payment)


class Scene(NamedTuple):
    """A platform, the sandbox it follows, and one purchase there."""

    site: Site
    server: Server
    url: str
    story: Story

    async def at(self, moment: datetime) -> tuple[Row, Row]:
        """Move the clock, look once, and read the purchase and its release."""
        self.server.advance(moment)
        await self.follow()
        await self.site.settled(COMPARED)
        ocid = f"ocds-kz0000-{self.story.notice}"
        process = await self.site.get(f"/v1/processes/{ocid}")
        package = await self.site.get("/v1/ocds/releases", process=process["id"])
        return process, package["releases"][0]

    async def follow(self) -> None:
        """Look once at what changed at the portal."""
        platform = self.site.stage.platform
        told = {"GOSZAKUP_URL": self.url, "GOSZAKUP_TOKEN": TOKEN, "GOSZAKUP_RATE": "0"}
        await platform.run(
            *("pull", "goszakup", "--once"),
            program="ingestor",
            told=platform.environment("ingestor") | told,
        )


@asynccontextmanager
async def staged(folder: Path) -> AsyncIterator[Scene]:
    """Lend an empty platform, and a sandbox whose clock stands at its beginning."""
    server = Server(World(SEED, CONTRACTS, START), Access(TOKEN))
    stage = Stage(folder / "data")
    try:
        await stage.up()
        async with httpx.AsyncClient(base_url=stage.platform.front, timeout=20) as client:
            site = Site(stage, folder, client)
            await admit(site)
            with background(server, free_port()) as url:
                yield Scene(site, server, url, foretold())
    finally:
        stage.down()


def amount(contract: Row) -> float:
    """The sum of a contract as the gateway tells it."""
    return float(contract["value"]["amount"])


@pytest.mark.slow
async def test_a_purchase_of_the_sandbox_is_seen_at_the_gateway_from_notice_to_payment(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    async with staged(tmp_path_factory.mktemp("followed")) as scene:
        story = scene.story
        published, results, signing, amendment, acceptance, payday = story.steps
        notice, _ = await scene.at(published)
        assert (notice["source"], notice["bids"], notice["contracts"]) == ("goszakup", [], [])
        assert (len(notice["lots"]), len(notice["buyers"])) == (notice["counts"]["lots"], 1)
        assert notice["counts"]["lots"] > 0

        decided, _ = await scene.at(results)
        assert sum(one["count"] for one in decided["bids"]) == story.bids
        assert decided["counts"]["bids"] == story.bids

        signed, _ = await scene.at(signing)
        [contract] = signed["contracts"]
        assert contract["id"] == str(story.contract["id"])
        assert contract["signed"] is not None
        assert amount(contract) == story.contract["contractSumWnds"]
        assert signed["suppliers"]

        amended, release = await scene.at(amendment)
        [of_release] = release["contracts"]
        [addendum] = of_release["amendments"]
        assert addendum["id"] == str(story.addendum["id"])
        [changed] = amended["contracts"]
        assert changed["id"] == contract["id"]
        assert amount(changed) == story.addendum["contractSumWnds"] != amount(contract)

        accepted, release = await scene.at(acceptance)
        [act] = release["contracts"][0]["x_acts"]
        assert (act["id"], "approvedDate" in act) == (str(story.act["id"]), True)

        paid, release = await scene.at(payday)
        [payment] = release["contracts"][0]["implementation"]["transactions"]
        assert payment["value"]["amount"] == story.payment["payAmount"]

        versions = [one["revision"] for one in (notice, decided, signed, amended, accepted, paid)]
        assert versions == sorted(set(versions))
        assert paid["score"] is not None
