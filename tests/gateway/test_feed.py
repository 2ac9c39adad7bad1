"""The event log: whoever follows it can prove to have everything, and waits at no cost."""

import asyncio
import time
from datetime import timedelta
from typing import Any

import pytest

from gateway.api.example_judgement import INDICATOR
from gateway.stream import ageing, telling
from gateway.stream.catalogue import EVENTS
from gateway.view import changes
from gateway.worker import APPLIED
from shared import events
from shared.clock import SystemClock
from shared.contracts.drafts import DraftEvent
from shared.feed import Entry
from tests.gateway.builders import alert, entry, indicator, line, process, score, source
from tests.gateway.house import House, opened_house, problem

ONE, TWO = process("o-1"), process("o-2")
BOTH = (line("R018"), line("R024"))
FLAGGED = score(ONE, expected=55.0, band="high", lines=BOTH)


def draft_event(key: str, organisation: str, **more: Any) -> Entry:
    """An entry of scoring's feed of drafts."""
    event = {
        "organisation": organisation,
        "draft": "drf_1",
        "code": "X01",
        "version": 1,
        "what": "monitor",
        "state": "monitor",
        "at": "2026-03-02T06:15:09+00:00",
    }
    return entry(key, event | more, DraftEvent)


async def page(house: House, question: str = "") -> dict[str, Any]:
    answer = await house.get(f"/v1/feed{question}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def own(house: House, number: int, stream: str | None = None) -> None:
    """Tell the organisation of the house's key something."""
    async with house.database.transaction() as connection:
        name = await connection.fetchval("SELECT id FROM organisation")
        seq = await changes.take_number(connection)
        data = {"endpoint": f"whk_{number}", "reason": "410", "link": "/v1/webhooks/endpoints"}
        told = [(f"webhook.disabled/{number}", "webhook.disabled", data)]
        await telling.tell(connection, stream or events.organisation(name), told, seq=seq)


async def test_what_happened_is_told_in_order_with_its_data(house: House) -> None:
    await house.fill("catalogue", indicator("R018"))
    await house.fill("scores", FLAGGED, score(TWO, lines=(line("R018", "clear"),)))
    await house.fill("alerts", alert(1, ONE))
    await house.fill("scores", score(ONE, expected=20.0, band="low", lines=(line("R024"),)))

    told = await page(house)

    assert [each["seq"] for each in told["data"]] == [1, 2, 3, 4, 5]
    assert (told["last_seq"], told["head"], told["has_more"]) == (5, 5, False)
    kinds = [each["type"] for each in told["data"]]
    assert kinds[:3] == ["indicator.changed", "score.changed", "alert.created"]
    assert set(kinds[3:]) == {"score.changed", "alert.corrected"}
    corrected = next(each for each in told["data"] if each["type"] == "alert.corrected")
    assert corrected["data"]["withdrawn"] == ["R018"]
    assert corrected["data"]["band"] == "low"
    for each in told["data"]:
        assert each["data"].keys() == EVENTS[each["type"]].data.keys()
    followed = [(await house.get(each["data"]["link"])).status_code for each in told["data"]]
    assert followed == [200] * 5


async def test_an_alert_that_changes_or_is_replaced_is_told_with_a_version_that_rises(
    house: House,
) -> None:
    await house.fill("scores", FLAGGED)
    await house.fill("alerts", alert(1, ONE), alert(2, ONE, indicators=["R024"]))
    await house.fill("scores", FLAGGED)  # the same again is no change
    await house.fill("scores", score(ONE, expected=57.0, band="high", lines=BOTH))
    await house.fill("alerts", alert(3, ONE, band="critical"))  # says all that the first said
    await house.fill("scores", score(ONE, expected=80.0, band="critical", lines=BOTH))

    about = [each for each in (await page(house))["data"] if each["type"].startswith("alert.")]

    assert [(each["type"], each["data"]["alert"]) for each in about] == [
        ("alert.created", "alr_0001"),
        ("alert.created", "alr_0002"),
        ("alert.updated", "alr_0001"),
        ("alert.updated", "alr_0002"),
        ("alert.created", "alr_0003"),
        ("alert.superseded", "alr_0001"),
        ("alert.updated", "alr_0002"),
        ("alert.updated", "alr_0003"),
    ]
    updated, replaced, last = about[2]["data"], about[5]["data"], about[7]["data"]
    assert (updated["score"], updated["band"], updated["flagged"]) == (
        57.0,
        "high",
        ["R018", "R024"],
    )
    assert (replaced["by"], replaced["band"]) == ("alr_0003", "critical")
    assert (last["score"], last["band"]) == (80.0, "critical")
    for each in about:
        assert each["data"].keys() == EVENTS[each["type"]].data.keys()
    of_each = [
        [each["data"]["version"] for each in about if each["data"]["alert"] == name]
        for name in ("alr_0001", "alr_0002", "alr_0003")
    ]
    assert all(sorted(set(versions)) == versions for versions in of_each)
    assert list(map(len, of_each)) == [3, 3, 2]


async def test_a_source_that_outgrows_its_promised_age_is_told_once_and_so_is_its_end(
    house: House,
) -> None:
    now = SystemClock().now()

    async def ended(hours_ago: float, status: str = "complete") -> None:
        run = {"status": status, "finished_at": (now - timedelta(hours=hours_ago)).isoformat()}
        await house.fill("sources", source("portal", promised_hours=2, run=run), source("file"))

    async def told() -> list[tuple[str, str]]:
        return [(each["type"], each["data"]["source"]) for each in (await page(house))["data"]]

    async def look(hours: float) -> list[tuple[str, str]]:
        async with house.database.transaction() as connection:
            await ageing.look(connection, now + timedelta(hours=hours))
        return await told()

    stale, fresh = ("data.stale", "portal"), ("data.fresh", "portal")
    await ended(1.5, "incomplete")
    assert await look(9) == []  # it was never whole
    await ended(1.5)
    assert [await look(hours) for hours in (0.4, 0.6, 9)] == [[], [stale], [stale]]
    await ended(0, "failed")
    assert await look(9) == [stale]
    await ended(-8)
    assert [await look(hours) for hours in (9, 9.5)] == [[stale, fresh]] * 2
    assert await look(10.5) == [stale, fresh, stale]
    for each in (await page(house))["data"]:
        assert each["data"].keys() == EVENTS[each["type"]].data.keys()


async def test_the_same_applied_again_or_a_rebuilt_view_tells_nothing_anew(house: House) -> None:
    await house.fill("scores", FLAGGED)
    await house.fill("alerts", alert(1, ONE))
    _, forget = APPLIED["scores"]
    async with house.database.transaction() as connection:
        await forget(connection)

    await house.fill("scores", FLAGGED)
    await house.fill("alerts", alert(1, ONE))

    assert (await page(house))["head"] == 2


async def test_verdicts_on_its_flags_are_shown_with_an_indicator_and_are_no_event(
    house: House,
) -> None:
    counted = INDICATOR["in_practice"]
    await house.fill("catalogue", indicator("R018"))
    before = await house.get("/v1/indicators/R018")
    await house.fill("catalogue", indicator("R018", in_practice=counted))
    after = await house.get("/v1/indicators/R018")

    assert (before.json()["in_practice"], after.json()["in_practice"]) == (None, counted)
    assert before.headers["etag"] != after.headers["etag"]
    assert (await page(house))["head"] == 1

    await house.fill("catalogue", indicator("R018", in_practice=counted, publication="public"))

    assert [one["type"] for one in (await page(house))["data"]] == ["indicator.changed"] * 2


async def test_suppliers_and_persons_are_not_named_in_the_public_stream(house: House) -> None:
    supplier, person = "org_" + "s" * 26, "prs_" + "p" * 26
    lines = (line("R018"),)
    await house.fill(
        "scores",
        score(supplier, kind="supplier", lines=lines),
        score(person, kind="supplier", lines=lines),
    )

    answer = await house.get("/v1/feed")

    assert answer.json()["head"] == 0
    assert supplier not in answer.text


async def test_pages_go_on_without_a_gap_and_types_passed_over_are_counted(house: House) -> None:
    await house.fill("scores", FLAGGED)
    await house.fill("alerts", *(alert(n, ONE, indicators=[f"R00{n}"]) for n in range(1, 8)))

    first = await page(house, "?limit=5")
    second = await page(house, f"?limit=5&after={first['last_seq']}")
    scores = await page(house, "?types=score.changed&limit=3")
    heads = (await house.get("/v1/feed/heads")).json()

    assert [each["seq"] for each in first["data"] + second["data"]] == list(range(1, 9))
    assert (first["has_more"], second["has_more"]) == (True, False)
    assert ([each["seq"] for each in scores["data"]], scores["last_seq"]) == ([1], 3)
    assert heads == {"public": 8, "own": 0}


async def test_an_organisation_reads_its_own_stream_and_no_other(house: House) -> None:
    await own(house, 1, "org:own_other")
    await own(house, 1)
    await own(house, 2)

    told = await page(house, "?stream=own")
    heads = (await house.get("/v1/feed/heads")).json()

    assert [(each["seq"], each["data"]["endpoint"]) for each in told["data"]] == [
        (1, "whk_1"),
        (2, "whk_2"),
    ]
    assert heads == {"public": 0, "own": 2}


async def test_who_waits_is_answered_when_it_happens_in_whatever_process(
    house: House, database_url: str, valkey_url: str
) -> None:
    async with opened_house(house.database, database_url, valkey_url) as other:
        began = time.monotonic()
        waiting = [
            asyncio.create_task(page(each, "?wait=20"))
            for each in (house, other)
            for _ in range(20)
        ]
        waiting.append(asyncio.create_task(page(house, "?wait=20&types=alert.created")))
        while house.state.waiting.open + other.state.waiting.open < len(waiting):
            await asyncio.sleep(0.01)
        await house.fill("scores", FLAGGED)
        told = await asyncio.gather(*waiting[:-1])
        assert not waiting[-1].done()
        await house.fill("alerts", alert(1, ONE))
        last = await waiting[-1]
        spent = time.monotonic() - began

    assert [each["data"][0]["type"] for each in told] == ["score.changed"] * 40
    assert [each["seq"] for each in last["data"]] == [2]
    assert spent < 10
    assert house.state.waiting.open == 0


async def test_a_wait_without_an_event_ends_in_its_time(house: House) -> None:
    began = time.monotonic()

    told = await page(house, "?wait=1")

    assert told["data"] == []
    assert 0.9 < time.monotonic() - began < 5


async def test_many_writers_at_once_leave_no_gap_and_readers_see_none(house: House) -> None:
    seen: list[int] = []

    async def follow() -> None:
        while len(seen) < 40:
            found = await page(house, f"?stream=own&wait=5&after={len(seen)}")
            seen.extend(each["seq"] for each in found["data"])

    async with asyncio.timeout(30):
        await asyncio.gather(follow(), *(own(house, number) for number in range(40)))

    assert seen == list(range(1, 41))


@pytest.mark.parametrize(
    "question", ["?after=-1", "?limit=0", "?limit=1001", "?wait=21", "?types=nothing", "?stream=x"]
)
async def test_questions_that_make_no_sense_are_refused(house: House, question: str) -> None:
    assert problem(await house.get(f"/v1/feed{question}")) == (422, "validation_failed")


async def test_a_key_without_the_scope_reads_no_events(house: House) -> None:
    key = {"Authorization": f"Bearer {await house.new_key(['scores:read'])}"}

    for path in ("/v1/feed", "/v1/feed/heads"):
        assert problem(await house.client.get(path, headers=key)) == (403, "scope_missing")


async def test_what_becomes_of_a_draft_is_told_to_its_organisation_alone(house: House) -> None:
    async with house.database.connection() as connection:
        name = await connection.fetchval("SELECT id FROM organisation")
    moved = draft_event("draft_step/7", name, what="stop", state="retired")
    tried = draft_event("back_test/bkt_1", name, what="done", back_test="bkt_1")
    await house.fill("drafts", moved, tried, draft_event("draft_step/8", "own_other"))
    await house.fill("drafts", moved)

    told = await page(house, "?stream=own")

    assert [(each["type"], each["data"]["link"]) for each in told["data"]] == [
        ("indicator_draft.moved", "/v1/indicator-drafts/drf_1"),
        ("back_test.ended", "/v1/back-tests/bkt_1"),
    ]
    assert [each["data"].keys() for each in told["data"]] == [
        EVENTS[each["type"]].data.keys() for each in told["data"]
    ]
    assert (await page(house))["head"] == 0
