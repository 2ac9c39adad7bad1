"""The life of a draft: which steps there are, from where to where, and who may take them.

    draft ─ monitor ─▶ monitor ─ propose ─▶ proposed ─ approve ─▶ live ─ retire ─▶ retired

A new version of the document starts at `draft` again. Nobody approves what they wrote or proposed.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import msgspec

from shared.errors import GuardFailed, ScopeMissing, TransitionNotAllowed
from shared.security import Caller

WRITE: Final = "drafts:write"
APPROVE: Final = "drafts:approve"
READ: Final = "drafts:read"

DRAFT: Final = "draft"
MONITOR: Final = "monitor"
PROPOSED: Final = "proposed"
LIVE: Final = "live"
RETIRED: Final = "retired"


@dataclass(frozen=True, slots=True)
class Step:
    """One step: the states it starts from, where it leads, what it takes."""

    before: AbstractSet[str]
    after: str
    scope: str
    reasoned: bool = False


STEPS: Final = {
    "monitor": Step({DRAFT}, MONITOR, WRITE),
    "propose": Step({MONITOR}, PROPOSED, WRITE),
    "approve": Step({PROPOSED}, LIVE, APPROVE),
    "reject": Step({PROPOSED}, MONITOR, APPROVE, reasoned=True),
    "retire": Step({DRAFT, MONITOR, PROPOSED, LIVE}, RETIRED, WRITE, reasoned=True),
}

MOST_COST: Final = 15.0
"""Seconds of CPU over all facts: what is live runs beside all others, every few minutes."""

REVISABLE: Final = frozenset({DRAFT, MONITOR, PROPOSED})
"""States in which a new version may be sent; what is live is retired first."""


class Standing(msgspec.Struct, frozen=True):
    """What is known of a draft when a step is asked for.

    `authors` are the members who sent a version (None: a key of no member), `proposer` the one who
    proposed it; `cost` is what the last back-test of the present version took, CPU seconds of its
    query, None where none came to its end.
    """

    state: str
    organisation: str
    authors: list[str | None]
    proposer: str | None
    cost: float | None
    code_taken: bool

    open_to_all: ClassVar[frozenset[str]] = frozenset({PROPOSED, LIVE})


def decide(name: str, standing: Standing, caller: Caller, reason: str | None) -> Step:
    """Return the step. Raises TransitionNotAllowed, ScopeMissing or GuardFailed with the reason."""
    step = STEPS[name]
    if standing.state not in step.before:
        can = possible(standing.state)
        said = ", ".join(can) or "none"
        raise TransitionNotAllowed(f"From {standing.state} the steps are: {said}.", allowed=can)
    if step.scope not in caller.scopes and not (name == "retire" and APPROVE in caller.scopes):
        raise ScopeMissing(f"This needs the scope {step.scope}.")
    if step.reasoned and not reason:
        raise _unmet("reason", "Say why: this step needs a reason.")
    if name in {"propose", "approve"}:
        _may_be_promoted(name, standing, caller)
    return step


def possible(state: str) -> list[str]:
    """Name the steps that lead on from a state."""
    return [name for name, step in STEPS.items() if state in step.before]


def visible(state: str, organisation: str, caller: Caller) -> bool:
    """Whether a caller may know of a draft: their own, or one that is put before approvers."""
    if caller.organisation is not None and organisation == caller.organisation:
        return True
    return APPROVE in caller.scopes and state in Standing.open_to_all


def _may_be_promoted(name: str, standing: Standing, caller: Caller) -> None:
    if standing.cost is None:
        raise _unmet("back_test", "No back-test of this version has come to its end.")
    if standing.cost > MOST_COST:
        raise _unmet("cost", f"Its query takes {standing.cost:.1f} s, at most {MOST_COST:.0f} s.")
    if None in standing.authors:
        raise _unmet("author", "A key of no member wrote it: a named member must send it again.")
    if caller.member is None:
        raise _unmet("member", "This step is taken by a named member: the key belongs to none.")
    if standing.code_taken:
        raise _unmet("code", "An indicator of this code is live: choose another.")
    if name == "approve" and caller.member in {*standing.authors, standing.proposer}:
        raise _unmet("second_person", "Somebody else approves: not who wrote or proposed it.")


def _unmet(condition: str, said: str) -> GuardFailed:
    details: dict[str, Any] = {"conditions": [condition]}
    return GuardFailed(said, **details)
