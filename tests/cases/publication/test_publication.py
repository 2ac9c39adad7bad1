"""A case on its way to everybody: what keeps it back, and what is told of it when nothing does."""

from datetime import timedelta
from typing import Any

import pytest

from shared.vocabulary.identifiers import party_id
from tests.cases.office import AIDA, BOLAT, MONITOR, NOW, READER, STRANGER, Office, caller, problem
from tests.cases.publication.people import (
    ANYBODY,
    AT,
    BIN,
    FIGURE,
    NAMED,
    OTHER_BUYER,
    PROCESS,
    SECRET,
    TEXTS,
    answered,
    asked,
    begun,
    changed,
    done,
    moved,
    notified,
    told,
)
from tests.cases.triage.alerts import alert, arrive


@pytest.mark.check("A8", tier=1, limit="all refused")
async def test_a_case_is_published_by_a_second_person_72_hours_after_the_notice_reached_its_party(
    office: Office,
) -> None:
    row = await notified(office)
    at_once = await asked(office, row, "publish")
    row = await told(office, row)
    until = row["notices"][0]["reply_until"]
    office.clock.moment = NOW + timedelta(hours=72) - timedelta(seconds=1)
    early = await asked(office, row, "publish")
    office.clock.moment = NOW + timedelta(hours=72)
    by_editor = await asked(office, row, "publish", who=AIDA)
    by_writer = await asked(office, row, "publish", who=caller("mem_aida", role="admin"))
    row = await moved(office, row, "publish")
    case = (await office.get(f"/cases/{row['case']}")).json()
    history = (await office.get(f"/cases/{row['case']}/events")).json()["data"]

    assert at_once.json()["conditions"] == ["told", "heard"]
    assert until == "2026-03-05T04:00:00Z"
    assert early.json()["conditions"] == ["heard"]
    assert problem(by_editor) == (403, "role_missing")
    assert by_writer.json()["conditions"] == ["second_person"]
    assert (row["state"], row["published_at"]) == ("published", "2026-03-05T04:00:00Z")
    assert case["published_at"] == row["published_at"], "the guard `acted` of the case counts it"
    assert history[-1]["what"] == "published"
    types = [(event["type"], event.get("public", False)) for event in await office.told()]
    assert types[-2:] == [("case.notified", False), ("case.published", True)]


ACCUSATION: dict[str, Any] = {
    "kk": {
        "title": "Сарыарқа туралы",
        "body": "«Сарыарқа» ЖШС бюджет ақшасын талан-таражға салды.",
    },
    "ru": {
        "title": "О Сарыарке",
        "body": "ТОО «Сарыарка» (БИН 000140001239) украло бюджетные деньги, директор Ахметов"
        " присвоил их.",
    },
    "en": {"title": "On Saryarka", "body": "They stole public money."},
}


async def test_an_accusation_of_whom_nobody_tells_is_never_published(office: Office) -> None:
    case = await done(office.post("/cases", {"title": "Сарыарка"}))
    row = await done(office.post(f"/cases/{case['id']}/publication", {"texts": ACCUSATION}))
    row = await moved(office, await answered(office, row), "submit", who=AIDA)
    kept = await asked(office, row, "notify")
    at = f"/cases/{case['id']}/parties"
    await done(office.post(at, {"role": "named_party", "bin": BIN, "name": "Road buyer"}))
    by_another = await asked(office, row, "notify")
    found = {(each["check"], each["place"], each["found"]) for each in row["harms"]}

    assert kept.json()["conditions"] == by_another.json()["conditions"] == ["harmless"]
    assert {place for check, place, _ in found if check == "accusing_word"} == {
        "/texts/kk/body", "/texts/ru/body", "/texts/en/body",
    }  # fmt: skip
    assert found >= {
        ("nobody_notified", "/parties", "no named party"),
        ("party_not_notified", "/texts/ru/body", "000140001239"),
        ("party_not_notified", "/texts/kk/body", "Сарыарқа"),
        ("person_named", "/texts/ru/body", "…ов"),
    }
    assert (await office.get("/published-cases", ANYBODY)).json()["data"] == []


async def test_whom_a_plain_text_names_by_bin_gets_a_notice_and_72_hours_before_it_is_published(
    office: Office,
) -> None:
    said = {"title": "Жол", "body": "Жеткізуші 000140001239 екі есе қымбат салды."}
    row = await begun(office, texts={**TEXTS, "kk": said})
    row = await moved(office, await answered(office, row), "submit", who=AIDA)
    unnamed = await asked(office, row, "notify")
    supplier = {"role": "named_party", "bin": "000140001239", "name": "Road supplier"}
    party = await done(office.post(f"/cases/{row['case']}/parties", supplier))
    row = await moved(office, row, "notify")
    ending = {"reason": "to be spared the notice"}
    await done(office.post(f"/cases/{row['case']}/parties/{party['id']}:end", ending))
    taken_out = await asked(office, row, "publish")

    assert unnamed.json()["conditions"] == ["harmless"]
    assert sorted(one["bin"] for one in row["notices"]) == ["000140001239", BIN]
    assert taken_out.json()["conditions"] == ["harmless", "told", "heard"]


async def test_a_supplier_of_its_purchase_is_known_by_a_name_that_another_case_has(
    office: Office,
) -> None:
    supplier = "000140001239"
    sold = alert("alr_1", PROCESS, suppliers=[party_id("kz", supplier, "").id])
    await arrive(office, sold)
    other = await done(office.post("/cases", {"title": "Another road"}))
    for bin_, name in ((supplier, "Алтын жол"), ("990240000010", "Мектеп жиһазы")):
        party = {"role": "supplier", "bin": bin_, "name": name}
        await done(office.post(f"/cases/{other['id']}/parties", party))
    said = {"title": "Дорога", "body": "Дорогу чинил Алтын жол, мебель – Мектеп жиһазы."}

    row = await begun(office, texts={**TEXTS, "ru": said})

    assert [tuple(each.values()) for each in row["harms"]] == [
        ("party_not_notified", "/texts/ru/body", "Алтын жол")
    ], "who has no part in the purchase is no business of this text's"


async def test_whom_a_complaint_of_the_case_is_addressed_to_is_known_by_name(
    office: Office,
) -> None:
    said = {"title": "Дорога", "body": "Дорогу чинил Алтын жол."}
    row = await begun(office, texts={**TEXTS, "ru": said})
    at = f"/cases/{row['case']}/publication"
    before = (await office.get(at)).json()["harms"]
    notice = {
        "case": row["case"], "route": "supplier_notice", "addressee": "bin:000140001239",
        "addressee_name": "«Алтын жол»", "standing": "person", "stage": "execution",
        "object": "contract", "method": "direct", "subject": "Contract",
    }  # fmt: skip
    await done(office.post("/complaints", notice))

    assert before == []
    harms = (await office.get(at)).json()["harms"]
    assert [(each["check"], each["found"]) for each in harms] == [
        ("party_not_notified", "«Алтын жол»")
    ]


async def test_nothing_is_published_once_every_party_was_taken_out(office: Office) -> None:
    row = await told(office, await notified(office))
    office.clock.moment = NOW + timedelta(hours=73)
    case = (await office.get(f"/cases/{row['case']}")).json()
    at = f"/cases/{row['case']}/parties/{case['parties'][0]['id']}"
    await done(office.post(f"{at}:end", {"reason": "a mistake"}))

    refused = await asked(office, row, "publish")

    assert refused.json()["conditions"] == ["harmless", "told", "heard"]


async def test_the_clock_begins_when_the_party_opens_its_notice_and_a_reply_ends_it(
    office: Office,
) -> None:
    row = await notified(office)
    listed = (await office.get("/received-notices", NAMED)).json()["data"]
    notice = f"/received-notices/{listed[0]['id']}"
    office.clock.moment = NOW + timedelta(hours=5)
    opened = (await office.get(notice, NAMED)).json()
    office.clock.moment = NOW + timedelta(hours=7)
    again = (await office.get(notice, NAMED)).json()
    unheard = await asked(office, row, "publish")
    text = 'Баға <b>екі</b> ауылға жеткізуді қамтиды; "=1+1"'
    replied = await office.post(f"{notice}/reply", {"text": text}, NAMED)
    row = await moved(office, row, "publish")
    public = (await office.get(f"/published-cases/{row['id']}", ANYBODY)).json()

    assert listed[0]["opened_at"] is None, "a list does not open"
    assert SECRET not in str(listed), "and tells nothing of what will be told"
    assert opened["opened_at"] == again["opened_at"] == "2026-03-02T09:00:00Z"
    assert opened["reply_until"] == "2026-03-05T09:00:00Z"
    assert (opened["texts"], opened["organisation"]) == (TEXTS, "own_a")
    assert unheard.json()["conditions"] == ["heard"]
    assert replied.status_code == 201
    assert [(one["bin"], one["answered"]) for one in public["parties"]] == [(BIN, True)]
    assert public["parties"][0]["replies"][0]["text"] == text
    replies = [each for each in await office.told() if each["type"] == "case.reply"]
    assert [(each.get("public", False), each["organisations"]) for each in replies] == [
        (False, ["own_a"])
    ]


async def test_a_reply_is_given_once_and_then_corrected_and_stands_after_the_publication(
    office: Office,
) -> None:
    row = await notified(office)
    notice = f"/received-notices/{row['notices'][0]['id']}"
    first = (await done(office.post(f"{notice}/reply", {"text": "First."}, NAMED)))["replies"]
    second = await office.post(f"{notice}/reply", {"text": "Second."}, NAMED)
    row = (await office.get(f"/cases/{row['case']}/publication")).json()
    row = await moved(office, row, "publish")
    body = {"text": "Corrected.", "corrects": first[0]["id"]}
    corrected = await office.post(f"{notice}/reply", body, NAMED)
    stale = await office.post(f"{notice}/reply", body, NAMED)
    for number in range(4):
        body = {"text": f"{number}", "corrects": corrected.json()["replies"][-1]["id"]}
        corrected = await office.post(f"{notice}/reply", body, NAMED)
    body = {"text": "Once more.", "corrects": corrected.json()["replies"][-1]["id"]}
    too_often = await office.post(f"{notice}/reply", body, NAMED)
    shown = (await office.get(f"/published-cases/{row['id']}", ANYBODY)).json()["parties"]

    assert (
        problem(second) == problem(stale) == problem(too_often) == (409, "transition_not_allowed")
    )
    assert [one["text"] for one in shown[0]["replies"]] == ["First.", "Corrected.", *"0123"]
    public = [each for each in await office.told() if each["type"] == "case.reply"][1]
    assert (public["public"], public["organisations"]) == (True, ["own_a", "own_buyer"])


async def test_a_notice_is_not_there_for_whoever_does_not_speak_for_its_party(
    office: Office,
) -> None:
    row = await notified(office)
    notice = f"/received-notices/{row['notices'][0]['id']}"

    for who in (OTHER_BUYER, STRANGER, AIDA, BOLAT, ANYBODY):
        assert (await office.get("/received-notices", who)).json()["data"] == []
        assert problem(await office.get(notice, who)) == (404, "not_found")
        refused = await office.post(f"{notice}/reply", {"text": "Mine."}, who)
        assert problem(refused) == (404, "not_found")
    for text, code in (
        ("ЖСН 900101300017", "iin"),
        ("+7 701 123 45 67", "telephone"),
        ("a\u202eb", "unseen_signs"),
    ):
        refused = await office.post(f"{notice}/reply", {"text": text}, NAMED)
        assert refused.json()["errors"][0]["code"] == code
    assert (await office.post(f"{notice}/reply", {"text": "x" * 10_001}, NAMED)).is_error
    after = (await office.get(f"/cases/{row['case']}/publication", BOLAT)).json()
    assert after == row, "nobody opened it, nobody replied"


async def test_a_text_is_kept_back_until_its_checklist_is_answered_and_no_check_finds_harm(
    office: Office,
) -> None:
    texts = {**TEXTS, "ru": {"title": "Дорога", "body": "Звоните 8 701 123 45 67: это сговор."}}
    row = await begun(office, texts=texts, figures=[{**FIGURE, "source": None}])
    row = await answered(office, row, signs_only="no")
    by_reader = await asked(office, row, "submit", who=READER)
    row = await moved(office, row, "submit", who=AIDA)
    kept = await asked(office, row, "notify")
    fixed = {"texts": TEXTS, "figures": [FIGURE]}
    at = f"/cases/{row['case']}/publication"
    late = await office.send("PATCH", at, fixed, AIDA, seen=row["revision"])
    row = await moved(office, row, "return", note="It accuses.", who=AIDA)
    row = await changed(office, row, **fixed)
    emptied = {each["item"]: each["answer"] for each in row["checklist"]}
    row = await answered(office, row)
    row = await moved(office, row, "submit", who=AIDA)
    row = await moved(office, row, "notify")

    assert problem(by_reader) == (403, "role_missing")
    assert kept.json()["conditions"] == ["checklist", "harmless"]
    assert problem(late) == (409, "transition_not_allowed")
    assert set(emptied.values()) == {None}, "a changed text is answered for anew"
    assert {each["member"] for each in row["checklist"]} == {"mem_aida"}
    assert row["harms"] == []


async def test_a_text_that_was_changed_is_shown_to_its_party_anew(office: Office) -> None:
    row = await told(office, await notified(office))
    old = row["notices"][0]["id"]
    row = await moved(office, row, "return", note="A figure was wrong.")
    gone = await office.get(f"/received-notices/{old}", NAMED)
    row = await changed(office, row, figures=[])
    row = await moved(office, await answered(office, row), "submit", who=AIDA)
    row = await moved(office, row, "notify")
    office.clock.moment = NOW + timedelta(hours=100)
    unheard = await asked(office, row, "publish")

    assert problem(gone) == (404, "not_found")
    assert row["notices"][0]["id"] != old
    assert unheard.json()["conditions"] == ["told", "heard"], "the first notice counts no more"


async def test_a_party_that_is_named_later_is_waited_for_and_one_taken_out_is_named_no_more(
    office: Office,
) -> None:
    row = await told(office, await notified(office))
    office.clock.moment = NOW + timedelta(hours=73)
    late = {"role": "named_party", "bin": "000140001239", "name": "Late supplier"}
    party = (await office.post(f"/cases/{row['case']}/parties", late)).json()
    unheard = await asked(office, row, "publish")
    at = f"/cases/{row['case']}/parties"
    await done(office.post(f"{at}/{party['id']}:end", {"reason": "named by mistake"}))
    row = await moved(office, row, "publish")
    case = (await office.get(f"/cases/{row['case']}")).json()
    first = case["parties"][0]["id"]
    before = (await office.get(f"/published-cases/{row['id']}", ANYBODY)).json()["parties"]
    await done(office.post(f"{at}/{first}:end", {"reason": "it was another buyer"}))
    after = (await office.get(f"/published-cases/{row['id']}", ANYBODY)).json()["parties"]

    assert unheard.json()["conditions"] == ["told", "heard"]
    assert ([one["bin"] for one in before], after) == ([BIN], [])


async def test_a_notice_by_other_means_lies_between_the_notice_and_now_and_is_recorded_once(
    office: Office,
) -> None:
    row = await notified(office)
    at = f"/cases/{row['case']}/publication/notices/{row['notices'][0]['id']}:told"
    how = "by letter"
    too_early = await office.post(at, {"how": how, "at": "2026-03-02T03:59:59Z"})
    to_come = await office.post(at, {"how": how, "at": "2026-03-02T04:00:01Z"})
    nobodys = await office.post(at.replace("ntc_", "ntc_0"), {"how": how, "at": AT})
    await told(office, row)
    twice = await office.post(at, {"how": how, "at": AT})

    assert problem(too_early) == problem(to_come) == (422, "validation_failed")
    assert problem(nobodys) == (404, "not_found")
    assert problem(twice) == (409, "transition_not_allowed")


async def test_a_publication_is_not_there_for_others_and_hostile_text_is_refused_or_kept_as_it_is(
    office: Office,
) -> None:
    row = await begun(office)
    at = f"/cases/{row['case']}/publication"
    share = {"organisation": "own_b", "parts": ["summary"], "expires_at": "2027-01-01T00:00:00Z"}
    await done(office.post(f"/cases/{row['case']}/shares", share))
    hostile: list[tuple[dict[str, Any], str]] = [
        ({"texts": {**TEXTS, "en": {"title": "Road", "body": "a\u202eb"}}}, "unseen_signs"),
        ({"processes": ["prc_none"]}, "not_linked"),
        ({"figures": None}, "missing"),
        ({"answers": [{"item": "none", "answer": "yes"}]}, "unknown_item"),
    ]

    for who in (STRANGER, NAMED, ANYBODY):
        for method, path, body in (
            ("GET", at, None),
            ("POST", at, {}),
            ("PATCH", at, {"processes": []}),
            ("POST", f"{at}/moves", {"move": "submit"}),
            ("POST", f"{at}/notices/ntc_x:told", {"how": "by letter", "at": AT}),
        ):
            answer = await office.send(method, path, body, who, seen="*")
            assert problem(answer) == (404, "not_found"), (method, path)
    for values, code in hostile:
        answer = await office.send("PATCH", at, values, AIDA, seen=row["revision"])
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)
    nobody = caller(None, role="editor")
    answers = {"answers": [{"item": "signs_only", "answer": "yes"}]}
    unnamed = await office.send("PATCH", at, answers, nobody, seen=row["revision"])
    foreign = await office.send("PATCH", at, {"processes": []}, MONITOR, seen=row["revision"])
    stale = await office.send("PATCH", at, {"processes": []}, AIDA, seen=7)
    second = await office.post(at, {})
    script = {**TEXTS, "en": {"title": "Road <script>", "body": "=cmd|' /C calc'!A0"}}
    kept = await changed(office, row, texts=script)

    assert unnamed.json()["errors"][0]["code"] == "nobody"
    assert problem(foreign) == (403, "role_missing")
    assert problem(stale) == (412, "version_conflict")
    assert problem(second) == (409, "transition_not_allowed")
    assert kept["texts"] == script
    assert SECRET not in (await office.get("/published-cases", ANYBODY)).text
    assert kept["processes"] == [PROCESS]
