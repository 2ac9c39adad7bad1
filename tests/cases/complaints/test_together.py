"""One move of several complaints: all of them or none, each that cannot be moved named."""

from typing import Any

import pytest

from tests.cases.complaints.desk import appeal, confirm, drafted, open_case, pass_days
from tests.cases.office import BOLAT, READER, STRANGER, Office, caller, problem

FOREIGN = "cas_0000000000000000000000000b"


@pytest.fixture
async def three(office: Office) -> list[str]:
    """Three complaints that were written and approved; the office stands by their route."""
    await open_case(office)
    assert (await confirm(office, "route", "appc76_appeal")).status_code == 201
    made = [await drafted(office, recommendations=["Measure."] * (n < 2)) for n in range(3)]
    ids = [one["id"] for one in made]
    async with office.tables() as connection:
        await connection.execute(
            "UPDATE complaint SET state = 'ready', letter = 'let_1', approver = 'mem_bolat',"
            " approved_on = '2026-03-02', moved_on = '2026-03-02'"
        )
    return ids


def batch(
    ids: list[str], move: str, each: list[dict[str, Any]] | None = None, **of_all: Any
) -> Any:
    own = each or [{}] * len(ids)
    named = [{"id": id_, **more} for id_, more in zip(ids, own, strict=True)]
    return {"move": move, "complaints": named, **of_all}


async def states(office: Office) -> dict[str, str]:
    rows = (await office.get("/complaints", limit=10)).json()["data"]
    return {row["id"]: row["state"] for row in rows}


async def test_many_complaints_are_filed_followed_answered_and_gone_on_from_together(
    office: Office, three: list[str]
) -> None:
    slips = [{"number": f"ЖТ-{n}", "evidence": "evd_own_a"} for n in range(3)]
    twice = [
        await office.post("/complaints:batch", batch(three, "file", slips), key="same")
        for _ in range(2)
    ]
    filed = twice[0].json()["data"]
    pass_days(office, 40)
    reminded = await office.post(
        "/complaints:batch", batch(three, "follow_up", note="By telephone.")
    )
    answers = [
        {"answers": [{"number": 1, "code": "refused", "reason": "No ground."}]},
        {"answers": [{"number": 1, "code": "accepted", "reason": "Measured."}]},
        {},
    ]
    answered = await office.post(
        "/complaints:batch", batch(three, "answer", answers, note="Paper.")
    )
    for move in ("assess", "find_refused"):
        await office.post("/complaints:batch", batch(three, move, note="n"))
    further = [(await drafted(office, previous=id_))["id"] for id_ in three[:2]]
    going = [{"complaint": id_} for id_ in further]
    escalated = await office.post("/complaints:batch", batch(three[:2], "escalate", going))
    closed = await office.post("/complaints:batch", batch(three[2:], "close", note="Done."))

    assert twice[0].json() == twice[1].json()
    assert [one["clock"]["slip_number"] for one in filed] == ["ЖТ-0", "ЖТ-1", "ЖТ-2"]
    assert [one["state"] for one in reminded.json()["data"]] == ["filed"] * 3
    assert {one["overdue"] for one in reminded.json()["data"]} == {True}
    codes = [[each["code"] for each in one["recommendations"]] for one in answered.json()["data"]]
    assert codes == [["refused"], ["accepted"], []]
    assert [one["next"] for one in escalated.json()["data"]] == further
    assert [one["state"] for one in closed.json()["data"]] == ["closed"]
    types = [event["type"] for event in await office.told() if event["type"] != "case.created"]
    assert types == [
        *["complaint.filed"] * 3,
        *["complaint.answered"] * 3,
        *["complaint.escalated"] * 2,
    ]


async def test_nothing_is_moved_where_one_cannot_be_and_each_of_those_is_named(
    office: Office, three: list[str]
) -> None:
    await open_case(office, FOREIGN, "own_b")
    theirs = (await office.post("/complaints", appeal(case=FOREIGN), STRANGER)).json()["id"]
    before = await states(office)
    some = [three[0], theirs, three[1], three[0], three[2]]
    mixed = [{}, {}, {"evidence": "evd_own_b"}, {}, {"number": "ЖТ-1"}]
    refused = await office.post("/complaints:batch", batch(some, "file", mixed))
    wrong = await office.post("/complaints:batch", batch(three, "close", note="n"))
    early = await office.post("/complaints:batch", batch(three, "file", day="2026-03-01"))
    for who in (READER, caller("mem_new", role="monitor"), STRANGER):
        denied = await office.post("/complaints:batch", batch(three, "file"), who)
        assert {one["code"] for one in denied.json()["errors"]} <= {"role_missing", "not_found"}
        assert len(denied.json()["errors"]) == len(three)
    none = await office.post("/complaints:batch", {"move": "file", "complaints": []})
    many = await office.post("/complaints:batch", batch([three[0]] * 101, "file"))

    assert problem(refused) == (422, "validation_failed")
    assert [(one["pointer"], one["code"]) for one in refused.json()["errors"]] == [
        ("/body/complaints/3", "twice"),
        ("/body/complaints/1", "not_found"),
        ("/body/complaints/2", "unknown"),
        ("/body/complaints/3", "transition_not_allowed"),
    ]
    assert [one["code"] for one in wrong.json()["errors"]] == ["transition_not_allowed"] * 3
    assert [one["code"] for one in early.json()["errors"]] == ["too_early"] * 3
    assert none.status_code == many.status_code == 422
    assert await states(office) == before
    async with office.tables() as connection:
        assert await connection.fetchval("SELECT count(*) FROM event WHERE what = 'file'") == 0


async def test_an_answer_on_paper_is_written_down_late_but_not_before_the_step_before_it(
    office: Office, three: list[str]
) -> None:
    [one, *_] = three
    slip = {"move": "file", "complaints": [{"id": one, "number": "ЖТ-1"}]}
    await office.post("/complaints:batch", slip)
    office.clock.moment = office.clock.moment.replace(day=20)
    considered = {"number": "7", "day": "2026-03-10"}
    await office.post("/complaints:batch", batch([one], "register", [{}], **considered))
    await office.post("/complaints:batch", batch([one], "consider", day="2026-03-12"))
    paper: dict[str, Any] = {
        "note": "No.",
        "answers": [{"number": 1, "code": "refused", "reason": "None."}],
    }
    backdated = await office.post(
        "/complaints:batch", batch([one], "answer", **paper, day="2026-03-11")
    )
    late = await office.post(
        "/complaints:batch", batch([one], "answer", **paper, day="2026-03-12"), BOLAT
    )

    assert backdated.json()["errors"][0]["message"] == "the step before was on 2026-03-12"
    assert late.json()["data"][0]["clock"]["answered_on"] == "2026-03-12"
    async with office.tables() as connection:
        told = await connection.fetchrow(
            "SELECT shown ->> 'day' AS day, at, by_member FROM event"
            " WHERE what = 'answer' AND object_id = $1",
            one,
        )
    assert tuple(told) == ("2026-03-12", office.clock.moment, "mem_bolat")
