"""A load of many releases is judged in large batches, and nothing is taken for another cause."""

import httpx
import pytest

from scoring.comparison import Comparison
from scoring.engine import step
from scoring.store import demand
from shared.feed.client import FeedClient
from tests.scoring.office import Office
from tests.scoring.releases import purchase_id, release, suspicious


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Pages of two, and what is much for the engine made little."""
    for name, value in {"PAGE": 2, "MANY": 2, "ENOUGH": 6, "BATCH": 8}.items():
        monkeypatch.setattr(f"scoring.session.{name}", value)
    return monkeypatch


async def test_of_twelve_releases_in_pages_of_two_six_are_judged_at_a_time(
    scoring_office: Office, small: pytest.MonkeyPatch
) -> None:
    await scoring_office.publish(*[release(f"ocds-{n}") for n in range(12)])

    scored = []
    for _ in range(6):
        await step(scoring_office.session, scoring_office.comparison)
        scored.append(await _scored(scoring_office))

    assert scored == [0, 0, 6, 6, 6, 12]


async def test_many_that_nothing_follows_wait_no_longer_than_a_moment(
    scoring_office: Office, small: pytest.MonkeyPatch
) -> None:
    await scoring_office.publish(release("ocds-1"), release("ocds-2"))

    await step(scoring_office.session, scoring_office.comparison)
    waiting = await _scored(scoring_office)
    small.setattr("scoring.session.GATHERED_FOR", 0.0)
    await step(scoring_office.session, scoring_office.comparison)

    assert waiting == 0
    assert await _scored(scoring_office) == 2


async def test_what_is_there_is_judged_where_the_feed_falls_silent(
    scoring_office: Office, small: pytest.MonkeyPatch
) -> None:
    await scoring_office.publish(*[release(f"ocds-{n}") for n in range(12)])
    await step(scoring_office.session, scoring_office.comparison)
    small.setattr("scoring.session.GATHERED_FOR", 0.0)

    async with httpx.AsyncClient() as nowhere:
        scoring_office.session._client = FeedClient("http://127.0.0.1:9", nowhere)
        await step(scoring_office.session, scoring_office.comparison)

    assert await _scored(scoring_office) == 2


async def test_few_are_judged_at_once(scoring_office: Office, small: pytest.MonkeyPatch) -> None:
    await scoring_office.publish(release("ocds-1"))

    await step(scoring_office.session, scoring_office.comparison)

    assert await _scored(scoring_office) == 1


async def test_what_waits_to_be_judged_anew_is_settled_before_its_facts_change_though_others_wait(
    scoring_office: Office, small: pytest.MonkeyPatch
) -> None:
    await scoring_office.publish(release("ocds-1"))
    await scoring_office.judge()
    async with scoring_office.scoring.transaction() as connection:
        await demand(connection, "population", [purchase_id("ocds-1")])
    scoring_office.session.waiting = True

    await scoring_office.publish(release("ocds-2"), release("ocds-3"), suspicious("ocds-1"))
    await scoring_office.session.take_in()
    before = await _scored(scoring_office)
    await scoring_office.session.take_in()

    assert before == 1
    assert await _scored(scoring_office) == 3
    assert await scoring_office.rows("SELECT * FROM rejudge") == []
    assert await scoring_office.findings() == []


async def test_while_releases_keep_coming_a_comparison_waits_by_how_long_the_last_one_took(
    scoring_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    comparison = Comparison(scoring_office.session, every=0.0)
    await _judged(scoring_office, "ocds-1")
    first = comparison.overdue
    await comparison.compare()
    await _judged(scoring_office, "ocds-2")

    monkeypatch.setattr("scoring.comparison.SHARE_OF_TIME", 10_000)
    soon = comparison.overdue
    monkeypatch.setattr("scoring.comparison.SHARE_OF_TIME", 0)

    assert (first, soon, comparison.overdue) == (True, False, True)


async def _judged(office: Office, ocid: str) -> None:
    await office.publish(release(ocid))
    await office.session.take_in()
    while await office.session.judge_changes():
        pass


async def _scored(office: Office) -> int:
    [row] = await office.rows("SELECT count(*) AS n FROM score WHERE subject_type = 'process'")
    return int(row["n"])
