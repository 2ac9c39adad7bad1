"""A GraphQL list that fails for good is read on by REST: the same set, and the run says so."""

from datetime import timedelta

import pytest

from deploy.sandbox.server.faults import Fault
from ingestor.runs import Run
from ingestor.sources.goszakup.portal.answers import Page
from ingestor.sources.goszakup.pull.backfill import fill as back_fill
from ingestor.sources.goszakup.pull.connector import Connector
from ingestor.sources.goszakup.pull.detour import by_rest, fits, is_below
from ingestor.sources.goszakup.pull.follow import follow
from ingestor.sources.goszakup.pull.windows import Scope
from tests.ingestor.goszakup_pull.house import client, last_run
from tests.ingestor.goszakup_pull.test_sandbox import (
    NOON,
    START,
    decided,
    ids,
    sandbox,
    until,
)
from tests.ingestor.office import PSEUDONYM_KEY, Office
from tests.support.asked_for import asked_for

pytestmark = pytest.mark.thorough

GRAPHQL = "/v3/graphql"
ROUND = ("TrdBuy", "Lots", "Contract", "Acts", "TrdApp", "Plans", "Subjects")


def failing(status: int, *roots: str) -> list[Fault]:
    """GraphQL answers these roots with an error, whatever is asked."""
    return [Fault(kind="server_error", path=GRAPHQL, root=root, status=status) for root in roots]


@pytest.mark.thorough
async def test_every_list_that_graphql_refuses_for_good_comes_by_rest_and_the_run_says_so(
    office: Office,
) -> None:
    with sandbox(office) as (server, url):
        async with client(url) as portal:
            since = NOON.date() - timedelta(days=1)
            connector = Connector(office.desk, portal, PSEUDONYM_KEY.encode(), since=since)
            server.troubles.replace(failing(404, *ROUND))
            await back_fill(connector, Scope(START, NOON.date()))
            loaded = await last_run(office)
            server.troubles.replace(failing(500, *ROUND))
            until(server, office, NOON + timedelta(days=1))
            await follow(connector)
            followed = await last_run(office)
            met = sum(one["met"] for one in server.troubles.report())
            server.troubles.replace([])
            until(server, office, NOON + timedelta(days=2))
            await follow(connector)
            healed = await last_run(office)
        world = server.portal.world
        lines = {
            str(line["id"])
            for row in world.table("Contract").values()
            for line in row["ContractUnits"]
        }
        bodies = (await office.published()).values()
        deals = [deal for body in bodies for deal in body["release"].get("contracts", [])]

        assert (loaded.status, followed.status, healed.status) == ("complete",) * 3
        assert _told(loaded) == {f"{root} was read by REST: HTTP 404" for root in ROUND}
        assert {told.split(" was read by REST")[0] for told in _told(followed)} == set(ROUND)
        assert healed.reason is None
        assert met < 100  # a list that has failed is not asked again and again
        there = asked_for(world, START, changed=since)
        for root in ("TrdBuy", "Lots", "Contract", "Acts"):
            assert await ids(office, root) == set(there[root]), root
        due = {key for key, row in there["TrdApp"].items() if decided(world, row["buyId"])}
        assert await ids(office, "TrdApp") == due
        assert {line["id"] for deal in deals for line in deal.get("items", [])} <= lines
        assert all(deal.get("items") for deal in deals)


def _told(run: Run) -> set[str]:
    return set((run.reason or "").split("; "))


async def test_a_question_that_rest_has_no_list_for_ends_as_graphql_ended_it(
    office: Office,
) -> None:
    with sandbox(office) as (server, url):
        async with client(url) as portal:
            connector = Connector(office.desk, portal, PSEUDONYM_KEY.encode(), since=START)
            server.troubles.replace(failing(404, "ComplaintAppeal"))
            await follow(connector)
            run = await last_run(office)

            assert by_rest(portal, "ComplaintAppeal", {"trdBuyId": [1]}) is None
    assert run.status in ("incomplete", "failed")
    assert "ComplaintAppeal: HTTP 404" in (run.reason or "")


ASKED = {"publishDate": ["2026-06-01 00:00:00", "2026-06-01 23:59:59"], "strKato": "71"}
ROW = {"publish_date": "2026-06-01 09:00:00", "kato": ["710000000", "750000000"]}


@pytest.mark.parametrize(
    ("changed", "wanted"),
    [
        ({}, True),
        ({"publish_date": "2026-06-02 00:00:00"}, False),
        ({"publish_date": "2026-05-31 23:59:59"}, False),
        ({"publish_date": None}, False),
        ({"kato": ["750000000"]}, False),
        ({"kato": None}, False),
    ],
)
def test_of_a_list_only_what_was_asked_for_is_taken(
    changed: dict[str, object], wanted: bool
) -> None:
    assert fits(ROW | changed, ASKED) is wanted


def test_a_list_is_left_where_all_of_a_page_lies_a_month_before_what_was_asked_for() -> None:
    def page(*days: str | None) -> list[dict[str, object]]:
        return [{"publish_date": day and f"{day} 09:00:00"} for day in days]

    assert is_below(page("2026-05-01", None, "2026-04-02"), ASKED)
    assert not is_below(page("2026-05-01", "2026-05-02"), ASKED)
    assert not is_below(page(None, None), ASKED)
    assert not is_below(page("2020-01-01"), {"publishDate": ["", "2026-06-01 00:00:00"]})


async def test_a_list_without_any_record_that_was_asked_for_ends_empty(office: Office) -> None:
    with sandbox(office) as (_, url):
        async with client(url) as portal:
            asking = by_rest(portal, "TrdBuy", {"orgBin": "000000000000"})
            assert asking is not None
            page: Page = await asking(None)

    assert (page.rows, page.onward) == ([], None)
