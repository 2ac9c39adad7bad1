"""What is judged a moment later than the rest: awaited, carried over, made up for, never lost.

Of the eleven only R003 is prompt here; the other seven of purchases follow.
"""

from datetime import UTC, datetime

import msgspec
import pytest

from scoring.indicator import catalogue
from scoring.judging import GaveWay
from scoring.score import AWAITED, CLEAR, FLAGGED
from scoring.store import demand
from tests.scoring.eleven import plain
from tests.scoring.office import Office, statuses
from tests.scoring.releases import purchase_id, release, suspicious, tender

pytestmark = pytest.mark.thorough

LATER = {"R018", "R024", "R028", "R030", "R035", "R036", "R058"}


@pytest.fixture
async def office(scoring_office: Office) -> Office:
    scoring_office.profile = msgspec.structs.replace(plain(), prompt=["R003"])
    scoring_office.alerts_since = datetime(2026, 1, 1, tzinfo=UTC)
    await scoring_office.restart()
    return scoring_office


async def test_a_new_purchase_is_scored_by_the_prompt_and_says_what_it_awaits(
    office: Office,
) -> None:
    await office.publish(suspicious("ocds-1"))

    await _judge_promptly(office)

    prompt = await office.score("ocds-1")
    assert prompt
    assert statuses(prompt) == {"R003": FLAGGED, **dict.fromkeys(LATER, AWAITED)}
    assert (prompt["awaiting"], prompt["provisional"], prompt["band"]) == (7, True, None)
    assert prompt["coverage"] < 0.2
    assert prompt["score"]["lower"] < prompt["score"]["upper"]
    assert await office.alerts() == []

    await office.session.judge_anew()

    whole = await office.score("ocds-1")
    assert whole
    assert AWAITED not in statuses(whole).values()
    assert (whole["awaiting"], whole["band"], whole["cause"]) == (0, "high", "data")
    assert [one["band"] for one in await office.alerts()] == ["high"]
    assert await office.rows("SELECT * FROM rejudge") == []


async def test_a_changed_purchase_carries_over_what_was_found_until_it_is_judged_anew(
    office: Office,
) -> None:
    await office.publish(suspicious("ocds-1"))
    await office.judge()
    before = statuses(await office.score("ocds-1"))
    opened = {one["indicator"]: one["id"] for one in await office.findings()}
    await office.publish(release("ocds-1", tender=tender(numberOfTenderers=4)))

    await _judge_promptly(office)

    between = await office.score("ocds-1")
    assert between
    assert statuses(between) == {**before, "R003": CLEAR}
    assert between["awaiting"] == len(LATER)
    still = {one["indicator"]: one["id"] for one in await office.findings()}
    assert still == {code: number for code, number in opened.items() if code != "R003"}

    await office.session.judge_anew()

    after = statuses(await office.score("ocds-1"))
    assert before["R018"] == FLAGGED
    assert after["R018"] == CLEAR
    assert await office.findings() == []
    closed = await office.findings(still_open=False)
    [single] = [one for one in closed if one["indicator"] == "R018"]
    assert (single["closed_as"], single["closed_cause"]) == (CLEAR, "data")
    assert len(await office.alerts()) == 1


async def test_what_is_owed_survives_a_crash_and_no_other_cause_takes_its_place(
    office: Office,
) -> None:
    await office.publish(suspicious("ocds-1"))
    await office.session.take_in()
    await _demand(office, "population")

    await _judge_promptly(office)
    await office.restart()
    await office.judge()

    score = await office.score("ocds-1")
    assert score
    assert (score["awaiting"], score["cause"]) == (0, "data")
    assert len(await office.alerts()) == 1


async def test_it_makes_way_for_a_ring_but_not_for_ever(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.publish(suspicious("ocds-1"))
    await _judge_promptly(office)
    session = office.session
    session.rung.set()

    assert await session.judge_anew()
    assert statuses(await office.score("ocds-1"))["R018"] == AWAITED

    monkeypatch.setattr("scoring.anew.PATIENCE", 0.0)
    await session.judge_anew()
    assert statuses(await office.score("ocds-1"))["R018"] == FLAGGED


async def test_what_a_population_asks_for_does_not_make_way_for_ever_either(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.publish(suspicious("ocds-1"))
    await office.judge()
    async with office.scoring.transaction() as connection:
        await demand(connection, "population", [purchase_id("ocds-1")])
    office.session.waiting = True
    office.session.rung.set()
    monkeypatch.setattr("scoring.anew.PATIENCE", 0.0)

    await office.session.judge_anew()
    assert len(await office.rows("SELECT * FROM rejudge")) == 1
    await office.session.judge_anew()

    assert await office.rows("SELECT * FROM rejudge") == []


async def test_five_judged_anew_together_are_written_two_at_a_time_and_news_comes_between(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    ocids = [f"ocds-{number}" for number in range(5)]
    await office.publish(*map(suspicious, ocids))
    await office.judge()
    asked = [*map(purchase_id, ocids), "prc_of_which_nothing_is_known"]
    async with office.scoring.transaction() as connection:
        await demand(connection, "population", asked)
    monkeypatch.setattr("scoring.anew.WRITTEN", 2)
    session, before = office.session, office.session.written

    with pytest.raises(GaveWay):
        await session.judge_demanded(
            dict.fromkeys(asked, "population"), lambda: session.written > before
        )
    left = await office.rows("SELECT * FROM rejudge")
    session.waiting = True
    await office.judge()

    assert len(left) == 4
    assert await office.rows("SELECT * FROM rejudge") == []
    assert session.written == before + 1 + 3


async def test_after_it_made_way_it_judges_fewer_together_until_news_leaves_it_in_peace(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    ocids = [f"ocds-{number}" for number in range(7)]
    await office.publish(*map(suspicious, ocids))
    await office.judge()
    async with office.scoring.transaction() as connection:
        await demand(connection, "population", list(map(purchase_id, ocids)))
    monkeypatch.setattr("scoring.anew.WRITTEN", 2)
    monkeypatch.setattr("scoring.anew.MOST_ANEW", 4)
    session = office.session
    session.waiting = True
    session.loaded_at -= 60.0

    left = []
    session.rung.set()
    for _ in range(3):
        await session.judge_anew()
        session.rung.clear()
        left.append(len(await office.rows("SELECT * FROM rejudge")))

    assert left == [7, 5, 1]


async def test_a_load_is_judged_by_all_at_once(office: Office) -> None:
    await office.publish(*[suspicious(f"ocds-{number}") for number in range(101)])

    await _judge_promptly(office)

    found = await office.rows("SELECT DISTINCT statuses FROM score")
    assert len(found) == 1
    assert ":a" not in found[0]["statuses"]
    assert await office.rows("SELECT * FROM rejudge") == []


async def test_what_only_the_country_s_own_sources_tell_is_asked_of_them_alone(
    office: Office,
) -> None:
    office.catalogue = {code: catalogue()[code] for code in ("R003", "T07", "K01")}
    office.profile = msgspec.structs.replace(office.profile, national=["elsewhere"])
    await office.restart()
    await office.publish(release("ocds-1"))
    await office.judge()
    abroad = statuses(await office.score("ocds-1"))

    office.profile = msgspec.structs.replace(office.profile, national=["invented"])
    await office.restart()
    await office.judge()

    assert abroad.keys() == {"R003", "T07"}
    assert statuses(await office.score("ocds-1")).keys() == {"R003", "T07", "K01"}


async def _judge_promptly(office: Office) -> None:
    await office.session.take_in()
    while await office.session.judge_changes():
        pass


async def _demand(office: Office, cause: str) -> None:
    """Ask for a purchase to be judged anew that has no score yet."""
    async with office.scoring.transaction() as connection:
        await demand(connection, cause, [purchase_id("ocds-1")])
