"""Outcomes: expected, claimed, confirmed by somebody else, disputed; nobody else's, never twice."""

import asyncio
from argparse import Namespace
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, get_args

import httpx
import pytest

from cases.commands import impact
from cases.lifecycle import life_cycle
from cases.outcomes.sense import amounts
from shared.contracts.casework.outcomes import Kind
from tests.cases.office import (
    AIDA,
    BOLAT,
    MONITOR,
    OFFICER,
    READER,
    STRANGER,
    Office,
    caller,
    problem,
)

COORDINATOR = caller("mem_east", "own_east", "coordinator", kind="coordinator", region="75")
RETURNED = {
    "kind": "money_returned",
    "contract": "№ 990240000001/ 250012 /00",
    "authority": "kvga",
    "region": "751110000",
    "amount": "4500000.10",
    "amount_kind": "returned",
}


STOPPED = {
    "kind": "contract_cancelled",
    "process": "prc_a",
    "amount": "200.00",
    "amount_kind": "prevented",
}


async def expected(office: Office, who: Any = AIDA, **more: Any) -> dict[str, Any]:
    answer = await office.post("/outcomes", {**RETURNED, **more}, who)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def claimed(office: Office, body: dict[str, Any], who: Any = AIDA) -> dict[str, Any]:
    """Expect an outcome and claim it."""
    made = await office.post("/outcomes", body, who)
    assert made.status_code == 201, made.text
    answer = await moved(office, made.json(), "claim", who)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def claims(office: Office, figure: str) -> tuple[int, str]:
    """How many are claimed by everybody together, and their sum."""
    found = (await office.get("/stats/impact")).json()["figures"]
    [one] = [each for each in found if each["code"] == figure]
    return one["claimed_number"], one["claimed_amount"]


def of_settings(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a command find the database of the office."""
    for name, value in office.settings.model_dump(exclude_none=True).items():
        secret = getattr(value, "get_secret_value", None)
        monkeypatch.setenv(name.upper(), str(secret() if secret else value))


async def moved(
    office: Office, outcome: dict[str, Any], move: str, who: Any = AIDA, **more: Any
) -> httpx.Response:
    path = f"/outcomes/{outcome['id']}"
    seen = (await office.get(path, who)).headers.get("etag", '"1"')
    return await office.post(f"{path}/moves", {"move": move, **more}, who, seen=seen)


async def proven(office: Office, outcome: dict[str, Any]) -> None:
    """Attach a proof; how evidence comes into a case is told elsewhere."""
    async with office.tables() as connection:
        await connection.execute("UPDATE outcome SET proof = 'evd_1' WHERE id = $1", outcome["id"])


async def test_what_one_claims_another_confirms_and_the_money_is_exact_all_the_way(
    office: Office,
) -> None:
    outcome = await expected(office, MONITOR)
    claimed = (await moved(office, outcome, "claim", MONITOR)).json()
    unproven = await moved(office, outcome, "confirm", AIDA)
    await proven(office, outcome)
    by_claimant = await moved(office, outcome, "confirm", replace(MONITOR, role="editor"))
    confirmed = (await moved(office, outcome, "confirm", AIDA)).json()
    disputed = (
        await moved(office, outcome, "reopen", BOLAT, reason="wrong_amount", note="Half came back.")
    ).json()
    refuted = (
        await moved(office, outcome, "refute", BOLAT, reason="not_done", note="Nothing came.")
    ).json()

    assert (outcome["state"], claimed["state"]) == ("expected", "claimed")
    assert claimed["amount"] == "4500000.10"
    assert claimed["counted_once_key"] == "990240000001/250012/00"
    assert unproven.json()["conditions"] == ["proved"]
    assert by_claimant.json()["conditions"] == ["another_person"]
    assert (confirmed["state"], confirmed["moves"]) == ("confirmed", [])
    assert (disputed["state"], disputed["confirmed_at"]) == ("disputed", None)
    assert refuted["state"] == "refuted"
    assert [(each["type"], each["data"].get("amount")) for each in await office.told()] == [
        ("outcome.claimed", "4500000.10"),
        ("outcome.confirmed", "4500000.10"),
        ("outcome.disputed", "4500000.10"),
        ("outcome.refuted", "4500000.10"),
    ]


async def test_who_tells_a_claimed_sum_anew_has_claimed_it_and_confirms_it_not(
    office: Office,
) -> None:
    outcome = await expected(office, MONITOR)
    await moved(office, outcome, "claim", MONITOR)
    await proven(office, outcome)
    path = f"/outcomes/{outcome['id']}"
    stale = await office.send("PATCH", path, {"amount": "5000000"}, AIDA, seen=1)
    changed = await office.send("PATCH", path, {"amount": "5000000"}, AIDA, seen=2)
    alone = await office.send("PATCH", path, {"amount": None}, AIDA, seen=3)
    by_changer = await moved(office, outcome, "confirm", AIDA)
    by_admin = await moved(office, outcome, "confirm", BOLAT)
    late = await office.send("PATCH", path, {"amount": "1"}, AIDA, seen=4)

    assert problem(stale) == (412, "version_conflict")
    assert (changed.json()["amount"], changed.headers["etag"]) == ("5000000.00", '"3"')
    assert problem(alone) == (422, "validation_failed")
    assert by_changer.json()["conditions"] == ["another_person"]
    assert by_admin.json()["amount"] == "5000000.00"
    assert problem(late) == (409, "transition_not_allowed")


@pytest.mark.check("A8", tier=1, limit="all refused")
async def test_who_attached_the_proof_confirms_not_whoever_claimed(office: Office) -> None:
    case = (await office.post("/cases", {"title": "Roads"})).json()["id"]
    async with office.tables() as connection:
        await connection.execute(_EVIDENCE, case)
    with_proof, told_anew = [
        await expected(office, case=case, counted_once_key=key, proof=proof)
        for key, proof in (("1", "evd_1"), ("2", None))
    ]
    for outcome in (with_proof, told_anew):
        await moved(office, outcome, "claim", MONITOR)
    path = f"/outcomes/{told_anew['id']}"
    attached = await office.send("PATCH", path, {"proof": "evd_1"}, BOLAT, seen=2)
    by_who_attached = [
        await moved(office, with_proof, "confirm", AIDA),
        await moved(office, told_anew, "confirm", BOLAT),
    ]
    by_others = [
        await moved(office, with_proof, "confirm", BOLAT),
        await moved(office, told_anew, "confirm", AIDA),
    ]

    assert attached.json()["proof"] == "evd_1"
    assert [each.json()["conditions"] for each in by_who_attached] == [["another_person"]] * 2
    assert [each.json()["state"] for each in by_others] == ["confirmed"] * 2


async def test_one_organisation_counts_one_thing_once_and_names_the_next_by_its_number(
    office: Office,
) -> None:
    await expected(office)
    again = await office.post("/outcomes", {**RETURNED, "contract": "990240000001/250012/00"})
    second = await expected(office, counted_once_key="order 7")
    others = await expected(office, STRANGER)
    renamed = await office.send(
        "PATCH",
        f"/outcomes/{second['id']}",
        {"counted_once_key": RETURNED["contract"]},
        seen=1,
    )

    blank = await office.send(
        "PATCH", f"/outcomes/{second['id']}", {"counted_once_key": "#"}, seen=1
    )

    assert problem(blank) == (422, "validation_failed")
    assert problem(again) == problem(renamed) == (409, "counted_already")
    assert others["counted_once_key"] == "990240000001/250012/00"


async def test_a_purchase_reported_by_its_process_and_by_its_contract_too_counts_once(
    office: Office,
) -> None:
    await claimed(office, STOPPED)
    theirs = await claimed(office, {**STOPPED, "kind": "contract_void", "contract": "7"}, STRANGER)

    assert theirs["counted_once_key"] == "prc_a"
    assert await claims(office, "purchases_stopped") == (1, "200.00")
    assert await claims(office, "money_prevented") == (1, "200.00")


async def test_what_is_no_end_of_a_purchase_counts_by_contract_of_which_it_has_several(
    office: Office,
) -> None:
    made = [await expected(office, process="prc_a", contract=number) for number in ("1", "2")]

    assert [each["counted_once_key"] for each in made] == ["1", "2"]


async def test_a_purchase_that_was_kept_under_its_contract_counts_once_after_the_command(
    office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What names its contract as key is as one that was kept when the contract came first."""
    of_settings(office, monkeypatch)
    by_contract = [{**STOPPED, "contract": n, "counted_once_key": n} for n in ("№ 7", "№ 8")]
    await claimed(office, STOPPED)
    first = await claimed(office, by_contract[0], STRANGER)
    office.clock.moment += timedelta(minutes=1)
    second = await claimed(office, by_contract[1], STRANGER)
    before = await claims(office, "purchases_stopped")

    for _ in range(2):
        assert await asyncio.to_thread(impact.run, Namespace(action="rekey")) == 0

    kept = [
        (await office.get(f"/outcomes/{each['id']}", STRANGER)).json() for each in (first, second)
    ]
    after = await claims(office, "purchases_stopped")
    assert await asyncio.to_thread(impact.run, Namespace(action="rebuild")) == 0
    assert [each["counted_once_key"] for each in kept] == ["prc_a", "8"]
    assert (before, after) == ((3, "600.00"), (2, "400.00"))
    assert await claims(office, "purchases_stopped") == after
    assert capsys.readouterr().out.splitlines()[:2] == [
        "1 outcomes are counted by their process, 1 stay by contract",
        "0 outcomes are counted by their process, 1 stay by contract",
    ]


async def test_a_body_that_cannot_be_meant_is_refused_and_nothing_is_kept(office: Office) -> None:
    for flaw in (
        {"amount": "1.001"},
        {"amount": "-1"},
        {"amount": "1000000000000000"},
        {"amount": "NaN"},
        {"amount_kind": None},
        {"kind": "miracle"},
        {"contract": "№"},
        {"counted_once_key": "# №"},
        {"region": "not a place"},
        {"case": "cas_" + "0" * 26},
        {"unknown": 1},
    ):
        refused = await office.post("/outcomes", {**RETURNED, **flaw})
        assert refused.status_code in {400, 404, 422}, (flaw, refused.text)
    reader = await office.post("/outcomes", RETURNED, READER)
    officer = await office.post("/outcomes", RETURNED, OFFICER)

    assert problem(reader) == problem(officer) == (403, "role_missing")
    assert (await office.get("/outcomes")).json()["data"] == []


async def test_an_amount_is_one_that_its_kind_of_outcome_can_have(office: Office) -> None:
    twice_counted = {"kind": "fine_imposed", "amount_kind": "returned"}
    refused = await office.post("/outcomes", {**RETURNED, **twice_counted})
    fine = await expected(office, kind="fine_imposed", amount_kind="fined")
    path = f"/outcomes/{fine['id']}"
    anew = await office.send("PATCH", path, {"amount_kind": "returned"}, AIDA, seen=1)
    law = await office.post("/outcomes", {**RETURNED, "kind": "law_changed"})

    for answer, possible in ((refused, "fined"), (anew, "fined"), (law, "not told")):
        (flaw,) = answer.json()["errors"]
        assert (answer.status_code, flaw["code"]) == (422, "not_of_this_kind")
        assert flaw["message"].endswith(f"an amount is {possible}")
    assert {*amounts()} == {*get_args(Kind)}, "every kind is declared"
    once = {"fined": "fine_imposed", "returned": "money_returned"}
    for what, kind in once.items():
        assert [each for each, possible in amounts().items() if what in possible] == [kind]


async def test_an_outcome_happened_between_the_first_purchases_and_today_in_kazakhstan(
    office: Office,
) -> None:
    office.clock.moment = datetime(2026, 3, 2, 19, 30, tzinfo=UTC)  # half past midnight there
    today = await expected(office, happened_on="2026-03-03")
    path = f"/outcomes/{today['id']}"
    for day in ("2999-01-01", "0001-01-01", "2026-03-04", "1999-12-31"):
        told = {**RETURNED, "happened_on": day, "counted_once_key": day}
        answers = [
            await office.post("/outcomes", told),
            await office.send("PATCH", path, {"happened_on": day}, AIDA, seen=1),
        ]
        for answer in answers:
            (flaw,) = answer.json()["errors"]
            assert (answer.status_code, flaw["pointer"]) == (422, "/body/happened_on")
            assert flaw["message"] == "lies between 2000-01-01 and today, 2026-03-03"
    assert len((await office.get("/outcomes")).json()["data"]) == 1


async def test_others_see_what_is_confirmed_the_authority_what_it_is_asked_the_coordinator_all(
    office: Office,
) -> None:
    outcome = await expected(office, subject="3", process="prc_a")
    path = f"/outcomes/{outcome['id']}"
    asked = replace(OFFICER, speaks_for=frozenset({"authority:kvga"}))
    seen = {
        who.member: (await office.get(path, who)).json()
        for who in (AIDA, READER, asked, COORDINATOR)
    }
    unseen = [await office.get(path, who) for who in (STRANGER, OFFICER)]
    listed = (await office.get("/outcomes", STRANGER)).json()["data"]
    foreign = await moved(office, outcome, "claim", STRANGER)
    unasked = await moved(office, outcome, "claim", OFFICER)
    claimed = await moved(office, outcome, "claim", asked)
    elsewhere = replace(COORDINATOR, region="10")
    outside = await moved(office, outcome, "dispute", elsewhere, reason="not_done", note="No.")
    disputed = await moved(office, outcome, "dispute", COORDINATOR, reason="not_done", note="No.")
    await proven(office, outcome)
    await moved(office, outcome, "confirm", BOLAT)
    counted = (await office.get(path, STRANGER)).json()
    meddling = await moved(office, outcome, "reopen", STRANGER, reason="not_done", note="No.")

    assert seen["mem_aida"]["contract"] == seen["mem_reader"]["contract"] == RETURNED["contract"]
    assert seen["mem_aida"]["moves"] == ["claim", "give_up"]
    assert seen["mem_reader"]["moves"] == counted["moves"] == []
    assert {counted[name] for name in ("contract", "process", "subject", "authority")} == {None}
    assert counted["amount"] == "4500000.10"
    assert seen["mem_officer"]["subject"] == "3"
    assert seen["mem_east"]["contract"] == RETURNED["contract"]
    refused = (*unseen, foreign, unasked, outside, meddling)
    assert {problem(answer) for answer in refused} == {(404, "not_found")}
    assert listed == []
    assert (claimed.json()["state"], disputed.json()["state"]) == ("claimed", "disputed")


async def test_the_body_that_an_outcome_is_expected_of_may_claim_it_and_nothing_else(
    office: Office,
) -> None:
    accused = caller(
        "mem_head", "own_audit", "admin", kind="authority", speaks_for=frozenset({"authority:kvga"})
    )
    outcome = await expected(office)
    path = f"/outcomes/{outcome['id']}"
    told_anew = await office.send("PATCH", path, {"amount": "1"}, accused, seen=1)
    offered = [(await office.get(path, accused)).json()["moves"]]
    given_up = await moved(office, outcome, "give_up", accused, note="No.")
    claimed = await moved(office, outcome, "claim", accused)
    await proven(office, outcome)
    offered.append(claimed.json()["moves"])
    why = {"reason": "not_done", "note": "No."}
    refused = [
        given_up,
        await moved(office, outcome, "dispute", accused, **why),
        await moved(office, outcome, "confirm", replace(accused, member="mem_second")),
    ]
    await moved(office, outcome, "dispute", BOLAT, **why)
    refused.append(await moved(office, outcome, "refute", accused, **why))
    confirmed = await moved(office, outcome, "confirm", BOLAT)
    refused.append(await moved(office, outcome, "reopen", accused, **why))

    assert {problem(answer) for answer in (told_anew, *refused)} == {(403, "role_missing")}
    assert offered == [["claim"], []]
    assert (claimed.json()["state"], confirmed.json()["amount"]) == ("claimed", "4500000.10")


async def test_lists_are_paged_and_filtered_and_a_key_sent_twice_makes_one_outcome(
    office: Office,
) -> None:
    for number in range(3):
        await expected(office, counted_once_key=str(number), amount=f"{number}000000")
    twice = [
        await office.post("/outcomes", {**RETURNED, "counted_once_key": "k"}, key="the-same")
        for _ in range(2)
    ]
    first = (await office.get("/outcomes", limit=3)).json()
    rest = (
        await office.get("/outcomes", limit=3, after=str(first["after"]).replace("'", '"'))
    ).json()
    dear = (await office.get("/outcomes", amount_from=2000000, kind="money_returned")).json()
    near = (await office.get("/outcomes", region="75", state=["claimed", "expected"])).json()
    far = (await office.get("/outcomes", region="10")).json()

    assert twice[0].json()["id"] == twice[1].json()["id"]
    assert (len(first["data"]), len(rest["data"]), rest["after"]) == (3, 1, None)
    assert {one["id"] for one in first["data"]}.isdisjoint(one["id"] for one in rest["data"])
    assert sorted(one["amount"] for one in dear["data"]) == ["2000000.00", "4500000.10"]
    assert (len(near["data"]), far["data"]) == (4, [])


def test_every_move_is_refused_from_every_other_state_and_to_every_other_role() -> None:
    cycle = life_cycle("outcome")
    roles = ("reader", "monitor", "editor", "admin", "coordinator", "officer", "operator")
    may = {
        "claim": ({"expected"}, {"monitor", "editor", "admin", "officer"}),
        "give_up": ({"expected"}, {"editor", "admin", "coordinator"}),
        "confirm": ({"claimed", "disputed"}, {"editor", "admin", "coordinator"}),
        "dispute": ({"claimed"}, {"admin", "coordinator"}),
        "refute": ({"disputed"}, {"admin", "coordinator"}),
        "reopen": ({"confirmed"}, {"admin", "coordinator"}),
    }

    assert may.keys() == cycle.moves.keys()
    found = {
        (move, state, role)
        for role in roles
        for state in cycle.states
        for move in cycle.possible(state, replace(AIDA, role=role))
    }
    assert found == {
        (move, state, role)
        for move, (states, those) in may.items()
        for state in states
        for role in those
    }


_EVIDENCE: Final = """
    INSERT INTO evidence (id, case_id, organisation, name, media_type, size, sha256, scan,
                          description, added_at)
    VALUES ('evd_1', $1, 'own_a', 'order', 'image/jpeg', 1, '\\x00', 'none', '', now())
"""
