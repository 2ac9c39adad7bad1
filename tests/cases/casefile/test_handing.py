"""A case becomes another's when they accept it, and nothing of the giver's tips goes along."""

import asyncio
from typing import Any, Final

import pytest

from cases.leaving import handing, holding
from cases.takeout import TAKEN
from cases.vault import recipients
from shared.security import Caller
from tests.cases.casefile.test_cases import moved, started
from tests.cases.office import AIDA, BOLAT, NOW, OFFICER, STRANGER, Office, caller, problem

OFFERED: Final = {"organisation": "own_b", "note": "You are nearer."}
RECEIVER: Final = caller("mem_chief", "own_b", "admin")
THIRD: Final = caller("mem_third", "own_c", "admin")


async def offered(office: Office, case: dict[str, Any], who: Caller = BOLAT) -> dict[str, Any]:
    answer = await office.post(f"/cases/{case['id']}:hand-over", OFFERED, who, seen="*")
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


async def test_an_offered_case_stays_the_givers_and_shows_the_other_its_title_alone(
    office: Office,
) -> None:
    case = await started(office, summary="Ours", processes=["prc_a"])
    at = f"/cases/{case['id']}"
    await office.post(f"{at}/notes", {"text": "internal"})

    editor = await office.post(f"{at}:hand-over", OFFERED, AIDA, seen="*")
    stale = await office.post(f"{at}:hand-over", OFFERED, BOLAT, seen=7)
    shown = await offered(office, case)
    twice = await office.post(f"{at}:hand-over", OFFERED, BOLAT, seen="*")
    theirs = (await office.get(at, STRANGER)).json()
    listed = (await office.get("/cases", STRANGER)).json()["data"]
    linked = (await office.get("/cases", STRANGER, process="prc_a")).json()["data"]

    assert problem(editor) == (409, "guard_failed")
    assert problem(stale) == (412, "version_conflict")
    assert problem(twice) == (409, "transition_not_allowed")
    assert (shown["organisation"], shown["access"]) == ("own_a", "own")
    offer = {"organisation": "own_b", "note": "You are nearer.", "offered_by": "mem_bolat"}
    assert {**offer, "offered_at": "2026-03-02T04:00:00Z"} == shown["offer"]
    assert (theirs["title"], theirs["organisation"]) == (case["title"], "own_a")
    assert (theirs["summary"], theirs["links"], theirs["moves"]) == (None, None, [])
    assert theirs["offer"] == {**shown["offer"], "offered_by": None}
    assert [one["id"] for one in listed] == [case["id"]]
    assert linked == []
    assert (await office.get(f"{at}/events", STRANGER)).json()["data"] == []
    assert problem(await office.get(f"{at}/notes", STRANGER)) == (404, "not_found")
    assert problem(await office.get(f"{at}/evidence", STRANGER)) == (403, "role_missing")
    note = await office.post(f"{at}/notes", {"text": "mine"}, RECEIVER)
    assert problem(note) == (403, "role_missing")
    assert problem(await office.get(at, THIRD)) == (404, "not_found")
    told = [event for event in await office.told() if event["type"] == "case.shared"]
    assert [(event["organisations"], event["data"]["parts"]) for event in told] == [
        (["own_a", "own_b"], [])
    ]


async def test_an_accepted_case_is_the_others_with_its_history(office: Office) -> None:
    case = await started(office, assignees=["mem_aida"])
    at = f"/cases/{case['id']}"
    unoffered = await office.post(f"{at}:accept-hand-over", None, BOLAT, seen="*")
    await offered(office, case)

    giver = await office.post(f"{at}:accept-hand-over", None, BOLAT, seen="*")
    editor = await office.post(f"{at}:accept-hand-over", None, STRANGER, seen="*")
    blind = await office.post(f"{at}:accept-hand-over", None, RECEIVER)
    third = await office.post(f"{at}:accept-hand-over", None, THIRD, seen="*")
    taken = await office.post(f"{at}:accept-hand-over", None, RECEIVER, seen="*", key="one")
    again = await office.post(f"{at}:accept-hand-over", None, RECEIVER, seen="*", key="one")

    assert problem(unoffered) == problem(giver) == (409, "transition_not_allowed")
    assert problem(editor) == (409, "guard_failed")
    assert problem(blind) == (428, "precondition_required")
    assert problem(third) == (404, "not_found")
    got = taken.json()
    assert (got["organisation"], got["number"], got["offer"]) == ("own_b", "2026-000001", None)
    assert (got["access"], got["assignees"]) == ("own", [])
    assert again.json() == got
    assert problem(await office.get(at)) == (404, "not_found")
    theirs = (await office.get(f"{at}/events", STRANGER)).json()["data"]
    assert [one["what"] for one in theirs] == ["created", "offered", "handed_over"]
    assert theirs[-1]["note"] == "You are nearer."


async def test_either_side_says_no_and_the_case_stays_where_it_was(office: Office) -> None:
    case = await started(office)
    at, reason = f"/cases/{case['id']}", {"reason": "Not in our region."}
    await offered(office, case)

    third = await office.post(f"{at}:decline-hand-over", reason, THIRD, seen="*")
    declined = await office.post(f"{at}:decline-hand-over", reason, RECEIVER, seen="*")
    gone = await office.get(at, RECEIVER)
    await offered(office, case)
    taken_back = await office.post(f"{at}:decline-hand-over", reason, BOLAT, seen="*")
    late = await office.post(f"{at}:accept-hand-over", None, RECEIVER, seen="*")
    mine = (await office.get(at)).json()

    assert problem(third) == problem(gone) == problem(late) == (404, "not_found")
    assert (declined.status_code, taken_back.status_code) == (200, 200)
    assert (mine["organisation"], mine["offer"]) == ("own_a", None)
    history = (await office.get(f"{at}/events")).json()["data"]
    assert [one["what"] for one in history][1:] == ["offered", "offer_ended"] * 2
    assert history[2]["reason"] == "Not in our region."


@pytest.mark.parametrize("kind", ["authority", "buyer", "coordinator", "operator"])
async def test_no_body_takes_a_case_over_even_where_one_was_offered(
    office: Office, kind: str
) -> None:
    case = await started(office)
    await offered(office, case)
    body = caller("mem_body", "own_b", "admin", kind=kind)

    refused = await office.post(f"/cases/{case['id']}:accept-hand-over", None, body, seen="*")

    assert refused.json()["conditions"] == ["partner"]
    assert (await office.get(f"/cases/{case['id']}")).json()["organisation"] == "own_a"


async def test_an_embargoed_case_is_neither_offered_nor_accepted_nor_known(
    office: Office,
) -> None:
    secret, late = await started(office, embargoed=True), await started(office)
    refused = await office.post(f"/cases/{secret['id']}:hand-over", OFFERED, BOLAT, seen="*")
    await offered(office, late)
    await office.send("PATCH", f"/cases/{late['id']}", {"embargoed": True}, seen="*")

    accepted = await office.post(f"/cases/{late['id']}:accept-hand-over", None, RECEIVER, seen="*")
    listed = (await office.get("/cases", RECEIVER)).json()["data"]
    given = await handing.hand(office.database, office.clock, "own_a", "own_b", really=True)

    assert refused.json()["conditions"] == ["embargoed"]
    assert problem(accepted) == (404, "not_found")
    assert listed == []
    assert given.given == []


async def test_what_is_kept_for_a_court_is_neither_offered_nor_accepted_and_no_ground_is_told(
    office: Office,
) -> None:
    case, late = await started(office), await started(office)
    await offered(office, late)
    async with office.tables() as connection:
        await holding.hold(connection, "own_a", "Court, 17 of 2 March", NOW)

    accept = f"/cases/{late['id']}:accept-hand-over"
    refused = [
        await office.post(f"/cases/{case['id']}:hand-over", OFFERED, BOLAT, seen="*"),
        await office.post(accept, None, RECEIVER, seen="*"),
    ]

    for answer in refused:
        assert problem(answer) == (409, "guard_failed")
        assert answer.json()["conditions"] == ["available"]
        assert not any(word in answer.text.lower() for word in ("court", "hold", "held"))
    assert (await office.get(f"/cases/{late['id']}")).json()["organisation"] == "own_a"

    async with office.tables() as connection:
        await holding.release(connection, "own_a", "Court, 21 of 9 March", NOW)
    assert (await office.post(accept, None, RECEIVER, seen="*")).status_code == 200


async def test_a_hold_waits_for_the_case_that_is_being_accepted_and_keeps_the_next(
    office: Office,
) -> None:
    async with office.tables() as connection, office.tables() as other:
        assert await holding.may_leave(connection, "own_a")
        assert await holding.may_leave(other, "own_a")  # two cases may be accepted at once
        held = asyncio.create_task(_held(office))
        assert not (await asyncio.wait([held], timeout=0.3))[0]
    await held
    async with office.tables() as connection:
        assert not await holding.may_leave(connection, "own_a")


async def _held(office: Office) -> None:
    async with office.tables() as connection:
        await holding.hold(connection, "own_a", "Court, 17 of 2 March", NOW)


async def test_a_severe_case_is_handed_over_by_a_second_person(office: Office) -> None:
    admin = caller("mem_first", role="admin")
    made = await office.post("/cases", {"title": "Severe", "severity": "high"}, admin)
    case = made.json()

    own = await office.post(f"/cases/{case['id']}:hand-over", OFFERED, admin, seen="*")

    assert own.json()["conditions"] == ["second_person"]
    assert (await offered(office, case))["offer"]["offered_by"] == "mem_bolat"


async def test_a_case_that_closed_meanwhile_or_is_not_ready_is_not_handed_over(
    office: Office,
) -> None:
    case = await started(office)
    shown = await offered(office, case)
    await office.post("/outcomes", {"kind": "order_issued", "case": case["id"]})
    at = f"/cases/{case['id']}:accept-hand-over"
    unfinished = await office.post(at, None, RECEIVER, seen="*")
    into = await started(office)
    await moved(office, shown, "merge", case=into["id"], note="The same.")
    closed = await office.post(at, None, RECEIVER, seen="*")

    assert unfinished.json()["conditions"] == ["outcomes"]
    assert problem(closed) == (409, "transition_not_allowed")


async def test_a_coordinator_of_the_region_gives_no_case_of_others_away(office: Office) -> None:
    near = caller("mem_near", "own_near", "coordinator", kind="coordinator", region="75")
    case = await started(office, region="75")

    refused = await office.post(f"/cases/{case['id']}:hand-over", OFFERED, near, seen="*")

    assert problem(refused) == (403, "role_missing")


async def test_what_points_to_tips_stays_with_the_giver_in_every_answer_and_archive(
    office: Office,
) -> None:
    case = await started(office, processes=["prc_a"])
    at, tip = f"/cases/{case['id']}", "tip_0123456789abcdef"
    await recipients._link(office.app.state.desk, case["id"], tip, AIDA)
    own = (await office.get(at)).text + (await office.get(f"{at}/events")).text
    assert own.count(tip) == 2
    await offered(office, case)
    await office.post(f"{at}:accept-hand-over", None, RECEIVER, seen="*")

    answers = [
        await office.get(path, RECEIVER)
        for path in (at, f"{at}/events", f"{at}/history", f"{at}/notes", "/cases")
    ]

    assert [answer.status_code for answer in answers] == [200] * 5
    assert [answer.text.count("tip") for answer in answers] == [0] * 5
    assert [one["kind"] for one in answers[0].json()["links"]] == ["process"]
    async with office.tables() as connection:
        for table, taken in TAKEN.items():
            rows = await connection.fetch(f"SELECT * FROM {table} WHERE {taken.where}", "own_b")
            assert not [row for row in rows if tip in str(dict(row))], table
        kept = await connection.fetch(
            f"SELECT changes FROM event WHERE {TAKEN['event'].where}", "own_a"
        )
        assert [row for row in kept if tip in row["changes"]]


async def test_what_points_to_embargoed_cases_stays_with_the_giver_in_every_answer_and_archive(
    office: Office,
) -> None:
    secret, plain = await started(office, embargoed=True), await started(office)
    case = await started(office)
    at = f"/cases/{case['id']}"
    for other in (secret, plain):
        await office.post(f"{at}/links", {"kind": "case", "target": other["id"]})
    await offered(office, case)
    await office.post(f"{at}:accept-hand-over", None, RECEIVER, seen="*")

    answers = [await office.get(path, RECEIVER) for path in (at, f"{at}/events", f"{at}/history")]

    assert [answer.status_code for answer in answers] == [200] * 3
    assert [secret["id"] in answer.text for answer in answers] == [False] * 3
    assert [one["target"] for one in answers[0].json()["links"]] == [plain["id"]]
    async with office.tables() as connection:
        for table, taken in TAKEN.items():
            rows = await connection.fetch(f"SELECT * FROM {table} WHERE {taken.where}", "own_b")
            assert not [row for row in rows if secret["id"] in str(dict(row))], table


async def test_an_officer_reads_nothing_of_a_case_by_a_hand_over(office: Office) -> None:
    case = await started(office)
    body = {"organisation": "own_audit", "note": "For you."}
    await office.post(f"/cases/{case['id']}:hand-over", body, BOLAT, seen="*")
    chief = caller("mem_chief", "own_audit", "admin", kind="authority")

    await office.post(f"/cases/{case['id']}:accept-hand-over", None, chief, seen="*")
    notes = await office.get(f"/cases/{case['id']}/notes", OFFICER)

    assert problem(notes) == (404, "not_found")
    assert (await office.get(f"/cases/{case['id']}")).json()["organisation"] == "own_a"
    assert office.clock.moment == NOW
