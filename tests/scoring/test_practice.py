"""What people found of flags is counted for each indicator, and told with it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import Any, Final

import asyncpg
import httpx
import msgspec
import pytest

from scoring import catalogue_feed, practice, store
from scoring.hearing import FEED, Hearing
from scoring.practice import FEWEST, Found, in_practice, wilson
from shared.contracts.catalogue import Bounds, InPractice
from shared.contracts.feedback import Feedback
from shared.database import Database
from shared.feed import Change, Entry, head, publish_events
from shared.queue import Bell
from tests.scoring.eleven import eleven
from tests.scoring.office import NO_REDIS
from tests.support.feeds import URL, feed_client
from tests.support.postgres import opened

NOWHERE: Final = "http://127.0.0.1:1"
LAST: Final = date(2026, 3, 20)


class Newsroom:
    """A producer of verdicts, and the process of scoring that hears them."""

    def __init__(self, cases: Database, scoring: Database, client: httpx.AsyncClient) -> None:
        self.cases = cases
        self.scoring = scoring
        self.client = client
        self.hearing: Hearing

    async def listen(self, url: str = URL) -> Hearing:
        return Hearing(self.scoring, url, self.client, await Bell.connect(NO_REDIS))

    async def tell(self, *verdicts: Feedback, first: int = 1) -> None:
        changes = [
            Change(f"fbk_{number}", msgspec.json.encode(one))
            for number, one in enumerate(verdicts, first)
        ]
        await self.tell_changes(*changes)

    async def tell_changes(self, *changes: Change) -> None:
        async with self.cases.transaction() as connection:
            await publish_events(connection, FEED, changes)

    async def shown(self, code: str) -> Any:
        async with self.scoring.connection() as connection:
            body = await connection.fetchval(
                "SELECT body FROM feed_state WHERE feed = 'catalogue' AND key = $1", code
            )
        return msgspec.json.decode(body)["in_practice"]

    async def published(self) -> int:
        async with self.scoring.connection() as connection:
            return await head(connection, "catalogue")

    async def begin(self) -> int:
        """Publish the catalogue, as the engine does when it starts."""
        async with self.scoring.transaction() as connection:
            return await catalogue_feed.publish(connection, eleven(), {})

    async def kept(self) -> int:
        async with self.scoring.connection() as connection:
            return int(await connection.fetchval("SELECT count(*) FROM feedback"))


@asynccontextmanager
async def newsroom(urls: dict[str, str], scope: str = "feeds:read") -> AsyncIterator[Newsroom]:
    async with (
        opened(urls["cases"]) as cases,
        opened(urls["scoring"]) as scoring,
        feed_client(cases, FEED, scope=scope) as client,
    ):
        room = Newsroom(cases, scoring, client)
        room.hearing = await room.listen()
        await room.begin()
        yield room


@pytest.fixture
async def room(platform_database_urls: dict[str, str]) -> AsyncIterator[Newsroom]:
    async with newsroom(platform_database_urls) as found:
        yield found


def said(
    verdict: str,
    process: str | None,
    day: int = 10,
    *,
    codes: tuple[str, ...] = ("R018",),
    reason: str | None = None,
    alert: str | None = None,
) -> Feedback:
    at = datetime(2026, 3, day, 12, tzinfo=UTC)
    return Feedback(verdict, list(codes), at, reason, alert, process)


def dismissed(reason: str, process: str | None, day: int = 10, **more: Any) -> Feedback:
    return said("dismissed", process, day, reason=reason, **more)


TOLD: Final = (
    *(said("confirmed", f"prc_{number}") for number in range(1, 8)),
    dismissed("duplicate", "prc_1", 25, alert="alr_1"),
    dismissed("below_interest", "prc_8", 21, alert="alr_8"),
    said("unfounded", "prc_8"),
    dismissed("data_error", "prc_9", alert="alr_9"),
    dismissed("insufficient_data", "prc_9", 22, alert="alr_9"),
    said("confirmed", "prc_10"),
    said("refuted", "prc_10", 20),
    dismissed("duplicate", "prc_11", 2, codes=("R018", "R024"), alert="alr_11"),
    said("confirmed", None, 3, codes=("R024",)),
    said("confirmed", None, 4, codes=("R024",)),
    dismissed("data_error", None, 5, codes=("R024",), alert="alr_12"),
    dismissed("duplicate", None, 6, codes=("R024",), alert="alr_12"),
)
"""Of R018: seven confirmed, one closed as unfounded, one of wrong data, one refuted at last, and
one duplicate that decides nothing. Of R024 four, three of them decided."""


async def test_a_purchase_counts_once_by_the_strongest_and_latest_that_was_found_of_it(
    room: Newsroom,
) -> None:
    await room.tell(*TOLD)

    await room.hearing.hear()

    assert await room.shown("R018") == {
        "handled": 11,
        "dismissed": {"data_error": 1, "duplicate": 1},
        "unfounded": 1,
        "refuted": 1,
        "confirmed": 7,
        "decided": 10,
        "insufficient": False,
        "precision": 0.7,
        "interval": {"lower": 0.3968, "upper": 0.8922},
        "as_of": "2026-03-20",
    }
    assert await room.shown("R024") == {
        "handled": 4,
        "dismissed": {"data_error": 1, "duplicate": 1},
        "unfounded": 0,
        "refuted": 0,
        "confirmed": 2,
        "decided": 3,
        "insufficient": True,
        "precision": None,
        "interval": None,
        "as_of": "2026-03-05",
    }
    assert await room.shown("R003") is None


async def test_what_is_told_or_read_again_changes_nothing_and_a_feed_begun_anew_forgets(
    room: Newsroom,
) -> None:
    before = await room.published()
    await room.tell(*TOLD)
    await room.hearing.hear()
    kept, told = await room.kept(), await room.published()

    await room.hearing.hear()
    await room.tell(*TOLD)
    await room.hearing.hear()
    async with room.scoring.transaction() as connection:
        await connection.execute("DELETE FROM feed_cursor")
    await room.hearing.hear()

    assert (kept, told) == (20, before + 2)
    assert (await room.kept(), await room.published()) == (kept, told)
    assert await room.begin() == told

    async with room.cases.transaction() as connection:
        await connection.execute("DELETE FROM feed_event")
        await connection.execute("DELETE FROM feed_head")
    await room.tell(said("confirmed", "prc_1"))
    await room.hearing.hear()

    assert (await room.kept(), (await room.shown("R018"))["handled"]) == (1, 1)
    assert await room.shown("R024") is None


async def test_cases_that_are_away_or_refuse_hold_up_nothing(
    platform_database_urls: dict[str, str],
) -> None:
    async with newsroom(platform_database_urls, scope="scores:read") as room:
        await room.tell(said("confirmed", "prc_1"))
        async with room.scoring.transaction() as connection:
            body = msgspec.json.encode(said("refuted", "prc_2"))
            await practice.apply(connection, [Entry(1, "fbk_2", deleted=False, body=body)])
        refused = await room.client.get(f"/internal/feeds/{FEED}?after=0&limit=1")

        await room.hearing.hear()
        first = await room.shown("R018")
        await (await room.listen(NOWHERE)).hear()

        assert refused.status_code == 403
        assert (first["handled"], first["refuted"], first["confirmed"]) == (1, 1, 0)
        assert await room.shown("R018") == first


async def test_an_entry_that_says_nothing_readable_is_set_aside_and_can_be_tried_again(
    room: Newsroom,
) -> None:
    await room.tell_changes(Change("fbk_odd", b'{"verdict":5}'))
    await room.tell(said("confirmed", "prc_1"))

    await room.hearing.hear()
    async with room.scoring.transaction() as connection:
        letters = await aside(connection)
        await store.ask_for_replay(connection, letters)
    await room.hearing.hear()

    async with room.scoring.transaction() as connection:
        assert await aside(connection) == letters
        assert await store.letters_to_replay(connection, FEED) == []
    assert len(letters) == 1
    assert (await room.shown("R018"))["confirmed"] == 1


async def aside(connection: asyncpg.Connection) -> list[int]:
    rows = await connection.fetch("SELECT id FROM dead_letter WHERE feed = $1 ORDER BY id", FEED)
    return [row["id"] for row in rows]


@pytest.mark.parametrize(
    ("hits", "tried", "bounds"),
    [
        (7, 10, Bounds(0.3968, 0.8922)),
        (0, 10, Bounds(0.0, 0.2775)),
        (10, 10, Bounds(0.7225, 1.0)),
        (90, 100, Bounds(0.8256, 0.9448)),
    ],
)
def test_the_bounds_of_a_share_are_those_of_wilson(hits: int, tried: int, bounds: Bounds) -> None:
    assert wilson(hits, tried) == bounds


def test_nine_that_were_decided_are_too_few_and_ten_are_enough() -> None:
    def of(confirmed: int) -> InPractice:
        return in_practice(
            [
                Found("R018", "confirmed", None, confirmed, LAST),
                Found("R018", "dismissed", "duplicate", 50, LAST),
                Found("R018", "unheard_of", None, 5, LAST),
            ]
        )

    few, enough = of(9), of(10)

    assert FEWEST == 10
    assert (few.insufficient, few.precision, few.interval) == (True, None, None)
    assert (enough.insufficient, enough.precision) == (False, 1.0)
    assert (enough.handled, enough.decided) == (65, 10)
