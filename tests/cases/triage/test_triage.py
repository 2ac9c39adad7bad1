"""Triage: alerts arrive, each organisation decides for itself, and several go into one case."""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import httpx
import msgspec
import pytest

from cases.lifecycle import life_cycle
from cases.triage import arriving, store
from cases.triage.moving import facts
from shared.contracts.casework.triage import AlertMove
from shared.errors import GuardFailed, ScopeMissing, TransitionNotAllowed
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
from tests.cases.triage.alerts import alert, arrive

EAST: Final = caller("mem_east", "own_east", "coordinator", kind="coordinator", region="63")
CODES: Final = ("R018", "R019", "R020", "R021")
ROLES: Final = ("reader", "monitor", "editor", "admin", "coordinator", "officer", "operator")


async def move(office: Office, id_: str, what: str, who: Any = AIDA, **more: Any) -> httpx.Response:
    seen = (await office.get(f"/triage/{id_}", who)).headers["etag"]
    return await office.post(f"/alerts/{id_}/moves", {"move": what, **more}, who, seen=seen)


async def states(office: Office, who: Any = AIDA, **asked: Any) -> dict[str, str]:
    answer = await office.get("/triage", who, **asked)
    assert answer.status_code == 200, answer.text
    return {each["alert"]: each["state"] for each in answer.json()["data"]}


async def feedback(office: Office) -> list[dict[str, Any]]:
    async with office.tables() as connection:
        rows = await connection.fetch(
            "SELECT body FROM feed_event WHERE feed = 'triage' ORDER BY seq"
        )
    return [msgspec.json.decode(row["body"]) for row in rows]


async def test_an_alert_is_new_with_each_organisation_until_somebody_of_it_touches_it(
    office: Office,
) -> None:
    entries = await arrive(office, alert("alr_1"), alert("alr_2", "prc_2", "critical"))
    async with office.tables() as connection:
        await arriving.apply(connection, entries)
    unseen = await office.post("/alerts/alr_1/moves", {"move": "acknowledge"})
    first = await office.post("/alerts/alr_1/moves", {"move": "acknowledge"}, seen=0)
    stale = await office.post("/alerts/alr_1/moves", {"move": "review"}, BOLAT, seen=0)
    twice = [
        await office.post("/alerts/alr_1/moves", {"move": "review"}, seen=1, key="the-same")
        for _ in range(2)
    ]
    missing = await office.post("/alerts/alr_9/moves", {"move": "review"}, seen=0)
    reader = await office.post("/alerts/alr_1/moves", {"move": "dismiss"}, READER, seen=2)

    assert problem(unseen) == (428, "precondition_required")
    assert (first.json()["state"], first.headers["etag"]) == ("acknowledged", '"1"')
    assert problem(stale) == (412, "version_conflict")
    assert [each.json()["state"] for each in twice] == ["in_review", "in_review"]
    assert problem(missing) == (404, "not_found")
    assert problem(reader) == (403, "role_missing")
    assert await states(office) == {"alr_1": "in_review", "alr_2": "new"}
    assert await states(office, STRANGER) == {"alr_1": "new", "alr_2": "new"}
    assert await states(office, state=["in_review"]) == {"alr_1": "in_review"}
    assert await states(office, band="critical", buyer="org_b", since="2026-03-02") == {
        "alr_2": "new"
    }
    assert await states(office, region="10") == await states(office, since="2026-03-03") == {}
    page = (await office.get("/triage", limit=1)).json()
    mark = str(page["after"]).replace("'", '"')
    assert [page["data"][0]["alert"], *await states(office, limit=1, after=mark)] == [
        "alr_2",
        "alr_1",
    ]


async def test_a_dismissal_says_why_and_the_reason_flows_back_to_scoring_without_a_name(
    office: Office,
) -> None:
    await arrive(office, alert("alr_1"), alert("alr_2", "prc_2"))
    silent = await move(office, "alr_1", "dismiss")
    odd = await move(office, "alr_1", "dismiss", reason="because")
    uncited = await move(office, "alr_1", "dismiss", reason="legal_exception")
    cited = await move(office, "alr_1", "dismiss", reason="legal_exception", note="16(3)(4)")
    again = await move(office, "alr_1", "review")
    await move(office, "alr_2", "dismiss", STRANGER, reason="data_error")

    assert problem(silent) == problem(odd) == (422, "validation_failed")
    assert uncited.json()["conditions"] == ["cited"]
    assert (cited.json()["state"], cited.json()["reason"]) == ("dismissed", "legal_exception")
    assert problem(again) == (409, "transition_not_allowed")
    told = await feedback(office)
    assert [(each["verdict"], each["reason"], each["indicators"]) for each in told] == [
        ("dismissed", "legal_exception", ["R018"]),
        ("dismissed", "data_error", ["R018"]),
    ]
    assert "own_" not in str(told)
    assert "mem_" not in str(told)
    [event, *_] = await office.told()
    assert (event["type"], event["organisations"]) == ("alert.triaged", ["own_a"])
    assert not event.get("public")


async def test_what_is_snoozed_comes_back_by_the_clock_and_when_the_band_rises(
    office: Office,
) -> None:
    await arrive(office, alert("alr_1"), alert("alr_2", "prc_2"), alert("alr_3", "prc_3"))
    tomorrow = (NOW + timedelta(days=1)).isoformat()
    snooze = {"reason": "waiting_for_documents", "until": tomorrow}
    for flaw in (
        {"until": (NOW - timedelta(days=1)).isoformat()},
        {"until": (NOW + timedelta(days=400)).isoformat()},
    ):
        refused = await move(office, "alr_1", "snooze", **{**snooze, **flaw})
        assert refused.json()["conditions"] == ["ends_later"]
    assert problem(await move(office, "alr_1", "snooze", until=tomorrow)) == (
        422,
        "validation_failed",
    )
    for id_ in ("alr_1", "alr_2"):
        assert (await move(office, id_, "snooze", **snooze)).json()["state"] == "snoozed"
    await arrive(office, alert("alr_4", "prc_2", "critical", indicators=["P03"]))
    risen = await states(office)
    async with office.tables() as connection:
        early = await store.wake(connection, NOW + timedelta(hours=23))
        late = await store.wake(connection, NOW + timedelta(days=1))
        idle = await store.wake(connection, NOW + timedelta(days=2))

    assert risen["alr_1"] == "snoozed"
    assert (risen["alr_2"], risen["alr_4"]) == ("new", "new")
    assert (early, late, idle) == (0, 1, 0)
    assert (await states(office))["alr_1"] == "new"
    whats = [
        each["data"].get("because") for each in await office.told() if "because" in each["data"]
    ]
    assert whats[0] == "alr_4"


async def test_a_snooze_of_a_buyer_holds_for_alerts_that_come_but_not_for_a_higher_band(
    office: Office,
) -> None:
    await arrive(office, alert("alr_1"))
    until = (NOW + timedelta(days=30)).isoformat()
    snooze = {"reason": "known_pattern", "until": until, "scope": "buyer"}
    await move(office, "alr_1", "snooze", **snooze)
    await arrive(
        office,
        alert("alr_2", "prc_2"),
        alert("alr_3", "prc_3", "critical"),
        alert("alr_4", "prc_4", buyer="org_other"),
    )
    asleep = await states(office)
    others = await states(office, STRANGER)
    await move(office, "alr_1", "wake")
    await arrive(office, alert("alr_5", "prc_5"), alert("alr_6", "prc_6", buyer=None))
    nobody = await move(office, "alr_6", "snooze", **snooze)

    assert asleep == {"alr_1": "snoozed", "alr_2": "snoozed", "alr_3": "new", "alr_4": "new"}
    assert set(others.values()) == {"new"}
    assert (await states(office))["alr_5"] == "new"
    assert problem(nobody) == (422, "validation_failed")


async def test_a_newer_alert_replaces_what_it_repeats_and_renews_what_was_dismissed(
    office: Office,
) -> None:
    await arrive(office, alert("alr_1"), alert("alr_2", "prc_2"), alert("alr_3", "prc_3"))
    await move(office, "alr_2", "review")
    await move(office, "alr_3", "dismiss", reason="below_interest")
    await arrive(
        office,
        alert("alr_4", "prc_1", indicators=["R018", "P03"]),
        alert("alr_5", "prc_2", indicators=["R018", "P03"]),
        alert("alr_6", "prc_3"),
    )
    same = await states(office)
    await arrive(office, alert("alr_7", "prc_3", indicators=["P03"]))

    assert same == {
        "alr_1": "superseded",
        "alr_2": "in_review",
        "alr_3": "dismissed",
        "alr_4": "new",
        "alr_5": "new",
        "alr_6": "new",
    }
    assert (await states(office))["alr_3"] == "new"
    assert (await office.get("/triage/alr_1")).json()["replaced_by"] == "alr_4"
    assert problem(await move(office, "alr_1", "review")) == (409, "transition_not_allowed")


async def test_a_feed_that_begins_anew_forgets_what_nobody_touched_and_no_decision(
    office: Office,
) -> None:
    await arrive(office, alert("alr_1"), alert("alr_2", "prc_2"))
    await move(office, "alr_1", "dismiss", reason="duplicate")
    async with office.tables() as connection:
        await arriving.reset(connection)
    kept = await states(office)
    await arrive(office, alert("alr_1"), alert("alr_8", "prc_8"))

    assert kept == {"alr_1": "dismissed"}
    assert await states(office) == {"alr_1": "dismissed", "alr_8": "new"}


async def test_several_alerts_go_into_one_case_and_one_alert_into_two(office: Office) -> None:
    await arrive(office, *(alert(f"alr_{n}", f"prc_{n}") for n in range(1, 5)))
    await move(office, "alr_4", "dismiss", reason="duplicate")
    batch = {"move": "promote", "alerts": ["alr_1", "alr_2", "alr_1"], "title": "Road of Semey"}
    part = await office.post("/alerts:batch", {**batch, "alerts": ["alr_1", "alr_4", "alr_9"]})
    refused = await office.post("/alerts:batch", {**batch, "alerts": ["alr_1", "alr_4"]})
    untouched = await states(office)
    made = (await office.post("/alerts:batch", batch, MONITOR)).json()
    case = (await office.get(f"/cases/{made['case']}")).json()
    other = (await move(office, "alr_3", "promote")).json()["cases"][0]
    both = (await move(office, "alr_1", "link", BOLAT, case=other)).json()
    only = await move(office, "alr_1", "return", BOLAT, case=other, reason="wrong_case")
    foreign = await move(office, "alr_2", "promote", STRANGER, case=made["case"])
    left = (await move(office, "alr_1", "unlink", BOLAT, case=other, reason="wrong_case")).json()
    back = (
        await move(office, "alr_1", "return", BOLAT, case=made["case"], reason="not_related")
    ).json()

    assert problem(part) == (404, "not_found")
    assert problem(refused) == (422, "validation_failed")
    assert [(each["pointer"], each["code"]) for each in refused.json()["errors"]] == [
        ("/body/alerts/1", "transition_not_allowed")
    ]
    assert untouched["alr_1"] == "new"
    assert [each["state"] for each in made["data"]] == ["promoted", "promoted"]
    assert (case["title"], case["severity"], case["state"]) == ("Road of Semey", "medium", "draft")
    assert {(link["kind"], link["target"]) for link in case["links"]} == {
        ("alert", "alr_1"),
        ("alert", "alr_2"),
        ("process", "prc_1"),
        ("process", "prc_2"),
    }
    assert set(both["cases"]) == {made["case"], other}
    assert only.json()["conditions"] == ["in_no_other_case"]
    assert problem(foreign) == (404, "not_found")
    assert (left["state"], left["cases"]) == ("promoted", [made["case"]])
    assert (back["state"], back["cases"]) == ("in_review", [])
    assert (await states(office, STRANGER))["alr_2"] == "new"


async def test_an_alert_that_is_linked_by_hand_lends_its_indicators_as_a_promoted_one_does(
    office: Office,
) -> None:
    known = [alert(f"alr_{n}", f"prc_{n}", indicators=[code]) for n, code in enumerate(CODES)]
    await arrive(office, *known)
    made = (await move(office, "alr_0", "promote")).json()["cases"][0]
    begun = (await office.post("/cases", {"title": "By hand", "alerts": ["alr_1"]})).json()
    at = f"/cases/{begun['id']}"
    for id_ in ("alr_0", "alr_2", "alr_2"):
        linked = await office.post(f"{at}/links", {"kind": "alert", "target": id_})
    await move(office, "alr_3", "dismiss", reason="below_interest")
    refused = await office.post(f"{at}/links", {"kind": "alert", "target": "alr_3"})
    unknown = await office.post(f"{at}/links", {"kind": "alert", "target": "alr_9"})
    for code in ("alr_0", "alr_2"):
        foreign = await office.post(f"{at}/links", {"kind": "alert", "target": code}, STRANGER)
        assert problem(foreign) == (404, "not_found")
    out = (await office.post("/outcomes", {"kind": "order_issued", "case": begun["id"]})).json()
    await office.post(f"{at}/moves", {"move": "open"}, seen="*")
    counted = [await opened(office, code) for code in CODES]
    back = await move(office, "alr_2", "return", case=begun["id"], reason="wrong_case")
    left = [await opened(office, code) for code in CODES]
    after = (await office.get(at)).json()["links"]

    assert (linked.status_code, problem(unknown)) == (200, (404, "not_found"))
    assert problem(refused) == (409, "transition_not_allowed")
    assert set((await office.get("/triage/alr_0")).json()["cases"]) == {made, begun["id"]}
    assert out["indicators"] == ["R018", "R019", "R020"]
    assert (counted, left) == ([1, 1, 1, 0], [1, 1, 0, 0])
    assert back.json()["state"] == "in_review"
    assert {one["target"] for one in after if one["kind"] == "alert"} == {"alr_0", "alr_1"}


async def opened(office: Office, indicator: str) -> int:
    """How many cases were opened that an indicator led to."""
    found = (await office.get("/stats/impact", indicator=indicator)).json()["figures"]
    [number] = [each["number"] for each in found if each["code"] == "cases_opened"]
    return int(number)


async def test_similar_alerts_are_shown_with_their_reasons_and_windows_with_who_may_use_them(
    office: Office,
) -> None:
    posted = NOW - timedelta(hours=2)
    await arrive(
        office,
        alert("alr_1", stage="award_unsigned", method="competition", results_at=posted),
        alert("alr_2", "prc_1", indicators=["P03"]),
        alert("alr_3", "prc_3", buyer="org_x", suppliers=["org_y", "org_s"]),
        alert(
            "alr_4", "prc_4", buyer="org_x", suppliers=[], stage="award_unsigned", method="direct"
        ),
    )
    await move(office, "alr_3", "review")
    seen = (await office.get("/triage/alr_1")).json()
    direct = (await office.get("/triage/alr_4")).json()
    windows = {each["route"]: each for each in seen["windows"]}

    assert seen["similar_count"] == 2
    assert [(one["alert"], one["state"], one["reasons"]) for one in seen["similar"]] == [
        ("alr_2", "new", ["same_process", "same_buyer", "same_supplier"]),
        ("alr_3", "in_review", ["same_supplier", "same_indicator"]),
    ]
    assert windows["pp25_supplier"]["standing"] == ["potential_supplier"]
    assert windows["pp25_supplier"]["who"][0]["en"] == "potential supplier"
    assert windows["pp25_supplier"]["closes_at"] == "2026-03-05T19:00:00Z"
    assert seen["windows"][0]["route"] == "pp25_supplier"
    assert "pp25_supplier" not in {each["route"] for each in direct["windows"]}
    assert direct["windows"]
    untold = (await office.get("/triage/alr_2")).json()
    assert (untold["windows"], untold["windows_reason"]) == ([], "stage_unknown")
    assert seen["windows_reason"] is None


async def test_without_a_method_the_routes_for_any_method_are_shown_with_the_reason(
    office: Office,
) -> None:
    await arrive(office, alert("alr_1", stage="contract_running"))
    seen = (await office.get("/triage/alr_1")).json()

    assert "appc76_appeal" in {each["route"] for each in seen["windows"]}
    assert seen["windows_reason"] == "method_unknown"


async def test_that_somebody_works_on_it_is_told_in_numbers_a_day_late_and_only_if_they_let_it(
    office: Office,
) -> None:
    await arrive(office, alert("alr_1"), alert("alr_2", "prc_2"))
    admins = [caller(f"mem_{n}", f"own_{n}", "admin") for n in range(3)]
    third = caller("mem_buyer", "own_c", kind="buyer")
    for who in admins[:2]:
        await office.send("PATCH", "/triage-telling", {"tells": True}, who)
    for who in admins:
        await move(office, "alr_1", "review", who)
    hidden = (await move(office, "alr_2", "promote", admins[0])).json()["cases"][0]
    async with office.tables() as connection:
        await connection.execute("UPDATE casefile SET embargoed = true WHERE id = $1", hidden)

    async def elsewhere(id_: str, who: Any) -> int | None:
        number: int | None = (await office.get(f"/triage/{id_}", who)).json()["elsewhere"]
        return number

    at_once = await elsewhere("alr_1", AIDA)
    office.clock.moment = NOW + timedelta(days=1)
    told = [await elsewhere("alr_1", who) for who in (AIDA, admins[0], OFFICER, third)]
    embargoed = await elsewhere("alr_2", AIDA)
    async with office.tables() as connection:
        await connection.execute("UPDATE casefile SET embargoed = false WHERE id = $1", hidden)
    published = await elsewhere("alr_2", AIDA)
    async with office.tables() as connection:
        await connection.execute(
            "INSERT INTO case_link (id, case_id, kind, target, linked_at)"
            " VALUES ('lnk_1', $1, 'tip', 'tip_1', $2)",
            hidden,
            NOW,
        )
    of_tip = await elsewhere("alr_2", AIDA)
    by_monitor = await office.send("PATCH", "/triage-telling", {"tells": True}, MONITOR)
    stops = await office.send("PATCH", "/triage-telling", {"tells": False}, admins[0])

    assert at_once == 0
    assert told == [2, 1, None, None]
    assert (embargoed, published, of_tip) == (0, 1, 0)
    assert problem(by_monitor) == (403, "role_missing")
    assert stops.json() == {"tells": False, "since": None}
    assert await elsewhere("alr_1", AIDA) == 1


async def test_a_coordinator_handles_the_alerts_of_their_region_and_no_others(
    office: Office,
) -> None:
    await arrive(office, alert("alr_1"), alert("alr_2", "prc_2", kato="632810000"))
    outside = await move(office, "alr_1", "acknowledge", EAST)
    inside = await move(office, "alr_2", "acknowledge", EAST)

    assert outside.json()["conditions"] == ["in_region"]
    assert inside.json()["state"] == "acknowledged"


def _allowed(moved: str, state: str, role: str) -> bool:
    may = {
        "acknowledge": ["new"],
        "review": ["new", "acknowledged"],
        "dismiss": ["new", "acknowledged", "in_review"],
        "snooze": ["new", "acknowledged", "in_review"],
        "promote": ["new", "acknowledged", "in_review"],
        "wake": ["snoozed"],
        "link": ["promoted"],
        "unlink": ["promoted"],
        "return": ["promoted"],
        "reopen": ["dismissed"],
    }
    who = {"editor", "admin", "coordinator"} | ({"monitor"} if moved != "reopen" else set())
    who |= {"officer"} if moved in {"acknowledge", "review", "dismiss", "snooze", "wake"} else set()
    return state in may.get(moved, []) and role in who


def test_every_move_from_every_state_by_every_role_is_allowed_or_refused_as_agreed() -> None:
    cycle = life_cycle("alert")
    everything = dict.fromkeys(cycle.guards, True)
    given = {"reason": None, "note": "n", "until": "u", "case": "cas_1"}
    for moved, state, role in itertools.product(cycle.moves, cycle.states, ROLES):
        who = replace(AIDA, role=role)
        with_reason = {**given, "reason": next(iter(cycle.moves[moved].reasons), None)}
        if _allowed(moved, state, role):
            step = cycle.decide(moved, state, who, given=with_reason, facts=everything)
            assert step is cycle.moves[moved]
            for guard in step.guards:
                with pytest.raises(GuardFailed):
                    cycle.decide(
                        moved, state, who, given=with_reason, facts=everything | {guard: False}
                    )
        else:
            with pytest.raises((TransitionNotAllowed, ScopeMissing)):
                cycle.decide(moved, state, who, given=with_reason, facts=everything)


@pytest.mark.parametrize(
    ("cases", "moved", "region", "unmet"),
    [
        ([], AlertMove(move="dismiss", reason="legal_exception"), "75", {"cited"}),
        (["cas_1"], AlertMove(move="unlink", case="cas_1"), "75", {"in_another_case"}),
        (["cas_1", "cas_2"], AlertMove(move="return", case="cas_1"), "75", {"in_no_other_case"}),
        (["cas_1"], AlertMove(move="unlink", case="cas_3"), "75", {"linked"}),
        ([], AlertMove(move="review"), "71", {"in_region"}),
    ],
)
def test_the_conditions_of_a_move_are_decided_from_the_alert_and_what_is_asked(
    cases: Sequence[str], moved: AlertMove, region: str, unmet: set[str]
) -> None:
    who = replace(EAST, region="75")
    row = {"region": f"{region}1110000", "cases": cases}
    found = facts(row, who, moved, NOW)
    asked = set(life_cycle("alert").moves[moved.move].guards)

    assert {name for name in asked if not found[name]} == unmet
