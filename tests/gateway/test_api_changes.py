"""Callers are told what changes: every operation has its day, and none ends without a word."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx
import pytest

from gateway.api_changes import CHANGES, ApiChange, ending
from gateway.app import build
from tests.gateway.house import House, settings, started

LOTS_END = ApiChange(
    on=date(2027, 1, 10),
    kind="deprecated",
    operations=("list_lots",),
    text="Lots are part of processes.",
    sunset=date(2027, 9, 1),
    successor="/v1/processes",
)


@pytest.fixture
async def ending_lots(house: House, database_url: str, valkey_url: str) -> AsyncIterator[House]:
    """A gateway in which the list of lots will end."""
    given = settings(database_url, valkey_url)
    app = build(given, changes=(*CHANGES, LOTS_END))
    async with started(app):
        other = House(app, house.database, given)
        other.key = house.key
        yield other
        await other.client.aclose()


async def test_what_will_end_says_so_with_every_answer_and_in_the_document(
    ending_lots: House,
) -> None:
    lots = await ending_lots.get("/v1/lots")
    refused = await ending_lots.get("/v1/lots?limit=0")
    plans = await ending_lots.get("/v1/plans")
    paths = (await ending_lots.client.get("/openapi.json")).json()["paths"]

    assert lots.status_code == 200
    assert lots.headers["deprecation"] == f"@{int(datetime(2027, 1, 10, tzinfo=UTC).timestamp())}"
    assert parsedate_to_datetime(lots.headers["sunset"]) == datetime(2027, 9, 1, tzinfo=UTC)
    assert httpx.Response(200, headers=lots.headers).links["successor-version"]["url"] == (
        "/v1/processes"
    )
    assert refused.status_code == 422
    assert refused.headers["deprecation"] == lots.headers["deprecation"]
    assert "deprecation" not in plans.headers
    assert paths["/v1/lots"]["get"]["deprecated"] is True
    assert "deprecated" not in paths["/v1/plans"]["get"]


async def test_the_changes_are_read_by_programs_the_newest_first(ending_lots: House) -> None:
    told = (await ending_lots.get("/v1/meta/changelog")).json()["data"]

    assert (told[0]["kind"], told[0]["sunset"]) == ("deprecated", "2027-09-01")
    assert [each["on"] for each in told] == sorted((each["on"] for each in told), reverse=True)


def test_every_operation_was_added_on_some_day_and_nothing_is_told_that_is_not_there() -> None:
    paths = build(settings("postgresql://unused", "redis://unused")).openapi()["paths"]
    there = {each["operationId"] for methods in paths.values() for each in methods.values()}
    added = {name for change in CHANGES if change.kind == "added" for name in change.operations}
    removed = {name for change in CHANGES if change.kind == "removed" for name in change.operations}

    assert added - removed == there
    assert {name for change in CHANGES for name in change.operations} <= added


@pytest.mark.parametrize("sunset", [None, LOTS_END.on + timedelta(181)])
def test_an_end_that_is_not_told_six_months_before_is_refused(sunset: date | None) -> None:
    hasty = ApiChange(
        on=LOTS_END.on, kind="deprecated", operations=("list_lots",), text="Soon.", sunset=sunset
    )

    with pytest.raises(ValueError, match="six months"):
        ending((hasty,))
