"""The side of the bodies: what they see, what they answer, and how their answers are counted."""

from dataclasses import replace
from typing import Any

import pytest

from shared.security import Caller
from tests.cases.complaints.desk import (
    AUDIT,
    CASE,
    MINISTRY,
    SENDER,
    appeal,
    confirm,
    drafted,
    filed,
    move,
    open_case,
    pass_days,
)
from tests.cases.office import AIDA, BOLAT, STRANGER, Office, problem

HEAD = replace(AUDIT, member="mem_head", role="admin")
"""Who administers the body's organisation answers for it as well."""


@pytest.fixture
async def desk(office: Office) -> Office:
    """An office with a case, in which somebody stands by the appeal and its letter."""
    await open_case(office)
    for kind, code in (("route", "appc76_appeal"), ("template", "general_appeal")):
        await confirm(office, kind, code)
    return office


async def tell(
    desk: Office, id_: str, verb: str, body: dict[str, Any], who: Caller = AUDIT, **more: Any
) -> Any:
    """Have a body tell something of a complaint, on the version that it sees."""
    seen = (await desk.get(f"/authority/complaints/{id_}", who)).headers.get("etag", '"0"')
    return await desk.post(f"/authority/complaints/{id_}:{verb}", body, who, seen=seen, **more)


@pytest.mark.check("A3", tier=1, limit="0 fields too many")
async def test_a_body_sees_what_was_filed_with_it_and_nothing_of_the_case(desk: Office) -> None:
    draft = await drafted(desk)
    complaint = await filed(desk)
    listed = (await desk.get("/authority/complaints", AUDIT, limit=10)).json()["data"]
    at = f"/authority/complaints/{complaint['id']}"
    seen = await desk.get(at, AUDIT)
    assert [one["id"] for one in listed] == [complaint["id"]]
    assert seen.json() == listed[0]
    assert not seen.json().keys() & {"case", "values", "author", "approver", "signed_copy"}
    assert CASE not in seen.text
    assert "mem_" not in seen.text
    assert seen.json()["moves"] == ["not_accept", "register", "transfer", "answer"]
    letter = f"/complaints/{complaint['id']}/letters/{complaint['letter']}/pdf"
    assert (await desk.get(letter, AUDIT)).content.startswith(b"%PDF-")
    for who in (MINISTRY, STRANGER, AIDA):
        assert problem(await desk.get(at, who)) == (404, "not_found")
        assert (await desk.get("/authority/complaints", who, limit=10)).json()["data"] == []
        refused = await tell(desk, complaint["id"], "register", {"number": "1"}, who)
        assert problem(refused) == (404, "not_found")
    assert problem(await desk.get(f"/authority/complaints/{draft['id']}", AUDIT)) == (
        404,
        "not_found",
    )
    own = await desk.get(f"/complaints/{complaint['id']}", AUDIT)
    assert problem(own) == (404, "not_found")
    silent = replace(AUDIT, scopes=AUDIT.scopes - {"authority:respond"})
    assert problem(await desk.get(at, silent)) == (403, "scope_missing")


async def test_a_body_registers_extends_suspends_and_answers_each_recommendation_once(
    desk: Office,
) -> None:
    complaint = await filed(desk)
    id_ = complaint["id"]
    first = await tell(desk, id_, "register", {"number": "01-12/3"}, key="r")
    seen = f'"{first.json()["revision"] - 1}"'
    again = await desk.post(
        f"/authority/complaints/{id_}:register", {"number": "01-12/3"}, AUDIT, seen=seen, key="r"
    )
    assert (first.status_code, again.json()) == (200, first.json())
    pass_days(desk, 10)
    extended = await tell(
        desk, id_, "extend", {"until": "2026-04-10", "note": "An expert is asked."}, HEAD
    )
    assert extended.json()["clock"]["due_on"] == "2026-04-10"
    stopped = await tell(desk, id_, "suspend", {"note": "Documents were asked."})
    assert (stopped.json()["state"], stopped.json()["clock"]["due_on"]) == ("suspended", None)
    pass_days(desk, 4)
    resumed = await tell(desk, id_, "resume", {})
    assert resumed.json()["state"] == "in_consideration"
    one_of_two = {"note": "No.", "answers": [{"number": 1, "code": "refused", "reason": "no"}]}
    half = await tell(desk, id_, "answer", one_of_two)
    assert (problem(half), half.json()["conditions"]) == (
        (409, "guard_failed"),
        ["every_recommendation"],
    )
    without_reason = {"note": "No.", "answers": [{"number": 1, "code": "refused"}]}
    assert (await tell(desk, id_, "answer", without_reason)).status_code == 422
    shirks = {
        "note": "No.",
        "answers": [
            {"number": number, "code": "not_answered", "reason": "no"} for number in (1, 2)
        ],
    }
    assert (await tell(desk, id_, "answer", shirks)).json()["errors"][0]["code"] == "no_answer"
    answers = [
        {"number": 1, "code": "accepted", "reason": "Measured.", "attachment": "act-77"},
        {"number": 2, "code": "refused", "reason": "It is published."},
    ]
    told = {"note": "Measured.", "answers": answers, "attachment": "act-78"}
    answered = await tell(desk, id_, "answer", told)
    assert answered.status_code == 200, answered.text
    assert answered.json()["answer_attachment"] == "act-78"
    own = (await desk.get(f"/complaints/{id_}")).json()
    assert own["answer_attachment"] == "act-78"
    assert own["state"] == "answered"
    assert [(one["code"], one["reason"], one["attachment"]) for one in own["recommendations"]] == [
        ("accepted", "Measured.", "act-77"),
        ("refused", "It is published.", None),
    ]
    for verb in ("register", "extend", "answer"):
        body = {"number": "2", "until": "2026-05-01", "note": "n", "answers": answers}
        fields = {
            "register": ["number"],
            "extend": ["until", "note"],
            "answer": ["note", "answers"],
        }
        late = await tell(desk, id_, verb, {name: body[name] for name in fields[verb]})
        assert problem(late) == (409, "transition_not_allowed"), verb
    async with desk.tables() as connection:
        rows = await connection.fetch(
            "SELECT what, by_organisation FROM event WHERE object_id = $1 ORDER BY id", id_
        )
    assert [row["what"] for row in rows if row["by_organisation"] == "own_audit"] == [
        *("register", "extend", "suspend", "resume", "answer")
    ]


async def test_a_body_cannot_say_that_it_acted_on_another_day_than_it_tells_it(
    desk: Office,
) -> None:
    id_ = (await filed(desk))["id"]
    answers = [{"number": number, "code": "refused", "reason": "no"} for number in (1, 2)]
    answer: dict[str, Any] = {"note": "No.", "answers": answers}
    pass_days(desk, 28)  # Mon 30 Mar: the term ended on Fri 27
    for verb, body in (
        ("register", {"number": "1"}),
        ("transfer", {"addressee": "authority:ministry_of_finance"}),
        ("answer", answer),
    ):
        earlier = await tell(desk, id_, verb, {**body, "day": "2026-03-27"})
        assert (problem(earlier), earlier.json()["errors"][0]["code"]) == (
            (422, "validation_failed"),
            "not_today",
        ), verb
    await tell(desk, id_, "register", {"number": "1", "day": "2026-03-30"})
    into_term = {"until": "2026-04-20", "note": "n"}
    extended = await tell(desk, id_, "extend", {**into_term, "day": "2026-03-27"})
    assert extended.json()["errors"][0]["code"] == "not_today"
    late = await tell(desk, id_, "extend", into_term)
    assert (late.json()["clock"]["due_on"], late.json()["overdue"]) == ("2026-03-27", True)
    told = (await tell(desk, id_, "answer", {**answer, "day": "2026-03-30"})).json()
    assert (told["clock"]["answered_on"], told["clock"]["days_late"]) == ("2026-03-30", 1)


async def test_a_body_that_is_late_cannot_suspend_and_stands_among_the_late_by_list_and_figure(
    desk: Office,
) -> None:
    id_ = (await filed(desk))["id"]
    await tell(desk, id_, "register", {"number": "1"})
    pass_days(desk, 28)  # Mon 30 Mar: the term ended on Fri 27
    asked = {"note": "Documents were asked."}
    earlier = await tell(desk, id_, "suspend", {**asked, "day": "2026-03-20"})
    assert earlier.json()["errors"][0]["code"] == "not_today"
    refused = await tell(desk, id_, "suspend", asked)
    assert (problem(refused), refused.json()["conditions"]) == ((409, "guard_failed"), ["in_term"])

    for path, who in (("/complaints", AIDA), ("/authority/complaints", AUDIT)):
        (late,) = (await desk.get(path, who, limit=5, overdue=True)).json()["data"]
        assert (late["id"], late["overdue"], late["state"]) == (id_, True, "registered")
    (counted,) = (await desk.get("/stats/authorities", limit=5)).json()["data"]
    assert (counted["waiting"], counted["overdue"]) == (1, 1)


async def test_an_answer_from_a_suspension_counts_as_in_time(desk: Office) -> None:
    id_ = (await filed(desk))["id"]
    await tell(desk, id_, "register", {"number": "1"})
    pass_days(desk, 10)
    await tell(desk, id_, "suspend", {"note": "Documents were asked."})
    pass_days(desk, 30)
    answers = [{"number": number, "code": "refused", "reason": "no"} for number in (1, 2)]
    told = (await tell(desk, id_, "answer", {"note": "No.", "answers": answers})).json()
    assert told["clock"]["due_on"] > told["clock"]["answered_on"]
    (counted,) = (await desk.get("/stats/authorities", limit=5)).json()["data"]
    assert (counted["answered_in_time"], counted["answered_late"]) == (1, 0)


async def test_what_is_passed_on_is_the_other_bodys_and_not_accepted_there_it_is_written_anew(
    desk: Office,
) -> None:
    complaint = await filed(desk)
    id_ = complaint["id"]
    nowhere = await tell(desk, id_, "transfer", {"addressee": "authority:moon"})
    itself = await tell(desk, id_, "transfer", {"addressee": "authority:internal_audit"})
    assert {nowhere.json()["errors"][0]["code"], itself.json()["errors"][0]["code"]} == {
        "unknown",
        "the_same",
    }
    pass_days(desk, 1)
    to = {"addressee": "authority:ministry_of_finance"}
    passed = await tell(desk, id_, "transfer", to)
    assert passed.status_code == 200, passed.text
    assert problem(await desk.get(f"/authority/complaints/{id_}", AUDIT)) == (404, "not_found")
    there = await desk.get(f"/authority/complaints/{id_}", MINISTRY)
    assert there.json()["addressee_name"]["ru"] == "Министерство финансов РК"
    # Tue 3 Mar; 4-6 three; 10-13 seven; 16-20 twelve; Thu 26, Fri 27 fourteen; Mon 30 fifteen.
    assert there.json()["clock"]["due_on"] == "2026-03-30"
    back = await tell(desk, id_, "refuse-acceptance", {"reason": "addressee"}, MINISTRY)
    assert back.status_code == 200
    assert problem(await desk.get(f"/authority/complaints/{id_}", MINISTRY)) == (404, "not_found")

    draft = (await desk.get(f"/complaints/{id_}")).json()
    assert (draft["state"], draft["letter"]) == ("draft", None)
    assert {name: draft[name] for name in ("addressee", "addressee_name")} == {
        "addressee": complaint["addressee"],
        "addressee_name": complaint["addressee_name"],
    }
    unwritten = await desk.post(f"/complaints/{id_}/moves", {"move": "submit"}, seen="*")
    assert unwritten.json()["conditions"] == ["letter"]

    letter = {"template": "general_appeal", "language": "kk"}
    made = (await desk.post(f"/complaints/{id_}/letters", letter)).json()
    await move(desk, id_, {"move": "submit"})
    await move(desk, id_, {"move": "approve"}, BOLAT)
    again = await move(desk, id_, {"move": "file", "number": "ЖТ-2026-2"})
    assert (again["letter"], again["addressee"]) == (made["id"], "authority:internal_audit")
    assert made["id"] != complaint["letter"]
    assert (await desk.get(f"/authority/complaints/{id_}", AUDIT)).status_code == 200
    assert problem(await desk.get(f"/authority/complaints/{id_}", MINISTRY)) == (404, "not_found")


async def test_how_bodies_answer_is_counted_by_addressee(desk: Office) -> None:
    answers = [{"number": number, "code": "refused", "reason": "no"} for number in (1, 2)]
    waits = [10, 20, 30]  # in time, in time, late: due on the 27th of March, 25 days on
    verdicts = ["find_granted", "find_no_substance", "find_refused"]
    complaints = [await filed(desk) for _ in range(4)]
    for number in range(31):
        for complaint, wait, verdict in zip(complaints, waits, verdicts, strict=False):
            if number == wait:
                answered = await tell(
                    desk, complaint["id"], "answer", {"note": "n", "answers": answers}
                )
                assert answered.status_code == 200
                await move(desk, complaint["id"], {"move": "assess", "note": "n"})
                await move(desk, complaint["id"], {"move": verdict})
        pass_days(desk, 1)
    await move(desk, complaints[2]["id"], {"move": "close", "note": "n"})
    (found,) = (await desk.get("/stats/authorities", limit=5)).json()["data"]
    assert found == {
        "addressee": "authority:internal_audit",
        "addressee_name": complaints[0]["addressee_name"],
        "filed": 4,
        "answered": 3,
        "waiting": 1,
        "answered_in_time": 2,
        "answered_late": 1,
        "overdue": 1,
        "assessed": 3,
        "on_substance": 2,
        "upheld": 1,
        "median_days": 20.0,
    }
    others: list[dict[str, Any]] = [
        {"filed_from": "2026-03-03"},
        {"filed_until": "2026-03-01"},
        {"route": "prosecutor_appeal"},
    ]
    for asked in others:
        answer = await desk.get("/stats/authorities", limit=5, **asked)
        assert answer.json()["data"] == []
    assert (await desk.get("/stats/authorities", STRANGER, limit=5)).json()["data"] == []
    async with desk.tables() as connection:
        await connection.execute("UPDATE casefile SET published_at = now()")
    assert (await desk.get("/stats/authorities", STRANGER, limit=5)).json()["data"] == [found]
    async with desk.tables() as connection:
        await connection.execute("UPDATE casefile SET embargoed = true")
    assert (await desk.get("/stats/authorities", STRANGER, limit=5)).json()["data"] == []


async def test_an_organisation_answers_by_its_bin_what_was_filed_with_itself(desk: Office) -> None:
    for kind, code in (("route", "supplier_notice"), ("template", "supplier_notice")):
        await confirm(desk, kind, code)
    supplier = replace(
        AUDIT, organisation="own_supplier", speaks_for=frozenset({"bin:000240000016"})
    )
    named = {"route": "supplier_notice", "addressee": "bin:000240000016", "object": "payment"}
    unseen = await desk.post("/complaints", appeal(**named, addressee_name="\u200b\x1b\ufffe"))
    assert unseen.json()["errors"][0]["code"] == "name"
    notice = await filed(
        desk,
        template="supplier_notice",
        route="supplier_notice",
        addressee="bin:000240000016",
        addressee_name="«Жол\x1b\ufffe»\x0bЖШС",  # what a file cannot hold
        object="payment",
        recommendations=[],
        values={
            **SENDER,
            "contract": "12/26",
            "vat": "1200000",
            "checked_on": "2026-03-01",
            "facts": ["Салық тізілімінде тіркелу табылмады."],
            "clears": "тіркеу туралы куәлік",
        },
    )
    assert notice["addressee_name"]["kk"] == "«Жол» ЖШС"
    answer = {"note": "Қосымша келісім жасалды, айырма қайтарылды.", "answers": []}
    told = await tell(desk, notice["id"], "answer", answer, supplier)
    assert (told.status_code, told.json()["state"]) == (200, "answered")
    own = (await desk.get(f"/complaints/{notice['id']}")).json()
    assert own["answer"] == answer["note"]
