"""Focus lists and their queues: who takes what, two members look, and how far they agree."""

import asyncio
import itertools
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, Final

import httpx
import pytest

from cases.focus.agreement import agreement, settled
from shared.security import Caller
from tests.cases.office import (
    AIDA,
    BOLAT,
    MONITOR,
    NOW,
    OFFICER,
    READER,
    STRANGER,
    Office,
    caller,
    problem,
)

_numbers: Iterator[int] = itertools.count(1)
THIRD: Final = caller("mem_third", role="reader")


async def alerts(office: Office, number: int, **more: Any) -> list[str]:
    """Put alerts on the desk, the newest first."""
    known = {"buyer": "org_b", "region": "751110000", "band": "high", "indicators": ["R018"]}
    values = {**known, **more}
    ids = [f"alr_{next(_numbers):06}" for _ in range(number)]
    async with office.tables() as connection:
        await connection.executemany(
            "INSERT INTO alert (id, position, process_id, buyer, suppliers, region, band, rank,"
            " score, indicators, raised_at) VALUES ($1::text, 1, concat('prc_', $1::text), $2,"
            " '{}', $3, $4, 2, 61.5, $5, $6)",
            [(id_, *values.values(), NOW - timedelta(minutes=n)) for n, id_ in enumerate(ids)],
        )
    return ids


async def queued(
    office: Office, criteria: dict[str, Any] | None = None, *, public: bool = True, **more: Any
) -> str:
    body = {"title": "Roads", "purpose": "Look at these.", "public": public}
    made = await office.post("/focus-lists", {**body, "criteria": criteria or {}})
    assert made.status_code == 201, made.text
    asked = {"focus_list": made.json()["id"], "question": "Is a mark named?", **more}
    queue = await office.post("/queues", asked)
    assert queue.status_code == 201, queue.text
    return str(queue.json()["id"])


async def claimed(office: Office, queue: str, who: Caller) -> httpx.Response:
    return await office.post(f"/queues/{queue}:claim", who=who)


async def said(office: Office, queue: str, who: Caller, verdict: str) -> dict[str, Any]:
    """Take the next thing and say what it is."""
    item = (await claimed(office, queue, who)).json()
    answer = await office.post(
        f"/queues/{queue}/items/{item['id']}:submit", {"verdict": verdict}, who
    )
    assert answer.status_code == 200, answer.text
    return {**item, **answer.json()}


async def test_a_list_is_a_saved_question_and_a_public_one_is_seen_by_all(office: Office) -> None:
    body = {"title": "Roads", "purpose": "Look at these.", "criteria": {"region": ["75"]}}
    own = await office.post("/focus-lists", body)
    path = f"/focus-lists/{own.json()['id']}"
    hidden = await office.get(path, STRANGER)
    by_monitor = await office.send("PATCH", path, {"public": True}, MONITOR, seen=1)
    stale = await office.send("PATCH", path, {"public": True}, seen=7)
    nameless = await office.send("PATCH", path, {"title": None}, seen=1)
    public = await office.send("PATCH", path, {"public": True}, seen=1)
    theirs = await office.get(path, STRANGER)
    by_stranger = await office.send("PATCH", path, {"title": "Mine"}, STRANGER, seen=2)
    narrowed = await office.send("PATCH", path, {"criteria": {"band": ["high"]}}, seen=2)
    away = await office.send("PATCH", path, {"archived": True}, seen=3)

    assert own.json()["criteria"]["region"] == ["75"]
    assert [problem(each) for each in (hidden, by_stranger)] == [(404, "not_found")] * 2
    assert problem(by_monitor) == (403, "role_missing")
    assert (problem(stale), problem(nameless)) == (
        (412, "version_conflict"),
        (422, "validation_failed"),
    )
    assert (public.json()["public"], theirs.json()["own"]) == (True, False)
    assert narrowed.json()["criteria"]["region"] == []
    assert away.json()["archived_at"] is not None
    assert (await office.get("/focus-lists", STRANGER)).json()["data"] == []
    assert len((await office.get("/focus-lists", STRANGER, archived=True)).json()["data"]) == 1
    assert problem(await office.post("/focus-lists", body, OFFICER)) == (403, "role_missing")
    assert problem(await office.post("/focus-lists", body, READER)) == (403, "role_missing")


async def test_lists_are_paged_newest_first(office: Office) -> None:
    for number in range(3):
        office.clock.moment = NOW + timedelta(minutes=number)
        await office.post("/focus-lists", {"title": f"List {number}", "purpose": "Look."})
    first = (await office.get("/focus-lists", limit=2)).json()
    mark = '["{}", "{}"]'.format(*first["after"])
    rest = (await office.get("/focus-lists", limit=2, after=mark)).json()

    assert [each["title"] for each in first["data"]] == ["List 2", "List 1"]
    assert ([each["title"] for each in rest["data"]], rest["after"]) == (["List 0"], None)


async def test_a_queue_takes_what_its_list_asks_for(office: Office) -> None:
    [fits] = await alerts(office, 1)
    for other in (
        {"region": "631010000"},
        {"region": None},
        {"band": "low"},
        {"indicators": ["K01"]},
        {"buyer": "org_c"},
    ):
        await alerts(office, 1, **other)
    [dismissed] = await alerts(office, 1)
    async with office.tables() as connection:
        await connection.execute(
            "INSERT INTO triage (organisation, alert_id, state, changed_at, revision)"
            " VALUES ('own_a', $1, 'dismissed', $2, 1)",
            dismissed,
            NOW,
        )
    criteria = {"state": ["new"], "region": ["75"], "buyer": ["org_b"], "band": ["high"]}
    queue = await queued(office, {**criteria, "indicator": ["R018"]})
    item = (await claimed(office, queue, READER)).json()
    nothing = await claimed(office, queue, THIRD)
    [later] = await alerts(office, 1)
    refilled = (await claimed(office, queue, THIRD)).json()

    assert (item["alert"], item["process"]) == (fits, f"prc_{fits}")
    assert nothing.json()["conditions"] == ["waiting"]
    assert refilled["alert"] == later


@pytest.mark.check("A7", tier=1, limit="each thing once")
async def test_fifty_who_claim_at_once_get_fifty_different_things(office: Office) -> None:
    await alerts(office, 50)
    queue = await queued(office)
    people = [caller(f"mem_{number:02}", "own_b", role="reader") for number in range(50)]
    answers = await asyncio.gather(*(claimed(office, queue, who) for who in people))
    again = await asyncio.gather(*(claimed(office, queue, people[0]) for _ in range(5)))

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["id"] for answer in answers}) == 50
    assert {answer.json()["id"] for answer in again} == {answers[0].json()["id"]}
    assert problem(await claimed(office, queue, AIDA)) == (409, "guard_failed")


async def test_who_claims_at_once_with_themselves_gets_one_thing(office: Office) -> None:
    await alerts(office, 10)
    queue = await queued(office)
    answers = await asyncio.gather(*(claimed(office, queue, READER) for _ in range(10)))

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["id"] for answer in answers}) == 1


async def test_a_thing_that_is_not_answered_in_a_day_goes_back(office: Office) -> None:
    await alerts(office, 1)
    queue = await queued(office)
    item = (await claimed(office, queue, READER)).json()
    path = f"/queues/{queue}/items/{item['id']}:submit"
    office.clock.moment = NOW + timedelta(hours=24, seconds=-1)
    taken = await claimed(office, queue, THIRD)
    office.clock.moment = NOW + timedelta(hours=24)
    late = await office.post(path, {"verdict": "unclear"}, READER)
    free = await claimed(office, queue, THIRD)
    others = await office.post(path, {"verdict": "unclear"}, AIDA)

    assert item["until"] == "2026-03-03T04:00:00Z"
    assert taken.json()["conditions"] == ["waiting"]
    assert late.json()["conditions"] == ["held"]
    assert free.json()["id"] == item["id"]
    assert problem(others) == (404, "not_found")


async def test_two_settle_a_thing_and_a_third_is_asked_where_they_differ(office: Office) -> None:
    await alerts(office, 3)
    queue = await queued(office)
    first = await said(office, queue, READER, "explained")
    alone = (await claimed(office, queue, READER)).json()
    second = await said(office, queue, THIRD, "explained")
    apart = [
        await said(office, queue, who, word)
        for who, word in ((READER, "unclear"), (MONITOR, "explained"), (AIDA, "unclear"))
    ]
    lost = [
        await said(office, queue, who, word)
        for who, word in (
            (BOLAT, "unclear"),
            (READER, "explained"),
            (STRANGER, "sign_confirmed"),
        )
    ]
    twice = await office.post(
        f"/queues/{queue}/items/{lost[0]['id']}:submit", {"verdict": "explained"}, BOLAT
    )
    figures = (await office.get(f"/queues/{queue}", AIDA)).json()["figures"]

    assert (first["state"], second["state"]) == ("open", "settled")
    assert first["id"] == second["id"] != alone["id"]
    assert {each["id"] for each in apart} == {alone["id"]}
    assert [each["state"] for each in apart] == ["open", "open", "settled"]
    assert len({each["id"] for each in lost}) == 1
    assert [each["state"] for each in lost] == ["open", "open", "undecided"]
    assert problem(twice) == (409, "transition_not_allowed")
    assert figures["verdicts"] == {"explained": 1, "unclear": 1}
    assert (figures["waiting"], figures["settled"], figures["undecided"]) == (0, 2, 1)
    # First said: explained, unclear, unclear; second: explained three times. Chance: (1*3 + 2*0)/9.
    assert figures["agreement"] == {"twice": 3, "same": 1, "share": 0.3333, "kappa": 0.0}
    by_member = {each["member"]: each for each in figures["members"]}
    assert by_member["mem_reader"] == {
        "organisation": "own_a",
        "member": "mem_reader",
        "submitted": 3,
        "settled": 2,
        "as_settled": 2,
        "training": 0,
        "training_right": 0,
    }
    assert by_member["mem_marat"]["as_settled"] == 0


async def test_training_is_met_first_and_told_only_afterwards(office: Office) -> None:
    ids = await alerts(office, 8)
    queue = await queued(office)
    path = f"/queues/{queue}/training"
    items = [{"alert": id_, "answer": "explained"} for id_ in ids[6:]]
    unknown = await office.post(path, {"items": [{"alert": ids[0], "answer": "perhaps"}]})
    missing = await office.post(path, {"items": [{"alert": "alr_none", "answer": "explained"}]})
    by_stranger = await office.post(path, {"items": items}, STRANGER)
    added = await office.post(path, {"items": items})
    met = [await said(office, queue, READER, "unclear") for _ in range(6)]
    first_of_third = await said(office, queue, THIRD, "explained")
    looked_at = await office.post(path, {"items": [{"alert": ids[0], "answer": "explained"}]})
    figures = (await office.get(f"/queues/{queue}")).json()["figures"]

    assert problem(unknown) == (422, "validation_failed")
    assert problem(by_stranger) == (404, "not_found")
    assert missing.json()["conditions"] == looked_at.json()["conditions"] == ["not_looked_at"]
    assert added.json()["figures"]["training"] == 2
    assert [each["known"] for each in met] == ["explained", *[None] * 4, "explained"]
    assert first_of_third["id"] == met[0]["id"]
    right = {each["member"]: each["training_right"] for each in figures["members"]}
    assert right == {"mem_reader": 0, "mem_third": 1}
    assert figures["agreement"]["twice"] == 0


async def test_a_queue_of_a_list_that_is_not_public_is_its_owners_alone(office: Office) -> None:
    await alerts(office, 2)
    queue = await queued(office, public=False, verdicts=["yes", "no"])
    hidden = [
        await office.get(f"/queues/{queue}", STRANGER),
        await claimed(office, queue, STRANGER),
        await office.post(f"/queues/{queue}/items/qit_x:submit", {"verdict": "yes"}, STRANGER),
        await office.send("PATCH", f"/queues/{queue}", {"closed": True}, STRANGER, seen=1),
    ]
    nobody = await claimed(office, queue, caller(None))
    item = (await claimed(office, queue, READER)).json()
    path = f"/queues/{queue}/items/{item['id']}:submit"
    unknown = await office.post(path, {"verdict": "explained"}, READER)
    by_reader = await office.send("PATCH", f"/queues/{queue}", {"closed": True}, READER, seen=1)
    closed = await office.send("PATCH", f"/queues/{queue}", {"closed": True}, AIDA, seen=1)
    shut = await claimed(office, queue, THIRD)
    answered = await office.post(path, {"verdict": "yes"}, READER)

    assert [problem(each) for each in hidden] == [(404, "not_found")] * 4
    assert (await office.get("/queues", STRANGER)).json()["data"] == []
    assert nobody.json()["conditions"] == ["member"]
    assert problem(unknown) == (422, "validation_failed")
    assert problem(by_reader) == (403, "role_missing")
    assert closed.json()["closed_at"] is not None
    assert shut.json()["conditions"] == ["open"]
    assert answered.json()["state"] == "open"


async def test_others_do_not_learn_how_the_members_of_a_public_queue_do(office: Office) -> None:
    await alerts(office, 1)
    queue = await queued(office)
    await said(office, queue, STRANGER, "explained")
    theirs = (await office.get(f"/queues/{queue}", STRANGER)).json()
    item = (await claimed(office, queue, READER)).json()

    assert theirs["figures"] is None
    assert "explained" not in str({**item, "verdicts": []})


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({}, (0, 0, None, None)),
        ({("a", "a"): 4}, (4, 4, 1.0, None)),  # all said one word: chance explains it
        ({("a", "a"): 20, ("a", "b"): 5, ("b", "a"): 10, ("b", "b"): 15}, (50, 35, 0.7, 0.4)),
        ({("a", "b"): 5, ("b", "a"): 5}, (10, 0, 0.0, -1.0)),
        ({("a", "a"): 5, ("b", "b"): 5}, (10, 10, 1.0, 1.0)),
    ],
)
def test_agreement_is_what_is_left_when_chance_is_taken_away(
    counts: dict[tuple[str, str], int], expected: Sequence[Any]
) -> None:
    found = agreement(counts)

    assert (found.twice, found.same, found.share, found.kappa) == tuple(expected)


def test_two_of_the_same_word_settle_and_three_different_ones_do_not() -> None:
    assert settled({"a": 1}) == ("open", None)
    assert settled({"a": 1, "b": 1}) == ("open", None)
    assert settled({"a": 2}) == ("settled", "a")
    assert settled({"a": 1, "b": 2}) == ("settled", "b")
    assert settled({"a": 1, "b": 1, "c": 1}) == ("undecided", None)
