"""Who stands on which side of a complaint, and which moves each side may take.

Its own organisation takes every move that its role allows. The body it is addressed to sees it from
the day it is filed, and takes the moves of its side alone.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from cases.lifecycle import Move, life_cycle
from shared.errors import GuardFailed, RoleMissing
from shared.security import Caller

Side = Literal["own", "addressee"]

FILE: Final = "complaints:file"
"""Filing, and adding what proves it, takes this scope beside that of moving a complaint."""

FILING: Final = frozenset({"file", "add_slip"})

ROLES: Final[Mapping[Side, frozenset[str]]] = {
    "own": frozenset({"monitor", "editor", "admin", "coordinator"}),
    "addressee": frozenset({"officer", "admin"}),
}
OF_ADDRESSEE: Final = frozenset(
    {
        *("not_accept", "register", "consider", "transfer", "extend"),
        *("suspend", "resume", "answer"),
    }
)
UNSEEN: Final = frozenset({"draft", "in_approval", "ready", "expired"})
"""States in which nothing has been sent to anybody."""


def side_of(row: Mapping[str, Any], caller: Caller) -> Side | None:
    """Return on which side of a complaint the caller stands; None: they may not know of it."""
    if caller.organisation is not None and row["organisation"] == caller.organisation:
        return "own"
    was_sent = row["filed_on"] is not None and row["state"] not in UNSEEN
    return "addressee" if was_sent and row["addressee"] in caller.speaks_for else None


def possible(state: str, caller: Caller, side: Side) -> Sequence[str]:
    """Name the moves that the caller may take on their side from a state."""
    found = life_cycle("complaint").possible(state, caller)
    return [code for code in found if _is_theirs(code, caller, side)]


def decide(
    code: str,
    state: str,
    caller: Caller,
    side: Side,
    *,
    given: Mapping[str, Any],
    facts: Mapping[str, bool],
) -> Move:
    """Return the move, if the caller may take it on their side. Raises what a life cycle raises."""
    cycle = life_cycle("complaint")
    if code in cycle.moves and not _is_theirs(code, caller, side):
        raise RoleMissing(f"{code} is not a move of your side, your role or your key.")
    can = possible(state, caller, side)
    return cycle.decide(code, state, caller, given=given, facts=facts, can=can)


def lacks_slip(row: Mapping[str, Any]) -> bool:
    """Tell whether it was filed and what proves that is not all here: slip and signed copy."""
    proofs = (row["slip_number"], row["signed_copy"])
    return row["filed_on"] is not None and None in proofs


def let_a_member_pass(caller: Caller) -> None:
    """Let whoever writes pass by their name: who wrote a text is kept. Raises GuardFailed."""
    if caller.member is None:
        raise GuardFailed(life_cycle("complaint").guards["member"], conditions=["member"])


def writers(row: Mapping[str, Any], caller: Caller) -> list[str]:
    """Return who wrote a complaint, with who writes in it now."""
    return sorted({*row["writers"], caller.member} - {None})


def _is_theirs(code: str, caller: Caller, side: Side) -> bool:
    if caller.role not in ROLES[side]:
        return False
    if side == "addressee":
        return code in OF_ADDRESSEE
    return code not in FILING or FILE in caller.scopes
