"""The connector against the sandbox: the same rows, the same set, day after day."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest

from deploy.sandbox.server.access import Access
from deploy.sandbox.server.app import Server
from deploy.sandbox.server.serve import background
from deploy.sandbox.world import World
from ingestor.sources.goszakup.pull.backfill import fill as back_fill
from ingestor.sources.goszakup.pull.connector import Connector
from ingestor.sources.goszakup.pull.follow import follow
from ingestor.sources.goszakup.pull.windows import Scope
from tests.ingestor.goszakup_pull.house import client, last_run
from tests.ingestor.goszakup_pull.standin import TOKEN
from tests.ingestor.office import PSEUDONYM_KEY, Office

START = date(2026, 6, 1)
NOON = datetime(2026, 7, 1, 12, 0)  # noqa: DTZ001 - the portal's time has no zone
HOURS = timedelta(hours=5)


@contextmanager
def sandbox(office: Office) -> Iterator[tuple[Server, str]]:
    """Serve a small world whose time is the office's."""
    world = World(7, 1_500, START)
    server = Server(world, Access(TOKEN))
    until(server, office, NOON)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with background(server, port) as url:
        yield server, url


def until(server: Server, office: Office, moment: datetime) -> None:
    """Let time pass, at the portal and here."""
    server.advance(moment)
    office.clock.moment = (moment - HOURS).replace(tzinfo=UTC)


async def ids(office: Office, root: str) -> set[int]:
    rows = await office.rows(
        "SELECT id FROM portal_record WHERE root = $1 AND gone_at IS NULL", root
    )
    return {row["id"] for row in rows}


@pytest.mark.thorough
async def test_a_month_loaded_and_ten_days_followed_hold_exactly_what_the_sandbox_has(
    office: Office,
) -> None:
    scope = Scope(START, NOON.date())
    with sandbox(office) as (server, url):
        async with client(url) as portal:
            connector = Connector(
                office.desk, portal, PSEUDONYM_KEY.encode(), since=NOON.date() - timedelta(days=1)
            )
            await back_fill(connector, scope)
            loaded = await last_run(office)
            earlier = days_before(server.portal.world)
            for day in earlier:
                await back_fill(connector, Scope(day, day))
            endings = []
            for number in range(1, 11):
                until(server, office, NOON + timedelta(days=number))
                await follow(connector)
                endings.append((await last_run(office)).status)
        world = server.portal.world
        published = {ocid.removeprefix("ocds-kz0000-") for _, ocid in await office.published()}
        notices = {str(key) for key in world.table("TrdBuy")}
        direct = {
            f"c{row['rootId']}" for row in world.table("Contract").values() if not row["trdBuyId"]
        }
        due = {key for key, row in world.table("TrdApp").items() if decided(world, row["buyId"])}

        assert min(len(notices), len(direct), len(due)) > 30
        assert (loaded.status, endings) == ("complete", ["complete"] * 10)
        assert await ids(office, "TrdBuy") == set(world.table("TrdBuy"))
        assert await ids(office, "Lots") == set(world.table("Lots"))
        assert await ids(office, "Contract") == set(world.table("Contract"))
        assert await ids(office, "TrdApp") == due
        assert await ids(office, "Acts") == set(world.table("Acts"))
        assert published == notices | direct


def days_before(world: World) -> list[date]:
    """Days before the world's first on which some of its stories bought something."""
    told = {row["publishDate"][:10] for row in world.table("TrdBuy").values()}
    for row in world.table("Contract").values():
        told |= {(row["signDate"] or row["crdate"])[:10]}
    return [date.fromisoformat(day) for day in sorted(told) if day < f"{START}"]


def decided(world: World, notice: int) -> bool:
    """Tell whether the results of a notice are published."""
    row = world.table("TrdBuy")[notice]
    return bool(row["itogiDatePublic"]) and row["itogiDatePublic"] <= f"{world.now}"
