"""A purchase is published at the sandbox and lives on; the gateway shows each step of it.

The seed decides what happens, so a scout who looks ahead in a world of the same seed knows when the
purchase gets its bids, contract, addendum, act and payment. The sandbox's clock is moved to each of
these moments, the platform looks once at what changed, and a stranger reads the purchase.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from deploy.sandbox.server.access import Access
from deploy.sandbox.server.app import Server
from deploy.sandbox.server.serve import background
from deploy.sandbox.world import World
from deploy.servers import free_port
from gateway.view.shapes import has
from tests.harness.stage import ELEVEN, Stage
from tests.journeys.conftest import admit
from tests.journeys.site import ARRIVED, COMPARED, Site

SEED, CONTRACTS = 5, 400
START = date(2026, 4, 1)
AHEAD = datetime(2026, 11, 1)  # noqa: DTZ001 - the portal's time has no zone
TOKEN = "0123456789abcdef0123456789abcdef"
JUDGED = f"{ELEVEN},C01,C03,C05,I01,I02,I03,I05,K01,KZ-13,KZ-44,KZ-46,P10,S13"
"""The eleven, and some that read what comes after the award."""

SOON = timedelta(hours=1)
PORTAL = timezone(timedelta(hours=5))

RESULTS = {"flagged", "clear"}

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
    """The story of a purchase with a contract, an addendum to its sum, an act and a payment."""
    parts = world.related("TrdBuy", notice)
    contracts, acts, payments = parts["Contract"], parts["Acts"], parts["TreasuryPay"]
    one_each = (len(parts["TrdBuy"]), len(contracts), len(acts), len(payments)) == (1, 2, 1, 1)
    if not (one_each and parts["TrdApp"]):
        return None
    first, addendum = sorted(contracts, key=lambda row: row["id"])
    if first["contractSumWnds"] == addendum["contractSumWnds"]:
        return None
    row, act, payment = parts["TrdBuy"][0], acts[0], payments[0]
    steps = [row["publishDate"], row["itogiDatePublic"], first["signDate"]]
    steps += [addendum["signDate"], act["approveDate"], payment["dtReg"]]
    if not all(steps) or steps != sorted(steps):
        return None
    moments = [datetime.fromisoformat(step) + SOON for step in steps]
    return Story(notice, moments, len(parts["TrdApp"]), first, addendum, act, payment)


class Seen(NamedTuple):
    """What a stranger reads of the purchase at one moment."""

    process: Row
    release: Row
    lines: dict[str, Row]
    needs: dict[str, list[str]]

    def judged_by(self, part: str) -> set[str]:
        """The indicators that read a part of the release and came to a result with it."""
        results = {code for code, line in self.lines.items() if line["status"] in RESULTS}
        return {c for c in results if any(f.startswith(part) for f in self.needs.get(c, ()))}

    def missing(self, part: str) -> set[str]:
        """What indicators would need of a part of the release ("bids") and do not find."""
        named = {field for line in self.lines.values() for field in line["missing"]}
        return {field for field in named if field.startswith(part)}

    def told_and_missed(self, *parts: str) -> set[str]:
        """What indicators say is missing although the release tells it."""
        return {field for part in parts for field in self.missing(part) if has(self.release, field)}


class Scene(NamedTuple):
    """A platform, the sandbox it follows, and one purchase there."""

    site: Site
    server: Server
    url: str
    story: Story

    async def at(self, moment: datetime) -> Seen:
        """Move the clock, look once, and read the purchase, its release and its score."""
        self.server.advance(moment)
        await self.follow()
        for condition in (ARRIVED, COMPARED, ARRIVED):
            await self.site.settled(condition)
        process = await self.site.get(f"/v1/processes/ocds-kz0000-{self.story.notice}")
        package = await self.site.get("/v1/ocds/releases", process=process["id"])
        score = await self.site.get(f"/v1/scores/process/{process['id']}")
        own = {line["code"]: line for line in score["indicators"] if line["context"] is None}
        catalogue = (await self.site.get("/v1/indicators"))["data"]
        needs = {each["code"]: each["fields"] for each in catalogue}
        return Seen(process, package["releases"][0], own, needs)

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
    stage = Stage(folder / "data", indicators=JUDGED)
    try:
        await stage.up()
        async with httpx.AsyncClient(base_url=stage.platform.front, timeout=20) as client:
            site = Site(stage, folder, client)
            await admit(site)
            with background(server, free_port()) as url:
                yield Scene(site, server, url, foretold())
    finally:
        stage.down()


def amount(money: Row | None) -> float | None:
    """A sum as the portal writes it."""
    return float(money["amount"]) if money else None


def moment(text: str) -> str:
    """A time of the portal's clock, as the gateway writes moments."""
    local = datetime.fromisoformat(text).replace(tzinfo=PORTAL)
    return local.astimezone(UTC).isoformat().replace("+00:00", "Z")


def check_notice(seen: Seen, story: Story) -> None:
    """The notice stands with its plan and lots; nobody can say yet how many will bid."""
    notice = seen.process
    assert (notice["source"], notice["bids"], notice["contracts"]) == ("goszakup", [], [])
    assert (len(notice["lots"]), len(notice["buyers"])) == (notice["counts"]["lots"], 1)
    assert notice["counts"]["lots"] > 0
    [point] = notice["planning"]["points"]
    assert amount(point["value"]) == amount(notice["value"])
    assert notice["codes"]["number"] == f"{story.notice}-1"
    assert seen.lines["R018"]["status"] == "not_computable"
    assert "tender.numberOfTenderers" in seen.missing("tender")


def check_results(seen: Seen, story: Story) -> None:
    """Every bid stands with its price and its end; the indicators of competition read them."""
    decided = seen.process
    assert len(decided["bids"]) == decided["counts"]["bids"] == story.bids
    assert all(bid["value"] and bid["lots"][0]["codes"]["status"] for bid in decided["bids"])
    winner = next(bid for bid in decided["bids"] if bid["rank"] == 1)
    assert decided["awards"][0]["bid"] == winner["id"]
    assert decided["awards"][0]["suppliers"] == winner["tenderers"]
    assert seen.lines["R018"]["value"] == story.bids
    assert seen.missing("tender.numberOfTenderers") == set()


def check_contract(seen: Seen, story: Story) -> None:
    """The contract stands with its sum, its date and the publisher's codes."""
    [contract] = seen.process["contracts"]
    assert contract["id"] == str(story.contract["id"])
    assert contract["signed"] == moment(story.contract["signDate"])
    assert amount(contract["value"]) == story.contract["contractSumWnds"]
    assert contract["status_details"].startswith(contract["codes"]["status"])
    assert (contract["amendments"], contract["acts"], contract["payments"]) == ([], [], [])
    assert seen.process["suppliers"]


def check_addendum(seen: Seen, story: Story) -> None:
    """The addendum tells what it changed; the contract stands as it is after it."""
    [contract] = seen.process["contracts"]
    [addendum] = contract["amendments"]
    before, after = story.contract["contractSumWnds"], story.addendum["contractSumWnds"]
    assert addendum["id"] == str(story.addendum["id"])
    assert addendum["date"] == moment(story.addendum["signDate"])
    assert (amount(addendum["value_before"]), amount(addendum["value"])) == (before, after)
    changed = {each["what"]: (each["before"], each["after"]) for each in addendum["changes"]}
    assert tuple(map(amount, changed["value"])) == (before, after)
    assert amount(contract["value"]) == after != before
    assert seen.told_and_missed("contracts.amendments") == set()


def check_act(seen: Seen, story: Story) -> None:
    """The act stands with its date and sum, and counts for the contract."""
    [contract] = seen.process["contracts"]
    [act] = contract["acts"]
    accepted = sum(place["amount"] for place in story.act["Place"])
    assert (act["id"], act["state"]) == (str(story.act["id"]), "approved")
    assert act["approved"] == moment(story.act["approveDate"])
    assert amount(act["amount"]) == accepted
    assert [amount(money) for money in contract["accepted"]] == [accepted]
    assert seen.told_and_missed("contracts.x_acts") == set()


def check_payment(seen: Seen, story: Story) -> None:
    """The payment stands with its date, sum and state, and counts for the contract."""
    [contract] = seen.process["contracts"]
    [payment] = contract["payments"]
    assert (payment["id"], payment["state"]) == (str(story.payment["id"]), "paid")
    assert payment["date"] == moment(story.payment["payDate"])
    assert amount(payment["amount"]) == story.payment["payAmount"]
    assert payment["codes"]["application"] == story.payment["nomZa"]
    assert [amount(money) for money in seen.process["paid"]] == [story.payment["payAmount"]]
    told = ("contracts.amendments", "contracts.x_acts", "contracts.implementation")
    assert seen.told_and_missed(*told) == set()
    assert seen.judged_by("bids")


CHECKS = (
    check_notice,
    check_results,
    check_contract,
    check_addendum,
    check_act,
    check_payment,
)


async def check_lists(scene: Scene, last: Seen) -> None:
    """The row of the contract counts what the document shows; blind spots stand with the buyer."""
    site, process = scene.site, last.process["id"]
    [row] = (await site.get("/v1/contracts", process=process))["data"]
    [buyer] = last.process["buyers"]
    profile = await site.get(f"/v1/buyers/{buyer['id']}")
    [coverage] = (await site.get("/v1/meta/coverage", source="goszakup"))["data"]
    [period] = [each for each in coverage["periods"] if each["period"] == "2026"]

    assert (row["amendments"], row["acts"]["count"], row["payments"]["count"]) == (1, 1, 1)
    assert row["payments"]["sums"] == last.process["paid"]
    hidden = {spot["code"] for spot in profile["blind_spots"]}
    assert hidden >= {"KZ-16-3-6", "KZ-26", "KZ-SK-FARMACIA"}
    assert hidden == {spot["code"] for spot in coverage["blind_spots"]}
    computable = {each["code"]: each["computable"] for each in period["indicators"]}
    assert computable["R018"] in {"yes", "partly"}
    assert all(each["because"] for each in period["indicators"] if each["computable"] == "no")


@pytest.mark.thorough
async def test_a_purchase_of_the_sandbox_is_seen_at_the_gateway_from_notice_to_payment(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    async with staged(tmp_path_factory.mktemp("followed")) as scene:
        seen = []
        for step, check in zip(scene.story.steps, CHECKS, strict=True):
            seen.append(await scene.at(step))
            check(seen[-1], scene.story)
        await check_lists(scene, seen[-1])

    versions = [each.process["revision"] for each in seen]
    assert versions == sorted(set(versions))
