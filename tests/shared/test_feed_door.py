"""The door to the feeds: lines as they are stored, for services that show a token."""

from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest

from shared.database import Database
from shared.feed import Change, FeedClient, publish_state
from tests.support.feeds import URL, feed_client


@pytest.fixture
async def client(producer: Database) -> AsyncIterator[httpx.AsyncClient]:
    async with producer.transaction() as connection:
        changes = [Change("prc_a", '{"title":"Жол жөндеу"}'.encode()), Change('quote"d', b"2")]
        await publish_state(connection, "releases", changes)
        await publish_state(connection, "releases", [Change('quote"d', None)])
    async with feed_client(producer, "releases", "sources") as client:
        yield client


async def test_entries_travel_as_lines_with_their_bodies_untouched(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.get("/internal/feeds/releases", params={"after": 0, "limit": 10})

    assert answer.headers["content-type"] == "application/x-ndjson"
    assert answer.text.splitlines() == [
        '{"seq":1,"key":"prc_a","deleted":false,"body":{"title":"Жол жөндеу"}}',
        '{"seq":3,"key":"quote\\"d","deleted":true,"body":null}',
    ]


async def test_a_reader_that_does_not_parse_learns_the_numbers_from_the_headers(
    client: httpx.AsyncClient,
) -> None:
    page = await FeedClient(URL, client).fetch("releases", 0, 1)

    assert (page.count, page.last_seq, page.head) == (1, 1, 3)
    assert isinstance(page.epoch, UUID)
    assert page.epoch.int != 0


async def test_a_page_beyond_the_end_is_empty_and_says_where_the_end_is(
    client: httpx.AsyncClient,
) -> None:
    page = await FeedClient(URL, client).fetch("releases", 3, 10)

    assert (page.lines, page.count, page.last_seq, page.head) == (b"", 0, 3, 3)


@pytest.mark.parametrize(
    ("query", "status"),
    [("after=-1", 422), ("limit=0", 422), ("limit=10001", 422), (f"after={2**63}", 422)],
)
async def test_numbers_out_of_bounds_are_refused(
    client: httpx.AsyncClient, query: str, status: int
) -> None:
    answer = await client.get(f"/internal/feeds/releases?{query}")

    assert answer.status_code == status


async def test_a_feed_of_another_service_is_not_found(client: httpx.AsyncClient) -> None:
    assert (await client.get("/internal/feeds/scores")).status_code == 404


async def test_without_a_token_nothing_is_read(client: httpx.AsyncClient) -> None:
    answer = await client.get("/internal/feeds/releases", auth=httpx.BasicAuth("a", "b"))

    assert answer.status_code == 401


async def test_a_token_without_the_scope_reads_nothing(producer: Database) -> None:
    async with feed_client(producer, "releases", scope="scores:read") as client:
        assert (await client.get("/internal/feeds/releases")).status_code == 403
