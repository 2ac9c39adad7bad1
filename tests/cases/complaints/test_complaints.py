"""Complaints over their service: drafted, approved, filed, answered, and all that is refused."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import docx as word
import pytest

from cases.complaints import due
from cases.complaints.clock import explained
from cases.law.catalogue import routes
from cases.letters.template import templates
from tests.cases.complaints.desk import (
    AUDIT,
    CASE,
    FACTS,
    OPERATOR,
    SENDER,
    appeal,
    confirm,
    drafted,
    filed,
    move,
    open_case,
    pass_days,
)
from tests.cases.office import (
    AIDA,
    BOLAT,
    MONITOR,
    READER,
    STRANGER,
    Office,
    caller,
    problem,
)


@pytest.fixture
async def desk(office: Office) -> Office:
    """An office with a case, in which somebody stands by the appeal and its letter."""
    await open_case(office)
    for kind, code in (("route", "appc76_appeal"), ("template", "general_appeal")):
        assert (await confirm(office, kind, code)).status_code == 201
    return office


async def test_a_complaint_goes_from_a_draft_to_an_assessed_answer(desk: Office) -> None:
    complaint = await filed(desk)
    at = f"/complaints/{complaint['id']}"
    assert complaint["state"] == "filed"
    # Mon 2 Mar; 3-6 four; Sun 8 Women's Day, Mon 9 off; 10-13 eight; 16-20 thirteen;
    # 21-25 Nauryz; Thu 26 fourteen, Fri 27 fifteen.
    assert complaint["clock"] == {
        "window_closes_on": None,
        "filed_on": "2026-03-02",
        "slip_number": "ЖТ-2026-1",
        "registered_on": None,
        "registration_number": None,
        "due_on": "2026-03-27",
        "extended_until": None,
        "answered_on": None,
        "days_late": None,
        "confirmed": True,
    }
    assert (complaint["author"], complaint["approver"]) == ("mem_aida", "mem_bolat")
    assert complaint["signed_copy"] == "evd_own_a"
    await move(desk, complaint["id"], {"move": "register", "number": "01-12/3"})
    await move(desk, complaint["id"], {"move": "consider"})
    answers = [
        {"number": 1, "code": "accepted", "reason": "Measured.", "attachment": "evd_act"},
        {"number": 2, "code": "not_answered", "reason": "Nothing was said of it."},
    ]
    pass_days(desk, 30)
    told_us = {"move": "answer", "note": "Measured.", "answers": answers}
    nowhere = await desk.post(f"{at}/moves", {**told_us, "evidence": "evd_own_b"}, seen="*")
    assert nowhere.json()["errors"][0]["pointer"] == "/body/evidence"
    answered = await move(desk, complaint["id"], {**told_us, "evidence": "evd_own_a"})
    assert answered["answer_attachment"] == "evd_own_a"
    assert (answered["state"], answered["clock"]["days_late"]) == ("answered", 3)  # Mon to Wed
    assert [one["code"] for one in answered["recommendations"]] == ["accepted", "not_answered"]
    await move(desk, complaint["id"], {"move": "assess", "note": "Half of it."}, MONITOR)
    partly = await move(desk, complaint["id"], {"move": "find_partly_granted"})
    assert partly["next_routes"] == ["appc91_complaint"]
    following = await drafted(
        desk, route="prosecutor_appeal", addressee="authority:general_prosecutor"
    )
    gone = await move(desk, complaint["id"], {"move": "escalate", "complaint": following["id"]})
    assert (gone["state"], gone["next"]) == ("escalated", following["id"])
    went_on = (await desk.get(f"/complaints/{following['id']}")).json()
    assert went_on["previous"] == complaint["id"]

    clock = await desk.client.get(
        f"/internal{at}/clock", auth=desk._auth(AIDA), headers={"Accept-Language": "kk"}
    )
    terms = {one["term"]: one for one in clock.json()["terms"]}
    assert clock.headers["content-language"] == "kk"
    assert (terms["answer"]["due_on"], terms["answer"]["state"]) == ("2026-03-27", "answered_late")
    assert any("Наурыз" in step["text"] for step in terms["answer"]["steps"])
    told = [one for one in await desk.told() if one["data"]["id"] == complaint["id"]]
    assert [one["type"] for one in told] == [
        "complaint.filed",
        "complaint.registered",
        "complaint.answered",
        "complaint.escalated",
    ]
    assert told[2]["data"]["answers"] == {"1": "accepted", "2": "not_answered"}
    assert all(one["organisations"] == ["own_a"] for one in told)
    assert not any(one.get("public") for one in told)


async def test_article_25_is_refused_for_a_direct_contract_and_for_a_civic_organisation(
    desk: Office,
) -> None:
    wanted = appeal(
        route="pp25_supplier",
        addressee="bin:000240000016",
        addressee_name="«Аудан әкімдігі» КММ",
        standing="potential_supplier",
        stage="results",
        object="results",
        happened=[{"kind": "results_posted", "on": "2026-03-02"}],
    )
    direct = await desk.post("/complaints", wanted | {"method": "direct"})
    civic = await desk.post("/complaints", wanted | {"standing": "public_control"})
    supplier = await desk.post("/complaints", wanted)
    assert problem(direct) == (409, "guard_failed")
    assert "single source" in direct.json()["detail"]
    assert "route_method" in direct.json()["conditions"]
    assert direct.json()["cite"] == ["106-VIII 25(1)"]
    assert problem(civic) == (409, "guard_failed")
    assert "Only a potential supplier" in civic.json()["detail"]
    assert "pc13_final_document" in civic.json()["routes"] or civic.json()["routes"]
    assert supplier.status_code == 201, supplier.text
    # Mon 2 Mar; Tue 3 one, Wed 4 two, Thu 5 three.
    assert supplier.json()["clock"]["window_closes_on"] == "2026-03-05"


async def test_a_closed_window_is_refused_with_its_day_when_drafted_and_when_filed(
    desk: Office,
) -> None:
    for kind, code in (("route", "pp25_supplier"), ("template", "pp25_complaint")):
        await confirm(desk, kind, code)
    posted = [{"kind": "results_posted", "on": "2026-03-02"}]
    wanted = appeal(
        route="pp25_supplier",
        addressee="bin:000240000016",
        addressee_name="«Аудан әкімдігі» КММ",
        standing="potential_supplier",
        stage="results",
        object="results",
        happened=posted,
        values={
            **SENDER,
            "facts": FACTS,
            "purchase": "12345678-1",
            "lot": "1",
            "posted_on": "2026-03-02",
            "decision": "Қабылдамау",
            "interest": "Қатысу құқығы",
            "signs_as": "head",
            "addressee_address": "Ақсай қ., Мектеп к-сі, 1",
        },
        recommendations=[],
    )
    complaint = (await desk.post("/complaints", wanted)).json()
    letter = {"template": "pp25_complaint", "language": "ru"}
    assert (await desk.post(f"/complaints/{complaint['id']}/letters", letter)).status_code == 201
    await move(desk, complaint["id"], {"move": "submit"})
    ready = await move(desk, complaint["id"], {"move": "approve"}, BOLAT)
    pass_days(desk, 4)
    late = await desk.post(
        f"/complaints/{complaint['id']}/moves", {"move": "file"}, seen=ready["revision"]
    )
    drafted_late = await desk.post("/complaints", wanted)
    assert problem(late) == problem(drafted_late) == (409, "window_closed")
    assert late.json()["closed_on"] == drafted_late.json()["closed_on"] == "2026-03-05"
    assert (await desk.get(f"/complaints/{complaint['id']}")).json()["state"] == "ready"

    assert await due.look(desk.database, desk.clock) == 1
    expired = (await desk.get(f"/complaints/{complaint['id']}")).json()
    assert (expired["state"], expired["moves"]) == ("expired", [])


async def test_stale_foreign_repeated_and_scopeless_moves_change_nothing(desk: Office) -> None:
    complaint = await drafted(desk)
    at = f"/complaints/{complaint['id']}/moves"
    withdraw = {"move": "withdraw", "note": "no more"}
    assert problem(await desk.post(at, withdraw)) == (428, "precondition_required")
    assert problem(await desk.post(at, withdraw, seen=7)) == (412, "version_conflict")
    assert problem(await desk.post(at, withdraw, STRANGER, seen=1)) == (404, "not_found")
    assert problem(await desk.post(at, withdraw, AUDIT, seen=1)) == (404, "not_found")
    assert problem(await desk.post(at, withdraw, READER, seen=1)) == (403, "role_missing")
    assert problem(await desk.post(at, {"move": "sign"}, seen=1)) == (422, "validation_failed")
    assert problem(await desk.post(at, {"move": "file"}, seen=1)) == (
        409,
        "transition_not_allowed",
    )
    nothing = await desk.post(at, {"move": "submit"}, seen=1)
    assert (problem(nothing), nothing.json()["conditions"]) == ((409, "guard_failed"), ["letter"])
    done = await desk.post(at, withdraw, seen=1, key="once")
    again = await desk.post(at, withdraw, seen=1, key="once")
    assert (done.status_code, again.json()) == (200, done.json())
    assert again.headers["idempotency-replayed"] == "true"
    async with desk.tables() as connection:
        events = await connection.fetch(
            "SELECT what FROM event WHERE object_id = $1 ORDER BY id", complaint["id"]
        )
    assert [row["what"] for row in events] == ["create", "withdraw"]


async def test_who_may_not_change_a_case_writes_in_none_of_its_complaints(desk: Office) -> None:
    complaint = await drafted(desk)
    at = f"/complaints/{complaint['id']}"
    letter = {"template": "general_appeal", "language": "kk"}
    writes: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", "/complaints", appeal()),
        ("PATCH", at, {"subject": "x"}),
        ("POST", f"{at}/letters", letter),
        ("POST", f"{at}/moves", {"move": "submit"}),
    ]
    unassigned = caller("mem_elsewhere", role="monitor")
    others = [caller(f"mem_{role}", role=role) for role in ("reader", "officer", "operator")]
    for who in (unassigned, *others):
        assert (await desk.get(at, who)).status_code == 200
        for method, path, body in writes:
            refused = await desk.send(method, path, body, who, seen=1)
            assert problem(refused) == (403, "role_missing"), (who.role, path)
    # A monitor who was given the case writes in its complaints.
    assert (await desk.send("PATCH", at, {"subject": "x"}, MONITOR, seen=1)).status_code == 200


async def test_a_complaint_of_a_case_that_is_not_ours_cannot_be_drafted_nor_read(
    desk: Office,
) -> None:
    await open_case(desk, "cas_0000000000000000000000000b", "own_b")
    other = appeal(case="cas_0000000000000000000000000b")
    assert problem(await desk.post("/complaints", other)) == (404, "not_found")
    complaint = await drafted(desk)
    at = f"/complaints/{complaint['id']}"
    for path in ("", "/clock", "/letters"):
        refused = await desk.get(
            f"{at}{path}", STRANGER, **({"limit": 5} if path == "/letters" else {})
        )
        assert problem(refused) == (404, "not_found"), path
    assert problem(await desk.send("PATCH", at, {"subject": "x"}, STRANGER, seen=1)) == (
        404,
        "not_found",
    )
    listed = await desk.get("/complaints", STRANGER, limit=10)
    assert listed.json() == {"data": [], "after": None}


async def test_a_changed_draft_has_no_letter_and_only_a_draft_changes(desk: Office) -> None:
    complaint = await drafted(desk)
    at = f"/complaints/{complaint['id']}"
    letter = {"template": "general_appeal", "language": "kk"}
    assert (await desk.post(f"{at}/letters", letter)).status_code == 201
    assert (await desk.get(at)).json()["letter"] is not None
    changed = await desk.send("PATCH", at, {"recommendations": ["One thing."]}, BOLAT, seen=2)
    assert (changed.status_code, changed.json()["letter"]) == (200, None)
    assert [one["text"] for one in changed.json()["recommendations"]] == ["One thing."]
    assert changed.json()["author"] == "mem_bolat"
    await desk.post(f"{at}/letters", letter)
    await move(desk, complaint["id"], {"move": "submit"})
    refused = await desk.send("PATCH", at, {"subject": "x"}, seen=5)
    assert problem(refused) == (409, "transition_not_allowed")
    # Whoever changed the text, or had its letter made, wrote it; not the last of them alone.
    for who in (AIDA, BOLAT):
        wrote = await desk.post(f"{at}/moves", {"move": "approve"}, who, seen=5)
        assert (problem(wrote), wrote.json()["conditions"]) == (
            (409, "guard_failed"),
            ["second_person"],
        )


async def test_a_key_that_is_nobodys_writes_no_complaint_and_frees_nobody_to_approve(
    desk: Office,
) -> None:
    unnamed = replace(AIDA, member=None)
    complaint = await drafted(desk)
    at = f"/complaints/{complaint['id']}"
    letter = {"template": "general_appeal", "language": "kk"}
    refused = [
        await desk.post("/complaints", appeal(), unnamed),
        await desk.send("PATCH", at, {"subject": "x"}, unnamed, seen=1),
        await desk.post(f"{at}/letters", letter, unnamed),
    ]
    for answer in refused:
        assert (problem(answer), answer.json()["conditions"]) == (
            (409, "guard_failed"),
            ["member"],
        )
    # A colleague who makes the letter anew frees the one who drafted it as little.
    assert (await desk.post(f"{at}/letters", letter, BOLAT)).status_code == 201
    await move(desk, complaint["id"], {"move": "submit"})
    for who in (AIDA, BOLAT):
        own = await desk.post(f"{at}/moves", {"move": "approve"}, who, seen=3)
        assert own.json()["conditions"] == ["second_person"]
    third = caller("mem_third", role="admin")
    assert (await move(desk, complaint["id"], {"move": "approve"}, third))["state"] == "ready"


async def test_letters_wait_for_a_named_person_and_are_kept_as_they_were_made(
    office: Office,
) -> None:
    await open_case(office)
    complaint = await drafted(office)
    at = f"/complaints/{complaint['id']}/letters"
    wanted = {"template": "general_appeal", "language": "kk", "evidence": ["evd_own_a"]}
    before = await office.post(at, wanted)
    assert problem(before) == (409, "guard_failed")
    assert before.json()["conditions"] == ["template_confirmed", "route_confirmed"]
    assert "Nobody has confirmed this version of the template" in before.json()["detail"]
    await confirm(office, "template", "general_appeal")
    half = await office.post(at, wanted)
    assert half.json()["conditions"] == ["route_confirmed"]
    await confirm(office, "route", "appc76_appeal")
    made = await office.post(at, wanted)
    assert made.status_code == 201, made.text
    letter = made.json()
    pdf = await office.get(f"{at}/{letter['id']}/pdf")
    docx = await office.get(f"{at}/{letter['id']}/docx")
    assert pdf.content.startswith(b"%PDF-")
    assert docx.content.startswith(b"PK")
    assert letter["sha256"] == {
        "pdf": hashlib.sha256(pdf.content).hexdigest(),
        "docx": hashlib.sha256(docx.content).hexdigest(),
    }
    written = "\n".join(each.text for each in word.Document(BytesIO(docx.content)).paragraphs)
    assert "Тапсырыс беруші: «Аудан әкімдігі» КММ" in written  # told by the parties of the case
    assert f"жол.jpg (SHA-256: {hashlib.sha256(b'abc').hexdigest()})" in written
    foreign = await office.post(at, {**wanted, "evidence": ["evd_own_b"]})
    assert foreign.json()["errors"][0]["pointer"] == "/body/evidence/0"
    for who in (STRANGER, AUDIT):
        assert problem(await office.get(f"{at}/{letter['id']}/pdf", who)) == (404, "not_found")
    assert problem(await office.get(f"{at}/{letter['id']}/exe")) == (404, "not_found")
    office.clock.moment += timedelta(minutes=1)
    translation = await office.post(at, {"template": "general_appeal", "language": "en"})
    assert translation.json()["for_filing"] is False
    assert (await office.get(f"/complaints/{complaint['id']}")).json()["letter"] == letter["id"]
    unseen = await office.post(at, {**wanted, "attachments": ["act.pdf", "\x1b\ufffe"]})
    assert unseen.json()["errors"][0]["pointer"] == "/body/attachments/1"
    other = await office.post(at, {"template": "final_document", "language": "kk"})
    assert problem(other) == (422, "validation_failed")
    missing = await office.post(at, {**wanted, "values": {"signatory": ""}})
    assert missing.status_code == 422
    listed = await office.get(at, limit=1)
    assert [one["id"] for one in listed.json()["data"]] == [translation.json()["id"]]
    rest = await office.get(at, limit=5, after=json.dumps(listed.json()["after"]))
    assert [one["id"] for one in rest.json()["data"]] == [letter["id"]]


async def test_a_confirmation_is_for_the_version_that_stands_and_by_the_platform_alone(
    office: Office,
) -> None:
    assert (await confirm(office, "template", "general_appeal")).status_code == 201
    body = {
        "kind": "template",
        "code": "general_appeal",
        "version": "1-00000000",
        "name": "Somebody",
        "capacity": "advocate",
        "confirmed_on": "2026-03-02",
    }
    old = await office.post("/legal/confirmations", body, OPERATOR)
    assert (old.status_code, old.json()["errors"][0]["code"]) == (422, "not_present")
    present = body | {"version": templates()["general_appeal"].version}
    for day in ("2026-03-03", "2999-01-01", "0001-01-01"):
        refused = await office.post(
            "/legal/confirmations", present | {"confirmed_on": day}, OPERATOR
        )
        assert refused.json()["detail"] == "Nobody can have confirmed it on that day."
        (flaw,) = refused.json()["errors"]
        assert (flaw["code"], flaw["message"]) == (
            "out_of_time",
            "lies between 2000-01-01 and today, 2026-03-02",
        )
    without = replace(AIDA, scopes=AIDA.scopes - {"platform:admin"})
    assert problem(await office.post("/legal/confirmations", body, without)) == (
        403,
        "scope_missing",
    )
    (listed,) = (await office.get("/legal/confirmations", limit=5)).json()["data"]
    assert (listed["present"], listed["recorded_by"]) == (True, "mem_operator")
    found = (await office.get("/templates", limit=20, route="appc76_appeal")).json()["data"]
    assert [(one["code"], one["confirmed"]) for one in found] == [("general_appeal", True)]


async def test_the_list_filters_and_pages(desk: Office) -> None:
    first = await drafted(desk)
    second = await drafted(
        desk, route="prosecutor_appeal", addressee="authority:general_prosecutor"
    )
    pass_days(desk, 1)
    third = await filed(desk)
    ids = [third["id"], second["id"], first["id"]]

    async def listed(**asked: Any) -> list[str]:
        answer = await desk.get("/complaints", limit=10, **asked)
        return [one["id"] for one in answer.json()["data"]]

    everything = await listed()
    assert (everything[0], set(everything)) == (third["id"], set(ids))
    assert await listed(state="filed") == [third["id"]]
    assert await listed(route="prosecutor_appeal") == [second["id"]]
    assert await listed(addressee="authority:internal_audit", state="draft") == [first["id"]]
    assert await listed(case="cas_x") == []
    assert await listed(due_until="2026-03-30") == [third["id"]]
    assert await listed(overdue=True) == []
    assert third["case"] == CASE
    pass_days(desk, 40)
    assert await listed(overdue=True) == [third["id"]]
    one = await desk.get("/complaints", limit=2)
    mark = one.json()["after"]
    rest = await desk.get("/complaints", limit=2, after=json.dumps(mark))
    seen = [each["id"] for each in one.json()["data"] + rest.json()["data"]]
    assert (sorted(seen), rest.json()["after"]) == (sorted(ids), None)


async def test_what_was_filed_without_a_slip_says_so_until_it_is_added(desk: Office) -> None:
    proved = await filed(desk)
    bare = await drafted(desk)
    at = f"/complaints/{bare['id']}"
    await desk.post(f"{at}/letters", {"template": "general_appeal", "language": "kk"})
    await move(desk, bare["id"], {"move": "submit"})
    await move(desk, bare["id"], {"move": "approve"}, BOLAT)
    posted = await move(desk, bare["id"], {"move": "file"})
    pass_days(desk, 3)

    async def listed(missing: bool) -> set[str]:
        answer = await desk.get("/complaints", limit=10, slip_missing=missing)
        return {one["id"] for one in answer.json()["data"]}

    without = (await listed(missing=True), await listed(missing=False))
    slip = {"move": "add_slip", "number": "ЖТ-2026-7", "evidence": "evd_of_nobody"}
    foreign = await desk.post(f"{at}/moves", slip, seen="*")
    reader = await desk.post(f"{at}/moves", slip, MONITOR, seen="*")
    added = await move(desk, bare["id"], slip | {"evidence": "evd_own_a"})
    again = await desk.post(f"{at}/moves", slip | {"evidence": "evd_own_a"}, seen="*")
    async with desk.tables() as connection:
        event = await connection.fetchrow(
            "SELECT before, after, changes FROM event WHERE object_id = $1 AND what = 'add_slip'",
            bare["id"],
        )

    assert (posted["clock"]["slip_number"], posted["signed_copy"]) == (None, None)
    assert without == ({bare["id"]}, {proved["id"]})
    assert "add_slip" in posted["moves"]
    assert foreign.json()["errors"][0]["pointer"] == "/body/evidence"
    assert problem(reader) == (403, "role_missing")
    assert (added["state"], added["clock"]["slip_number"]) == ("filed", "ЖТ-2026-7")
    assert added["signed_copy"] == "evd_own_a"
    assert again.json()["conditions"] == ["slip_missing"]
    assert await listed(missing=True) == set()
    assert event is not None
    assert (event["before"], event["after"]) == ("filed", "filed")
    assert {"slip_number", "signed_copy"} <= json.loads(event["changes"]).keys()


async def test_a_letter_of_article_25_names_the_location_of_the_body_and_proves_who_signs(
    desk: Office,
) -> None:
    for kind, code in (("route", "pp25_supplier"), ("template", "pp25_complaint")):
        await confirm(desk, kind, code)
    complaint = await drafted(
        desk,
        route="pp25_supplier",
        addressee="bin:000240000016",
        addressee_name="«Аудан әкімдігі» КММ",
        standing="potential_supplier",
        stage="results",
        object="results",
        happened=[{"kind": "results_posted", "on": "2026-03-02"}],
        values={
            **SENDER,
            "facts": FACTS,
            "purchase": "12345678-1",
            "lot": "1",
            "posted_on": "2026-03-02",
            "decision": "Қабылдамау",
            "interest": "Қатысу құқығы",
            "signs_as": "representative",
        },
        recommendations=[],
    )
    at = f"/complaints/{complaint['id']}/letters"
    letter = {"template": "pp25_complaint", "language": "ru"}
    lacking = await desk.post(at, letter)
    told = {"addressee_address": "Ақсай қ., Мектеп к-сі, 1", "power_of_attorney": "№ 5"}

    said = {one["pointer"]: one["message"] for one in lacking.json()["errors"]}
    assert said.keys() == {"/body/values/addressee_address", "/body/values/power_of_attorney"}
    assert "no addresses of bodies are held here" in said["/body/values/addressee_address"]
    assert (await desk.post(at, letter | {"values": told})).status_code == 201


async def test_a_letter_asks_what_its_complaint_does(desk: Office) -> None:
    complaint = await drafted(desk)
    at = f"/complaints/{complaint['id']}/letters"
    letter = {"template": "general_appeal", "language": "ru"}
    asked = [one["text"] for one in complaint["recommendations"]]
    other = await desk.post(at, letter | {"values": {"recommendations": ["Something else."]}})
    same = await desk.post(at, letter | {"values": {"recommendations": asked}})

    assert problem(other) == (422, "validation_failed")
    assert other.json()["errors"][0]["pointer"] == "/body/values/recommendations"
    assert same.status_code == 201


async def test_a_word_that_is_not_known_is_pointed_to_in_the_body(desk: Office) -> None:
    wrong = await desk.post("/complaints", appeal(standing="king"))

    assert [one["pointer"] for one in wrong.json()["errors"]] == ["/body/standing"]


@pytest.mark.parametrize(
    ("state", "revision"),
    [("answered", "not_started"), ("accepted", "running"), ("refused", "ended")],
)
def test_a_clock_ends_where_the_law_ends_it(state: str, revision: str) -> None:
    now = datetime(2026, 3, 6, 9, tzinfo=UTC)
    declared = routes(now.date())["pp25_supplier"]
    happened = [
        {"kind": "results_posted", "on": "2026-03-03"},
        {"kind": "received", "on": "2026-03-05"},
        {"kind": "answered", "on": "2026-03-06"},
    ]
    row = {"happened": happened, "state": state}
    terms = {one.term: one for one in explained(declared, row, now, "en")}

    assert terms["returned"].state == "ended"
    assert terms["revision"].state == revision
    assert (terms["revision"].due_on is not None) is (revision == "running")
