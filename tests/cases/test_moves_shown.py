"""The moves that an object shows are those that its reader's role and part in it allow: no others.

Each move is tried with nothing of what it takes, so that what is lacking or does not hold yet is
refused for that alone.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final, NamedTuple

import pytest

from cases.lifecycle import life_cycle
from shared.security import Caller
from tests.cases.complaints.desk import CASE, drafted, open_case
from tests.cases.office import AIDA, BOLAT, MONITOR, OFFICER, READER, STRANGER, Office, caller
from tests.cases.publication.people import begun
from tests.cases.triage.alerts import alert, arrive

NEW: Final = caller("mem_new", role="monitor")
NEAR: Final = caller("mem_near", "own_near", "coordinator", kind="coordinator", region="75")
FAR: Final = replace(NEAR, organisation="own_far", region="10")
ASKED: Final = replace(OFFICER, speaks_for=frozenset({"authority:internal_audit"}))
EVERYBODY: Final = (AIDA, BOLAT, MONITOR, NEW, READER, STRANGER, NEAR, FAR, ASKED)

ROLE_OR_PART: Final = frozenset(
    {"scope_missing", "role_missing", "transition_not_allowed", "not_found"}
)


class Thing(NamedTuple):
    """An object with a life cycle: where it is read and moved, and its row."""

    cycle: str
    at: str
    moves: str
    row: str


@pytest.mark.thorough
async def test_each_move_that_is_shown_passes_by_role_and_part_and_each_other_one_does_not(
    office: Office,
) -> None:
    for thing, states, people in await things(office):
        for state in states:
            for who in people:
                await put(office, thing, state)
                answer = await office.get(thing.at, who)
                shown = set(answer.json().get("moves", ()))
                tried = {move: await let(office, thing, move, state, who) for move in moves(thing)}
                passed = {move for move, let_pass in tried.items() if let_pass}
                place = (thing.cycle, state, who.member, who.role)
                assert shown == passed, place


async def things(office: Office) -> list[tuple[Thing, Iterable[str], Iterable[Caller]]]:
    """A case of Aida's, shared with a stranger; what belongs to it; and an alert."""
    await open_case(office)
    share = {"organisation": "own_b", "parts": ["complaints"], "expires_at": "2026-09-01T00:00:00Z"}
    await office.post(f"/cases/{CASE}/shares", share)
    await office.send("PATCH", f"/cases/{CASE}", {"region": "751110000"}, AIDA, seen="*")
    complaint = (await drafted(office))["id"]
    told = {"kind": "order_issued", "case": CASE, "authority": "internal_audit"}
    made = await office.post("/outcomes", told)
    assert made.status_code == 201, made.text
    outcome = made.json()["id"]
    public = (await begun(office))["case"]
    await arrive(office, alert("alr_1"))
    await office.post("/alerts/alr_1/moves", {"move": "acknowledge"}, seen=0)
    case, of_outcome = f"/cases/{CASE}", f"/outcomes/{outcome}"
    of_complaint = f"/complaints/{complaint}"
    of_case = f"casefile SET state = $1 WHERE id = '{CASE}'"
    text = f"/cases/{public}/publication"
    row = "SET state = $1 WHERE id"
    return [
        (Thing("case", case, f"{case}/moves", of_case), ("open", "acting"), EVERYBODY),
        (
            Thing("complaint", of_complaint, f"{of_complaint}/moves", f"complaint {row} <> ''"),
            ("in_approval", "filed"),
            EVERYBODY,
        ),
        (
            Thing("outcome", of_outcome, f"{of_outcome}/moves", f"outcome {row} <> ''"),
            ("expected", "claimed", "confirmed"),
            (AIDA, MONITOR, READER, BOLAT, NEAR, STRANGER, ASKED),
        ),
        (
            Thing("publication", text, f"{text}/moves", f"publication {row} <> ''"),
            ("draft", "in_review"),
            (AIDA, BOLAT, NEW, READER, STRANGER),
        ),
        (
            Thing("alert", "/triage/alr_1", "/alerts/alr_1/moves", "triage SET state = $1"),
            ("new", "promoted"),
            (AIDA, NEW, READER),
        ),
    ]


def moves(thing: Thing) -> list[str]:
    return [code for code, move in life_cycle(thing.cycle).moves.items() if move.roles]


async def put(office: Office, thing: Thing, state: str) -> None:
    async with office.tables() as connection:
        await connection.execute(f"UPDATE {thing.row}", state)


async def let(office: Office, thing: Thing, move: str, state: str, who: Caller) -> bool:
    """Whether role and part let a move pass, whatever else it lacks."""
    answer = await office.post(thing.moves, {"move": move}, who, seen="*")
    if not answer.is_error:
        await put(office, thing, state)
    told: dict[str, Any] = answer.json()
    return not answer.is_error or told["code"] not in ROLE_OR_PART


async def test_a_coordinator_is_shown_moves_of_alerts_within_the_region_and_an_officer_no_case(
    office: Office,
) -> None:
    await arrive(office, alert("alr_1"))

    shown = {
        who.member or who.role: (await office.get("/triage/alr_1", who)).json()["moves"]
        for who in (NEAR, replace(FAR, member="mem_far"), OFFICER)
    }
    sent = await office.post("/alerts/alr_1/moves", {"move": "review"}, OFFICER, seen=0)
    opened = await office.post("/alerts/alr_1/moves", {"move": "promote"}, OFFICER, seen=1)

    assert shown == {
        "mem_near": ["acknowledge", "review", "dismiss", "snooze", "promote"],
        "mem_far": [],
        "mem_officer": ["acknowledge", "review", "dismiss", "snooze"],
    }
    assert sent.json()["state"] == "in_review"
    assert opened.json()["code"] == "role_missing"
