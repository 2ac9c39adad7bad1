"""Cases by their own routes: started, found, moved, shared, handed over, and every refusal."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest

from cases.casefile import moving
from shared.security import Caller, service_caller
from tests.cases.office import AIDA, BOLAT, MONITOR, NOW, READER, STRANGER, Office, caller, problem
from tests.cases.triage.alerts import alert, arrive

BIN = "990340005977"
COORDINATOR = caller(
    "mem_coordinator", "own_centre", "coordinator", kind="coordinator", region="75"
)


async def started(office: Office, **more: Any) -> dict[str, Any]:
    answer = await office.post("/cases", {"title": "Қосылған құн салығы", **more})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def moved(office: Office, now: dict[str, Any], move: str, **more: Any) -> dict[str, Any]:
    who = more.pop("who", BOLAT)
    answer = await office.post(
        f"/cases/{now['id']}/moves", {"move": move, **more}, who, seen=now["revision"]
    )
    assert answer.status_code == 200, answer.text
    after: dict[str, Any] = answer.json()
    return after


async def test_cases_are_numbered_by_organisation_and_year_and_begin_as_drafts(
    office: Office,
) -> None:
    await arrive(office, alert("alr_one", "prc_one"))
    first = await started(office, processes=["prc_one"], alerts=["alr_one"], region="75")
    second = await started(office)
    theirs = await office.post("/cases", {"title": "Theirs"}, STRANGER)

    assert (first["number"], second["number"]) == ("2026-000001", "2026-000002")
    assert theirs.json()["number"] == "2026-000001"
    assert (first["state"], first["created_by"], first["access"]) == ("draft", "mem_aida", "own")
    assert {(one["kind"], one["target"]) for one in first["links"]} == {
        ("process", "prc_one"),
        ("alert", "alr_one"),
    }
    assert first["moves"] == ["open", "close_unfounded", "merge"]
    [created, *_] = (await office.get(f"/cases/{first['id']}/events")).json()["data"]
    assert created["changes"]["processes"] == [None, ["prc_one"]]
    types = ["case.created", "alert.triaged", "case.created", "case.created"]
    assert [event["type"] for event in await office.told()] == types


async def test_a_command_that_is_sent_twice_starts_one_case(office: Office) -> None:
    body = {"title": "Once"}

    first = await office.post("/cases", body, key="same-key")
    again = await office.post("/cases", body, key="same-key")

    assert first.json() == again.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert len((await office.get("/cases")).json()["data"]) == 1


@pytest.mark.check("A2", tier=1, limit="same status and body")
async def test_a_stranger_finds_no_case_of_ours_by_any_route(office: Office) -> None:
    case = await started(office)
    note = (await office.post(f"/cases/{case['id']}/notes", {"text": "Ours"})).json()
    task = (await office.post(f"/cases/{case['id']}/tasks", {"title": "Ours"})).json()
    link = (
        await office.post(f"/cases/{case['id']}/links", {"kind": "process", "target": "prc_x"})
    ).json()
    at, ending = f"/cases/{case['id']}", {"reason": "not ours"}
    share = {"organisation": "own_c", "parts": ["summary"], "expires_at": "2027-01-01T00:00:00Z"}
    commands: list[tuple[str, str, Any]] = [
        ("GET", at, None),
        ("GET", f"{at}/events", None),
        ("GET", f"{at}/notes", None),
        ("GET", f"{at}/tasks", None),
        ("PATCH", at, {"title": "Taken"}),
        ("PATCH", f"{at}/tasks/{task['id']}", {"done": True}),
        ("POST", f"{at}/moves", {"move": "open"}),
        ("POST", f"{at}:hand-over", {"organisation": "own_b", "note": "mine now"}),
        ("POST", f"{at}/notes", {"text": "mine", "corrects": note["id"]}),
        ("POST", f"{at}/tasks", {"title": "mine"}),
        ("POST", f"{at}/parties", {"role": "buyer", "bin": BIN}),
        ("POST", f"{at}/links", {"kind": "process", "target": "prc_y"}),
        ("POST", f"{at}/links/{link['id']}:end", ending),
        ("POST", f"{at}/parties/pty_none:end", ending),
        ("POST", f"{at}/shares", share),
        ("POST", f"{at}/shares/shr_none:end", ending),
    ]

    for method, path, body in commands:
        theirs = await office.send(method, path, body, STRANGER, seen="*")
        nothing = await office.send(
            method, path.replace(case["id"], "cas_none"), body, STRANGER, seen="*"
        )
        assert problem(theirs) == problem(nothing) == (404, "not_found"), (method, path)
    assert (await office.get("/cases", STRANGER)).json()["data"] == []
    assert (await office.get(at)).json()["revision"] == case["revision"]


async def test_a_case_goes_its_whole_way_and_each_guard_names_what_is_lacking(
    office: Office,
) -> None:
    case = await moved(office, await moved(office, await started(office), "open"), "investigate")
    refused = await office.post(
        f"/cases/{case['id']}/moves", {"move": "verify"}, BOLAT, seen=case["revision"]
    )

    assert problem(refused) == (409, "guard_failed")
    assert refused.json()["conditions"] == ["evidence", "violation"]
    patched = await office.send(
        "PATCH", f"/cases/{case['id']}", {"violations": ["vat_to_non_payer"]}, seen=case["revision"]
    )
    await _evidence(office, case["id"])
    case = await moved(office, patched.json(), "verify")
    unacted = await office.post(
        f"/cases/{case['id']}/moves", {"move": "act"}, BOLAT, seen=case["revision"]
    )
    assert unacted.json()["conditions"] == ["acted"]
    history = (await office.get(f"/cases/{case['id']}/events")).json()["data"]
    assert [(one["what"], one["before"], one["after"]) for one in history] == [
        ("created", None, "draft"),
        ("open", "draft", "open"),
        ("investigate", "open", "investigating"),
        ("changed", None, None),
        ("verify", "investigating", "verified"),
    ]
    assert history[3]["changes"] == {"violations": [[], ["vat_to_non_payer"]]}


async def test_a_case_is_about_kinds_of_violations_that_are_declared_and_nothing_else(
    office: Office,
) -> None:
    about = {"title": "Road", "violations": ["splitting", "Somebody is a thief"]}
    accusing = await office.post("/cases", about)
    case = await started(office, violations=["splitting", "K01"])
    changed = await office.send(
        "PATCH", f"/cases/{case['id']}", {"violations": ["thief"]}, seen=case["revision"]
    )
    for move in ("open", "investigate"):
        case = await moved(office, case, move)
    await _evidence(office, case["id"])
    async with office.tables() as connection:  # as it was once taken in
        await connection.execute("UPDATE casefile SET violations = '{thief}'")
    refused = await office.post(
        f"/cases/{case['id']}/moves", {"move": "verify"}, BOLAT, seen=case["revision"]
    )

    for answer, place in ((accusing, 1), (changed, 0)):
        (flaw,) = answer.json()["errors"]
        found = (answer.status_code, flaw["code"], flaw["pointer"])
        assert found == (422, "unknown_code", f"/body/violations/{place}")
    assert refused.json()["conditions"] == ["violation"]


@pytest.mark.check("A8", tier=1, limit="all refused")
async def test_a_severe_case_is_verified_by_a_second_person(office: Office) -> None:
    case = await started(office, severity="high", violations=["linked_bidders"])
    for move in ("open", "investigate"):
        case = await moved(office, case, move, who=AIDA)
    await _evidence(office, case["id"])
    own = await office.post(
        f"/cases/{case['id']}/moves", {"move": "verify"}, AIDA, seen=case["revision"]
    )

    assert own.json()["conditions"] == ["second_person"]
    assert (await moved(office, case, "verify", who=BOLAT))["state"] == "verified"


async def test_moves_are_refused_with_what_could_be_done_instead(office: Office) -> None:
    case = await started(office)
    at = f"/cases/{case['id']}/moves"

    unseen = await office.post(at, {"move": "open"})
    stale = await office.post(at, {"move": "open"}, seen=7)
    unknown = await office.post(at, {"move": "fly"}, seen="*")
    early = await office.post(at, {"move": "verify"}, seen="*")
    reader = await office.post(at, {"move": "open"}, READER, seen="*")
    unreasoned = await office.post(at, {"move": "close_unfounded"}, seen="*")
    odd = await office.post(
        at, {"move": "close_unfounded", "reason": "bored", "note": "so"}, seen="*"
    )

    assert problem(unseen) == (428, "precondition_required")
    assert problem(stale) == (412, "version_conflict")
    assert problem(unknown) == (422, "validation_failed")
    assert problem(early) == (409, "transition_not_allowed")
    assert early.json()["allowed"] == ["open", "close_unfounded", "merge"]
    assert problem(reader) == (403, "role_missing")
    assert [flaw["pointer"] for flaw in unreasoned.json()["errors"]] == [
        "/body/reason",
        "/body/note",
    ]
    assert odd.json()["errors"][0]["code"] == "unknown_reason"
    assert (await office.get(f"/cases/{case['id']}")).json() == case


async def test_a_monitor_works_on_what_they_opened_or_were_given_and_on_nothing_else(
    office: Office,
) -> None:
    case = await started(office)
    at = f"/cases/{case['id']}"

    before = await office.post(f"{at}/moves", {"move": "open"}, MONITOR, seen="*")
    await office.send("PATCH", at, {"assignees": ["mem_marat"]}, seen="*")
    after = await office.post(f"{at}/moves", {"move": "open"}, MONITOR, seen="*")

    assert problem(before) == (403, "role_missing")
    assert after.json()["state"] == "open"


async def test_a_case_on_hold_comes_back_to_where_it_was_on_its_day(office: Office) -> None:
    case = await moved(office, await started(office), "open")
    past = await office.post(
        f"/cases/{case['id']}/moves",
        {"move": "hold", "until": "2026-03-02", "note": "waiting"},
        seen="*",
    )
    case = await moved(office, case, "hold", until="2026-03-10", note="Waiting for a letter.")
    await _woken(office, NOW + timedelta(days=7))
    still = (await office.get(f"/cases/{case['id']}")).json()
    await _woken(office, NOW + timedelta(days=8))
    back = (await office.get(f"/cases/{case['id']}")).json()

    assert problem(past) == (422, "validation_failed")
    assert (still["state"], still["on_hold_until"]) == ("on_hold", "2026-03-10")
    assert (back["state"], back["on_hold_until"]) == ("open", None)


async def test_a_merged_case_gives_its_links_to_the_other_and_is_changed_no_more(
    office: Office,
) -> None:
    into = await moved(office, await started(office, processes=["prc_a"]), "open")
    case = await started(office, processes=["prc_a", "prc_b"])
    itself = await office.post(
        f"/cases/{case['id']}/moves", {"move": "merge", "case": case["id"], "note": "x"}, seen="*"
    )
    merged = await moved(office, case, "merge", case=into["id"], note="The same supplier.")
    late = await office.send("PATCH", f"/cases/{case['id']}", {"title": "Late"}, seen="*")

    links = (await office.get(f"/cases/{into['id']}")).json()["links"]
    assert itself.json()["conditions"] == ["fits"]
    assert (merged["state"], merged["merged_into"], merged["moves"]) == (
        "merged_into",
        into["id"],
        [],
    )
    assert sorted(one["target"] for one in links) == ["prc_a", "prc_b"]
    assert problem(late) == (409, "transition_not_allowed")


@pytest.mark.check("A3", tier=1, limit="0 fields too many")
async def test_a_share_shows_the_parts_that_are_named_until_its_day(office: Office) -> None:
    case = await started(office, summary="What we know", processes=["prc_a"])
    at = f"/cases/{case['id']}"
    until = (NOW + timedelta(days=10)).isoformat()
    share = {"organisation": "own_b", "parts": ["links", "notes"], "expires_at": until}

    past = await office.post(f"{at}/shares", {**share, "expires_at": NOW.isoformat()})
    made = await office.post(f"{at}/shares", share)
    seen = (await office.get(at, STRANGER)).json()
    written = await office.post(f"{at}/notes", {"text": "from outside"}, STRANGER)
    moved_ = await office.post(f"{at}/moves", {"move": "open"}, STRANGER, seen="*")
    hidden = await office.get(f"{at}/tasks", STRANGER)
    listed = (await office.get("/cases", STRANGER)).json()["data"]
    await office.post(f"{at}/shares", {**share, "may_comment": True})
    commented = await office.post(f"{at}/notes", {"text": "from outside"}, STRANGER)
    office.clock.moment = NOW + timedelta(days=10)
    expired = await office.get(at, STRANGER)

    assert problem(past) == (422, "validation_failed")
    assert made.status_code == 201
    assert (seen["summary"], seen["parties"], seen["shares"]) == (None, None, None)
    assert [one["target"] for one in seen["links"]] == ["prc_a"]
    assert (seen["access"], seen["moves"], seen["created_by"]) == ("shared", [], None)
    assert problem(written) == problem(moved_) == (403, "role_missing")
    assert problem(hidden) == (404, "not_found")
    assert [one["id"] for one in listed] == [case["id"]]
    assert commented.status_code == 201
    assert problem(expired) == (404, "not_found")
    told = [event for event in await office.told() if event["type"] == "case.shared"]
    assert [event["organisations"] for event in told] == [["own_a", "own_b"]] * 2


async def test_a_coordinator_shares_no_case_of_the_region_and_ends_no_share_of_one(
    office: Office,
) -> None:
    case = await started(office, region="75")
    at = f"/cases/{case['id']}"
    until = {"parts": ["summary"], "expires_at": "2026-09-01T00:00:00Z"}
    ours = await office.post(f"{at}/shares", {"organisation": "own_b", **until})

    shared = await office.post(f"{at}/shares", {"organisation": "own_c", **until}, COORDINATOR)
    kept = await office.post(f"{at}/shares", {"organisation": "own_centre", **until}, COORDINATOR)
    ended = await office.post(
        f"{at}/shares/{ours.json()['id']}:end", {"reason": "enough"}, COORDINATOR
    )
    await office.send("PATCH", at, {"embargoed": True}, seen="*")

    for refused in (shared, kept, ended):
        assert problem(refused) == (403, "role_missing")
        assert refused.json()["detail"] == "A case is shared by whose it is."
    assert [one["organisation"] for one in (await office.get(at)).json()["shares"]] == ["own_b"]
    assert problem(await office.get(at, COORDINATOR)) == (404, "not_found")
    own = await office.post(f"{at}/shares/{ours.json()['id']}:end", {"reason": "enough"})
    assert own.status_code == 200


async def test_a_coordinator_sees_the_cases_of_the_region_but_no_embargoed_one_and_no_tip(
    office: Office,
) -> None:
    near = await started(office, region="751110000")
    await started(office, region="10")
    await started(office)
    secret = await started(office, region="75", embargoed=True)
    tipped = await started(office, region="75")
    async with office.tables() as connection:
        await connection.execute(
            "INSERT INTO case_link VALUES ('lnk_t', $1, 'tip', 'tip_1', now())", tipped["id"]
        )

    listed = (await office.get("/cases", COORDINATOR)).json()["data"]
    opened = await office.post(
        f"/cases/{near['id']}/moves", {"move": "open"}, COORDINATOR, seen="*"
    )

    assert [(one["id"], one["access"]) for one in listed] == [(near["id"], "region")]
    for hidden in (secret, tipped):
        assert problem(await office.get(f"/cases/{hidden['id']}", COORDINATOR)) == (
            404,
            "not_found",
        )
    assert opened.json()["state"] == "open"


async def test_another_case_is_told_only_to_who_may_see_that_one_too(office: Office) -> None:
    secret = await started(office, region="75", embargoed=True)
    near, far = await started(office, region="75"), await started(office, region="10")
    case = await started(office, region="75")
    at = f"/cases/{case['id']}"
    for other in (secret, near):
        await office.post(f"{at}/links", {"kind": "case", "target": other["id"]})
    share = {"parts": ["links"], "organisation": "own_b", "expires_at": "2026-09-01T00:00:00Z"}
    await office.post(f"{at}/shares", share)
    merged = await moved(office, case, "merge", case=far["id"], note="The same road.")

    of_region = (await office.get(at, COORDINATOR)).json()
    shared = (await office.get(at, STRANGER)).json()
    told = await _history(office, at, COORDINATOR)
    await office.post(f"/cases/{far['id']}/shares", share)
    both = (await office.get(at, STRANGER)).json()

    assert ([one["target"] for one in of_region["links"]], of_region["merged_into"]) == (
        [near["id"]],
        None,
    )
    assert (shared["links"], shared["merged_into"]) == ([], None)
    assert [one for one in told if one[0] in ("linked", "merge")] == [
        ("linked", {"link": [None, ["case", near["id"]]]})
    ]
    assert both["merged_into"] == merged["merged_into"] == far["id"]
    assert {one["target"] for one in merged["links"]} == {secret["id"], near["id"]}
    assert [what for what, _ in await _history(office, at, AIDA)] == [
        *("created", "linked", "linked", "shared", "merge")
    ]


@pytest.mark.parametrize("rests_on", ["embargoed", "tip"])
async def test_a_case_that_was_merged_is_as_hidden_from_its_region_as_what_it_went_into(
    office: Office, rests_on: str
) -> None:
    top = await started(office, region="10", embargoed=rests_on == "embargoed")
    middle, case = await started(office, region="75"), await started(office, region="75")
    case = await moved(office, case, "merge", case=middle["id"], note="The same.")
    seen = (await office.get(f"/cases/{case['id']}", COORDINATOR)).json()
    share = {"parts": ["links"], "expires_at": "2026-09-01T00:00:00Z"}
    await office.post(f"/cases/{middle['id']}/shares", {**share, "organisation": "own_centre"})
    await moved(office, middle, "merge", case=top["id"], note="The same.")
    if rests_on == "tip":
        async with office.tables() as connection:
            await connection.execute(
                "INSERT INTO case_link VALUES ('lnk_t', $1, 'tip', 'tip_1', now())", top["id"]
            )

    listed = (await office.get("/cases", COORDINATOR)).json()["data"]
    hidden = await office.get(f"/cases/{case['id']}", COORDINATOR)
    shared = (await office.get(f"/cases/{middle['id']}", COORDINATOR)).json()

    assert (seen["access"], seen["merged_into"]) == ("region", middle["id"])
    assert [(one["id"], one["access"]) for one in listed] == [(middle["id"], "shared")]
    assert problem(hidden) == (404, "not_found")
    assert (shared["access"], shared["merged_into"]) == ("shared", None)
    assert len((await office.get("/cases")).json()["data"]) == 3


async def test_a_case_of_the_region_is_not_merged_by_a_coordinator_into_one_they_may_not_see(
    office: Office,
) -> None:
    secret, case = await started(office, embargoed=True), await started(office, region="75")
    body = {"move": "merge", "case": secret["id"], "note": "x"}

    refused = await office.post(f"/cases/{case['id']}/moves", body, COORDINATOR, seen="*")
    nothing = {**body, "case": "cas_none"}
    unknown = await office.post(f"/cases/{case['id']}/moves", nothing, COORDINATOR, seen="*")

    assert refused.json()["conditions"] == unknown.json()["conditions"] == ["fits"]


async def test_notes_are_corrected_and_never_changed(office: Office) -> None:
    case = await started(office)
    at = f"/cases/{case['id']}/notes"
    first = (await office.post(at, {"text": "Paid on 3 March"})).json()
    office.clock.moment += timedelta(minutes=1)
    second = await office.post(at, {"text": "Paid on 4 March", "corrects": first["id"]})
    nothing = await office.post(at, {"text": "?", "corrects": "nte_none"})

    page = (await office.get(at, limit=1)).json()
    rest = (await office.get(at, limit=1, after=_json(page["after"]))).json()
    assert second.json()["corrects"] == first["id"]
    assert problem(nothing) == (404, "not_found")
    assert [one["text"] for one in (*page["data"], *rest["data"])] == [
        "Paid on 4 March",
        "Paid on 3 March",
    ]
    assert rest["after"] is None


async def test_tasks_are_done_and_opened_again_on_the_version_that_was_seen(office: Office) -> None:
    case = await started(office)
    at = f"/cases/{case['id']}/tasks"
    task = (await office.post(at, {"title": "Call", "due_on": "2026-03-09"})).json()
    done = await office.send("PATCH", f"{at}/{task['id']}", {"done": True}, seen=1)
    stale = await office.send("PATCH", f"{at}/{task['id']}", {"done": False}, seen=1)
    empty = await office.send("PATCH", f"{at}/{task['id']}", {"title": None}, seen=2)

    assert done.json()["done_at"] is not None
    assert problem(stale) == (412, "version_conflict")
    assert problem(empty) == (422, "validation_failed")
    assert (await office.get(at, open=True)).json()["data"] == []
    assert len((await office.get(at, open=False)).json()["data"]) == 1


async def test_persons_have_a_part_and_no_name(office: Office) -> None:
    case = await started(office)
    at = f"/cases/{case['id']}/parties"

    named = await office.post(at, {"role": "witness", "name": "Somebody"})
    wrong = await office.post(at, {"role": "named_party", "bin": "990340005970"})
    person = await office.post(at, {"role": "lawyer"})
    buyer = await office.post(at, {"role": "named_party", "bin": BIN, "name": "Мектеп"})
    ended = await office.post(f"{at}/{person.json()['id']}:end", {"reason": "no longer"})

    assert problem(named) == problem(wrong) == (422, "validation_failed")
    assert (person.status_code, buyer.status_code, ended.status_code) == (201, 201, 200)
    shown = (await office.get(f"/cases/{case['id']}")).json()["parties"]
    assert [one["bin"] for one in shown] == [BIN]


async def test_links_are_made_once_and_taken_away_with_a_reason(office: Office) -> None:
    case = await started(office)
    other = await office.post("/cases", {"title": "Theirs"}, STRANGER)
    at = f"/cases/{case['id']}/links"

    first = await office.post(at, {"kind": "process", "target": "prc_a"})
    again = await office.post(at, {"kind": "process", "target": "prc_a"})
    foreign = await office.post(at, {"kind": "case", "target": other.json()["id"]})
    itself = await office.post(at, {"kind": "case", "target": case["id"]})
    tip = await office.post(at, {"kind": "tip", "target": "tip_a"})
    found = (await office.get("/cases", process="prc_a")).json()["data"]
    gone = await office.post(f"{at}/{first.json()['id']}:end", {"reason": "another lot"})

    assert (first.status_code, again.status_code, gone.status_code) == (201, 200, 200)
    assert first.json() == again.json()
    assert problem(foreign) == (404, "not_found")
    assert problem(itself) == (422, "validation_failed")
    assert problem(tip) == (409, "guard_failed")
    assert [one["id"] for one in found] == [case["id"]]
    assert (await office.get("/cases", process="prc_a")).json()["data"] == []
    history = (await office.get(f"/cases/{case['id']}/events")).json()["data"]
    assert (history[-1]["what"], history[-1]["reason"]) == ("unlinked", "another lot")


async def test_lists_are_filtered_and_paged_without_a_gap(office: Office) -> None:
    made = []
    for number in range(5):
        office.clock.moment += timedelta(seconds=1)
        made.append(await started(office, region=["75", "751110000", "10"][number % 3]))
    await moved(office, made[0], "open")
    walked: list[str] = []
    mark: dict[str, Any] = {}
    while True:
        page = (await office.get("/cases", limit=2, **mark)).json()
        walked += [one["id"] for one in page["data"]]
        if page["after"] is None:
            break
        mark = {"after": _json(page["after"])}
    office.clock.moment += timedelta(days=31)

    assert walked == [one["id"] for one in reversed(made)]
    assert await _ids(office, region="75") == [made[each]["id"] for each in (4, 3, 1, 0)]
    assert await _ids(office, state="open") == [made[0]["id"]]
    assert await _ids(office, q="000002") == [made[1]["id"]]
    assert await _ids(office, q="100%") == []
    assert len(await _ids(office, stale=True)) == 5
    assert await _ids(office, stale=False) == []
    assert problem(await office.get("/cases", after="nonsense")) == (400, "cursor_invalid")


async def test_a_place_written_in_full_is_asked_for_like_its_beginning(office: Office) -> None:
    made = [
        (await started(office, region=each))["id"]
        for each in ("75", "750000000", "751100000", "751110000", "10", None)
    ]

    assert set(await _ids(office, region="750000000")) == set(made[:4])
    assert set(await _ids(office, region="751100000")) == set(made[2:4])
    assert set(await _ids(office, region=["751110000", "100000000"])) == set(made[3:5])


@pytest.mark.parametrize("path", ["/cases", "/published-cases", "/triage", "/outcomes"])
@pytest.mark.parametrize("code", ["xx", "99", "751", "75%", ""])
async def test_a_region_that_is_no_place_is_refused(office: Office, path: str, code: str) -> None:
    refused = await office.get(path, AIDA, region=["75", code], limit=5)

    assert problem(refused) == (422, "validation_failed")
    assert refused.json()["errors"][0]["pointer"] == "/query/region"


async def _ids(office: Office, **asked: Any) -> list[str]:
    return [one["id"] for one in (await office.get("/cases", **asked)).json()["data"]]


async def _history(office: Office, at: str, who: Caller) -> list[tuple[str, Any]]:
    events = (await office.get(f"{at}/events", who)).json()["data"]
    return [(one["what"], one["changes"]) for one in events]


async def _examined(office: Office, who: Caller, **more: Any) -> dict[str, Any]:
    """A case that Aida opened and somebody examined."""
    case = await started(office, violations=["linked_bidders"], **more)
    for move in ("open", "investigate"):
        case = await moved(office, case, move, who=who)
    await _evidence(office, case["id"])
    return case


async def _verified(office: Office, who: Caller) -> dict[str, Any]:
    """A case of middling severity that Aida opened and examined, and somebody verified."""
    return await moved(office, await _examined(office, AIDA), "verify", who=who)


async def _evidence(office: Office, case: str) -> None:
    """Attach something, as the evidence's own tests do by its routes."""
    async with office.tables() as connection:
        await connection.execute(
            "INSERT INTO evidence (id, case_id, organisation, name, media_type, size, sha256, scan,"
            " description, added_at) VALUES ('evd_' || $1, $1, 'own_a', 'a.pdf',"
            " 'application/pdf', 1, '\\x00', 'not_scanned', '', now())",
            case,
        )


async def _woken(office: Office, moment: Any) -> None:
    office.clock.moment = moment
    async with office.tables() as connection:
        await moving.wake(connection, service_caller(), moment)


def _json(value: Any) -> str:
    return json.dumps(value)


@pytest.mark.check("B9", tier=1, limit="no circle")
async def test_two_cases_that_are_merged_into_each_other_at_once_are_not_both_gone(
    office: Office,
) -> None:
    one, other = await started(office), await started(office)
    bodies = [
        (one["id"], {"move": "merge", "case": other["id"], "note": "x"}),
        (other["id"], {"move": "merge", "case": one["id"], "note": "y"}),
    ]
    answers = await asyncio.gather(
        *(office.post(f"/cases/{id_}/moves", body, BOLAT, seen="*") for id_, body in bodies)
    )

    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_severity_that_was_high_once_takes_a_second_person_for_good(office: Office) -> None:
    case = await started(office, severity="high", violations=["linked_bidders"])
    at = f"/cases/{case['id']}"
    for move in ("open", "investigate"):
        case = await moved(office, case, move, who=AIDA)
    await _evidence(office, case["id"])
    await office.send("PATCH", at, {"severity": "low"}, seen="*")

    own = await office.post(f"{at}/moves", {"move": "verify"}, AIDA, seen="*")
    other = await office.post(f"{at}/moves", {"move": "verify"}, BOLAT, seen="*")

    assert own.json()["conditions"] == ["second_person"]
    assert other.status_code == 200


@pytest.mark.parametrize("then", ["verified", "on_hold", "closed_unfounded"])
async def test_a_case_that_one_person_verified_becomes_severe_only_after_it_was_reopened(
    office: Office, then: str
) -> None:
    case = await _verified(office, AIDA)
    at = f"/cases/{case['id']}"
    if then == "on_hold":
        case = await moved(office, case, "hold", until="2026-03-10", note="Waiting.")
    if then == "closed_unfounded":
        case = await moved(office, case, "close_unfounded", reason="explained", note="x")

    alone = await office.send("PATCH", at, {"severity": "high", "title": "Severe"}, seen="*")
    lower = await office.send("PATCH", at, {"severity": "low"}, seen="*")

    assert problem(alone) == (409, "guard_failed")
    assert alone.json()["conditions"] == ["second_person"]
    assert lower.status_code == 200
    assert (await office.get(at)).json()["title"] == case["title"]


async def test_a_case_that_a_second_person_verified_or_that_was_reopened_may_become_severe(
    office: Office,
) -> None:
    two, alone = await _verified(office, BOLAT), await _verified(office, AIDA)
    raised = await office.send("PATCH", f"/cases/{two['id']}", {"severity": "high"}, seen="*")
    alone = await moved(office, alone, "close_unfounded", reason="explained", note="It was not.")
    await moved(office, alone, "reopen", reason="new_facts", note="A letter came.")
    at = f"/cases/{alone['id']}"
    again = await office.send("PATCH", at, {"severity": "high"}, seen="*")
    own = await office.post(f"{at}/moves", {"move": "verify"}, AIDA, seen="*")

    assert (raised.status_code, again.status_code) == (200, 200)
    assert own.json()["conditions"] == ["second_person"]


async def test_a_severe_case_that_was_merged_into_an_empty_one_takes_a_second_person_there(
    office: Office,
) -> None:
    severe = await _examined(office, AIDA, severity="high")
    middle = await started(office, severity="low")
    lower = await office.send("PATCH", f"/cases/{severe['id']}", {"severity": "low"}, seen="*")
    await moved(office, lower.json(), "merge", case=middle["id"], note="The same.")
    empty = await _examined(office, BOLAT, severity="low")
    await moved(office, middle, "merge", case=empty["id"], note="The same.")
    at = f"/cases/{empty['id']}/moves"

    first = await office.post(at, {"move": "verify", "case": severe["id"]}, AIDA, seen="*")
    own = await office.post(at, {"move": "verify"}, BOLAT, seen="*")
    third = await office.post(at, {"move": "verify"}, caller("mem_dana"), seen="*")

    assert first.json()["conditions"] == own.json()["conditions"] == ["second_person"]
    assert third.json()["state"] == "verified"


async def test_a_severe_case_is_merged_into_a_verified_one_only_if_a_second_person_verified_that(
    office: Office,
) -> None:
    severe = await _examined(office, AIDA, severity="high")
    alone, two = await _verified(office, AIDA), await _verified(office, BOLAT)
    mild = await started(office, severity="low")
    at = f"/cases/{severe['id']}"
    body = {"move": "merge", "note": "The same."}

    refused = await office.post(f"{at}/moves", {**body, "case": alone["id"]}, BOLAT, seen="*")
    harmless = await moved(office, mild, "merge", case=alone["id"], note="The same.", who=AIDA)
    merged = await office.post(f"{at}/moves", {**body, "case": two["id"]}, AIDA, seen="*")

    assert refused.json()["conditions"] == ["second_person"]
    assert harmless["merged_into"] == alone["id"]
    assert merged.json()["merged_into"] == two["id"]


async def test_a_reader_and_a_key_of_no_member_start_and_change_nothing(office: Office) -> None:
    case = await started(office)
    at = f"/cases/{case['id']}"
    nobody = caller(None, role="reader")
    for who in (READER, nobody):
        assert problem(await office.post("/cases", {"title": "x"}, who)) == (403, "role_missing")
        patched = await office.send("PATCH", at, {"title": "x"}, who, seen="*")
        assert problem(patched) == (403, "role_missing")


async def test_what_a_case_rests_on_and_its_alerts_are_not_taken_away_by_a_link(
    office: Office,
) -> None:
    await arrive(office, alert("alr_one"))
    case = await started(office, alerts=["alr_one"])
    [link] = [one for one in case["links"] if one["kind"] == "alert"]

    taken = await office.post(f"/cases/{case['id']}/links/{link['id']}:end", {"reason": "gone"})

    assert (problem(taken), taken.json()["conditions"]) == ((409, "guard_failed"), ["kind"])


async def test_a_share_without_links_tells_nothing_of_them_and_no_tip_is_told_at_all(
    office: Office,
) -> None:
    case = await started(office, processes=["prc_a"], assignees=["mem_marat"])
    at = f"/cases/{case['id']}"
    share = {"organisation": "own_b", "parts": ["summary"], "expires_at": "2026-09-01T00:00:00Z"}
    endless = {**share, "expires_at": "9999-12-31T23:59:59-23:00"}
    refused = await office.post(f"{at}/shares", endless)
    await office.post(f"{at}/shares", share)
    asked = (await office.get("/cases", STRANGER, process="prc_a")).json()["data"]
    assert (await office.get(at, STRANGER)).json()["assignees"] == []
    async with office.tables() as connection:
        await connection.execute(
            "INSERT INTO case_link VALUES ('lnk_t', $1, 'tip', 'tip_1', now())", case["id"]
        )
    await office.post(f"{at}/shares", {**share, "parts": ["links"]})
    seen = (await office.get(at, STRANGER)).json()["links"]

    assert problem(refused) == (422, "validation_failed")
    assert asked == []
    assert [one["kind"] for one in seen] == ["process"]
    assert len((await office.get("/cases", STRANGER, process="prc_a")).json()["data"]) == 1


async def test_a_case_with_an_open_outcome_is_not_handed_over_and_a_merged_one_grows_no_more(
    office: Office,
) -> None:
    case = await started(office)
    body = {"organisation": "own_b", "note": "Yours."}
    await office.post("/outcomes", {"kind": "order_issued", "case": case["id"]})
    unfinished = await office.post(f"/cases/{case['id']}:hand-over", body, BOLAT, seen="*")
    into = await started(office)
    await moved(office, case, "merge", case=into["id"], note="The same.")
    late = await office.post(f"/cases/{case['id']}/notes", {"text": "late"})

    assert unfinished.json()["conditions"] == ["outcomes"]
    assert problem(late) == (409, "transition_not_allowed")


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/cases", "state"),
        ("/cases", "severity"),
        ("/triage", "state"),
        ("/triage", "band"),
        ("/outcomes", "state"),
        ("/outcomes", "kind"),
        ("/complaints", "state"),
        ("/complaints", "route"),
        ("/authority/complaints", "state"),
        ("/stats/authorities", "route"),
        ("/templates", "route"),
        ("/legal/violations", "stage"),
        ("/inbox/tips", "status"),
    ],
)
async def test_a_filter_by_a_word_that_nothing_is_called_by_is_refused(
    office: Office, path: str, name: str
) -> None:
    refused = await office.get(path, AIDA, **{name: "zzz", "limit": 5})

    assert problem(refused) == (422, "validation_failed")
    assert refused.json()["errors"][0]["pointer"] == f"/query/{name}"
    assert "known: " in refused.json()["errors"][0]["message"]


async def test_what_a_role_does_not_allow_is_told_apart_from_what_a_key_does_not(
    office: Office,
) -> None:
    keyless = caller(role="admin", scopes=frozenset({"cases:read"}))

    role = await office.post("/cases", {"title": "No"}, READER)
    key = await office.post("/cases", {"title": "No"}, keyless)

    assert problem(role) == (403, "role_missing")
    assert problem(key) == (403, "scope_missing")
    assert role.json()["title"] != key.json()["title"]
