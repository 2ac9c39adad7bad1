"""The life cycle of a publication against a table typed by hand: every move, state and role."""

from collections.abc import Mapping
from itertools import product
from typing import Final

import pytest

from cases.lifecycle import life_cycle
from shared.errors import (
    GuardFailed,
    Problem,
    RoleMissing,
    TransitionNotAllowed,
    ValidationFailed,
)
from tests.cases.office import caller

ROLES: Final = ("reader", "monitor", "editor", "officer", "coordinator", "admin", "operator")
STATES: Final = ("draft", "in_review", "notified", "published", "withdrawn")
ASK: Final = ("editor", "coordinator", "admin")
SURE: Final = "checklist sums_checked harmless not_embargoed second_person"

# Move: from where, to where, by whom, what it takes, what must hold.
MOVES: Final[Mapping[str, tuple[tuple[str, ...], str, tuple[str, ...], str, str]]] = {
    "submit": (("draft",), "in_review", ASK, "", "written"),
    "return": (("in_review", "notified"), "draft", ASK, "note", ""),
    "notify": (("in_review",), "notified", ("admin",), "", f"written {SURE}"),
    "publish": (("notified",), "published", ("admin",), "", f"{SURE} told heard"),
    "withdraw": (("published",), "withdrawn", ("admin",), "reason note", ""),
}
GIVEN: Final = {"note": "Why.", "reason": "data_error"}
FACTS: Final = {"written", "told", "heard", *SURE.split()}


def test_every_move_from_every_state_by_every_role_is_as_in_the_table() -> None:
    cycle = life_cycle("publication")

    assert (set(cycle.states), set(cycle.moves)) == (set(STATES), set(MOVES))
    assert set(cycle.guards) == FACTS
    assert [name for name, state in cycle.states.items() if state.final] == ["withdrawn"]
    for move, state, role in product(MOVES, STATES, ROLES):
        before, after, roles, _, _ = MOVES[move]
        want: str | type[Problem] = after if role in roles else RoleMissing
        want = want if state in before else TransitionNotAllowed
        found: str | type[Problem]
        try:
            facts = dict.fromkeys(FACTS, True)
            found = cycle.decide(move, state, caller(role=role), given=GIVEN, facts=facts).after
        except Problem as refusal:
            found = type(refusal)
        assert found == want, (move, state, role)


def test_what_a_move_of_a_publication_takes_and_what_must_hold_is_asked_one_by_one() -> None:
    cycle = life_cycle("publication")
    for move, (before, _, roles, takes, guards) in MOVES.items():
        who, facts = caller(role=roles[0]), dict.fromkeys(FACTS, True)
        for field in takes.split():
            lacking = {name: value for name, value in GIVEN.items() if name != field}
            with pytest.raises(ValidationFailed) as missing:
                cycle.decide(move, before[0], who, given=lacking, facts=facts)
            assert [error.pointer for error in missing.value.errors] == [f"/body/{field}"]
        for guard in guards.split():
            with pytest.raises(GuardFailed) as unmet:
                cycle.decide(move, before[0], who, given=GIVEN, facts=facts | {guard: False})
            assert unmet.value.extra["conditions"] == [guard]
