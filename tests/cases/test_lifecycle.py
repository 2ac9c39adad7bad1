"""The life cycle of a case against a table typed by hand: every move, state, role and side."""

from collections.abc import Mapping
from itertools import product
from typing import Any, Final

import pytest

from cases.casefile.store import Seen, may_write, writes
from cases.lifecycle import life_cycle, read
from shared.contracts.casework.cases import PARTS
from shared.errors import (
    GuardFailed,
    Problem,
    RoleMissing,
    TransitionNotAllowed,
    ValidationFailed,
)
from shared.security import Caller
from tests.cases.office import caller

ROLES: Final = ("reader", "monitor", "editor", "officer", "coordinator", "admin", "operator")
WORK: Final = ("monitor", "editor", "coordinator", "admin")
DECIDE: Final = ("editor", "coordinator", "admin")
CLOSED: Final = (
    *("closed_remedied", "closed_partly_remedied", "closed_not_remedied"),
    *("closed_unfounded", "closed_inconclusive"),
)
WORKED_ON: Final = ("open", "investigating", "verified", "acting", "monitoring_response")
STATES: Final = ("draft", *WORKED_ON, "on_hold", *CLOSED, "merged_into")

# Move: from where, to where, by whom, what it takes, what must hold.
MOVES: Final[Mapping[str, tuple[tuple[str, ...], str, tuple[str, ...], str, str]]] = {
    "open": (("draft",), "open", WORK, "", ""),
    "investigate": (("open",), "investigating", WORK, "", ""),
    "verify": (("investigating",), "verified", WORK, "", "evidence violation second_person"),
    "act": (("verified",), "acting", DECIDE, "", "acted"),
    "await_response": (("acting",), "monitoring_response", DECIDE, "", ""),
    "act_again": (("monitoring_response",), "acting", DECIDE, "", ""),
    "close_remedied": (
        *(("acting", "monitoring_response"), "closed_remedied"),
        *(DECIDE, "note", "proven_outcome"),
    ),
    "close_partly_remedied": (
        *(("acting", "monitoring_response"), "closed_partly_remedied"),
        *(DECIDE, "note", "proven_outcome"),
    ),
    "close_not_remedied": (
        *(("verified", "acting", "monitoring_response"), "closed_not_remedied"),
        *(DECIDE, "reason note", ""),
    ),
    "close_unfounded": (("draft", *WORKED_ON), "closed_unfounded", DECIDE, "reason note", ""),
    "close_inconclusive": (
        *(("open", "investigating"), "closed_inconclusive"),
        *(DECIDE, "reason note", ""),
    ),
    "hold": (WORKED_ON, "on_hold", WORK, "until note", ""),
    "resume": (("on_hold",), "investigating", WORK, "", ""),
    "merge": (("draft", *WORKED_ON, "on_hold"), "merged_into", DECIDE, "case note", "fits"),
    "reopen": (CLOSED, "investigating", DECIDE, "reason note", ""),
}
GIVEN: Final[dict[str, Any]] = {"note": "Why.", "until": "2026-04-01", "case": "cas_other"}
FACTS: Final = ("evidence", "violation", "second_person", "acted", "proven_outcome", "fits")

SIDES: Final = {"own": True, "foreign": False, "shared": False}
"""Whether whoever stands on this side of a case may move it at all."""


def test_the_table_names_every_state_and_every_move_that_is_declared() -> None:
    cycle = life_cycle("case")

    assert set(cycle.states) == set(STATES)
    assert set(cycle.moves) == set(MOVES)
    assert {name for name, state in cycle.states.items() if state.final} == {*CLOSED, "merged_into"}
    assert set(cycle.guards) == set(FACTS)


def test_every_move_from_every_state_by_every_role_on_every_side_is_as_in_the_table() -> None:
    asked = 0
    for move, state, role, side in product(MOVES, STATES, ROLES, SIDES):
        asked += 1
        assert outcome(move, state, role, side) == expected(move, state, role, side), (
            move,
            state,
            role,
            side,
        )
    assert asked == 15 * 13 * 7 * 3


def test_what_a_move_takes_and_what_must_hold_is_asked_one_by_one() -> None:
    cycle = life_cycle("case")
    for move, (before, after, roles, takes, guards) in MOVES.items():
        who, given, facts = caller(role=roles[0]), with_reason(move), dict.fromkeys(FACTS, True)
        decided = cycle.decide(move, before[0], who, given=given, facts=facts)
        assert decided.after == after
        for field in takes.split():
            lacking = {name: value for name, value in given.items() if name != field}
            with pytest.raises(ValidationFailed) as missing:
                cycle.decide(move, before[0], who, given=lacking, facts=facts)
            assert [error.pointer for error in missing.value.errors] == [f"/body/{field}"]
        for guard in guards.split():
            with pytest.raises(GuardFailed) as unmet:
                cycle.decide(move, before[0], who, given=given, facts=facts | {guard: False})
            assert unmet.value.extra["conditions"] == [guard]
        if "reason" in takes:
            with pytest.raises(ValidationFailed) as unknown:
                cycle.decide(move, before[0], who, given=given | {"reason": "because"}, facts=facts)
            assert unknown.value.errors[0].code == "unknown_reason"


def test_a_move_that_is_not_possible_names_those_that_are() -> None:
    cycle = life_cycle("case")
    for state, role in product(STATES, ROLES):
        possible = [move for move, row in MOVES.items() if state in row[0] and role in row[2]]
        assert cycle.possible(state, caller(role=role)) == possible
        away = next(move for move, row in MOVES.items() if state not in row[0])
        with pytest.raises(TransitionNotAllowed) as refused:
            cycle.decide(away, state, caller(role=role), given={}, facts={})
        assert refused.value.extra["allowed"] == possible


def test_no_state_but_the_first_is_out_of_reach_and_none_but_a_merged_case_is_a_dead_end() -> None:
    reached = {row[1] for row in MOVES.values()}
    left = {state for row in MOVES.values() for state in row[0]}

    assert reached | {"draft"} == set(STATES)
    assert set(STATES) - left == {"merged_into"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("code: x\ntitle: {kk: a, ru: b, en: c}\nfirst: nowhere\nstates: {}\nmoves: {}", "nowhere"),
        ("code: x", "x.yaml"),
        ("code: [", "x.yaml"),
    ],
)
def test_a_declaration_that_names_what_is_not_there_is_refused(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        read(text, "x.yaml")


def outcome(move: str, state: str, role: str, side: str) -> str:
    """What comes of a move: the state it leads to, or the code of the refusal."""
    who = caller(role=role, organisation="own_a" if side == "own" else "own_b")
    try:
        seen = seen_from(side, who)
        if seen is None:
            return "not_found"
        may_write(seen, who)
        step = life_cycle("case").decide(
            move, state, who, given=with_reason(move), facts=dict.fromkeys(FACTS, True)
        )
    except Problem as refusal:
        return refusal.code
    return step.after


def expected(move: str, state: str, role: str, side: str) -> str:
    before, after, roles, _, _ = MOVES[move]
    if side == "foreign":
        return "not_found"
    if side == "shared" or role not in WORK:
        return RoleMissing.code
    if state not in before:
        return TransitionNotAllowed.code
    return after if role in roles else RoleMissing.code


def seen_from(side: str, who: Caller) -> Seen | None:
    """The case as somebody sees it whose side of it this is; the caller is assigned."""
    row = {"created_by": "mem_other", "assignees": ["mem_aida"]}
    if side == "foreign":
        return None
    access: Any = side
    seen = Seen(row, access, frozenset(PARTS))
    assert writes(seen, who) == (SIDES[side] and who.role in WORK)
    return seen


def with_reason(move: str) -> dict[str, Any]:
    """All that any move takes, with the first reason that this one knows."""
    return {**GIVEN, "reason": next(iter(life_cycle("case").moves[move].reasons), "any")}
