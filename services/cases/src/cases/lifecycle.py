"""Life cycles as declarations: what states a thing has, which moves lead on, and who may take them.

    code: case
    title: {kk: Іс, ru: Дело, en: Case}
    first: draft
    states:
      draft: {title: {kk: .., ru: .., en: ..}}
      closed: {title: .., final: true}
    guards:
      evidence: {kk: .., ru: .., en: At least one piece of evidence is attached.}
    moves:
      verify:
        title: {kk: .., ru: .., en: Verify}
        before: [investigating]
        after: verified
        roles: [monitor, editor, admin]
        takes: [note]
        reasons: {legal: {kk: .., ru: .., en: ..}}
        guards: [evidence, second_person]

A guard is a condition of that name among the facts that whoever moves the thing has gathered; what
is not among them does not hold. A state that is `final` ends the clock; moves out of it are exits.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

import msgspec
import yaml

from cases.roles import role_missing
from shared.errors import (
    FieldError,
    GuardFailed,
    TransitionNotAllowed,
    ValidationFailed,
)
from shared.security import Caller
from shared.vocabulary.text import Text

Field = Literal[
    "reason", "note", "until", "case", "outcome", "evidence", "details",
    "number", "addressee", "complaint",
]  # fmt: skip


class State(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A state, as it is declared."""

    title: Text
    final: bool = False


class Move(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A move, as it is declared. `roles` empty: the platform alone takes it, by its clock.

    `back`: it leads to the state that was left for this one; `after` where that is not known.
    `stays`: it leads nowhere; `after` is the first of the states it can be taken in.
    """

    title: Text
    before: list[str]
    after: str
    roles: list[str] = []
    takes: list[Field] = []
    reasons: dict[str, Text] = {}
    guards: list[str] = []
    back: bool = False
    stays: bool = False


class LifeCycle(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The life cycle of one kind of thing."""

    code: str
    title: Text
    first: str
    states: dict[str, State]
    moves: dict[str, Move]
    guards: dict[str, Text] = {}

    def __post_init__(self) -> None:
        """Refuse what names a state or a guard that is not declared."""
        named = {self.first} | {name for one in self.moves.values() for name in one.before}
        named |= {one.after for one in self.moves.values()}
        if unknown := named - self.states.keys():
            raise ValueError(f"{self.code}: no such state: {', '.join(sorted(unknown))}")
        told = {guard for one in self.moves.values() for guard in one.guards}
        if untold := told ^ self.guards.keys():
            raise ValueError(f"{self.code}: guards and their texts differ: {sorted(untold)}")
        if astray := [
            c for c, one in self.moves.items() if one.stays and one.after != one.before[0]
        ]:
            raise ValueError(f"{self.code}: stays and leads on: {', '.join(astray)}")

    def possible(self, state: str, caller: Caller) -> list[str]:
        """Name the moves that the role of a caller may take from a state."""
        return [
            code
            for code, move in self.moves.items()
            if state in move.before and caller.role in move.roles
        ]

    def decide(
        self,
        code: str,
        state: str,
        caller: Caller,
        *,
        given: Mapping[str, Any],
        facts: Mapping[str, bool],
        can: Sequence[str] | None = None,
    ) -> Move:
        """Return the move. `given` is what came with it, `facts` which conditions hold.

        `can`: the moves that a refusal tells of, where the caller may take fewer than their role.

        Raises ValidationFailed for a move that is not declared or lacks what it takes,
        TransitionNotAllowed from this state, RoleMissing for this role, GuardFailed with every
        condition that is not met.
        """
        if (move := self.moves.get(code)) is None:
            flaw = FieldError("/body/move", "unknown_move", f"known: {', '.join(self.moves)}")
            raise ValidationFailed("There is no such move.", errors=[flaw])
        can = self.possible(state, caller) if can is None else can
        if state not in move.before:
            said = ", ".join(can) or "none"
            raise TransitionNotAllowed(f"From {state} you can: {said}.", allowed=can)
        if caller.role not in move.roles:
            raise role_missing(caller, move.roles)
        if flaws := list(_lacking(move, given)):
            raise ValidationFailed("Something is missing from this move.", errors=flaws)
        if unmet := [guard for guard in move.guards if not facts.get(guard, False)]:
            raise GuardFailed(_joined([self.guards[one] for one in unmet]), conditions=unmet)
        return move


def life_cycle(code: str) -> LifeCycle:
    """Return a life cycle by its code. Raises KeyError for one that is not declared."""
    return life_cycles()[code]


@cache
def life_cycles() -> Mapping[str, LifeCycle]:
    """Return every life cycle that is declared, by its code."""
    folder = files("cases.lifecycles")
    found = (read(one.read_text("utf-8"), one.name) for one in _declarations(folder))
    return {each.code: each for each in found}


def read(text: str, name: str) -> LifeCycle:
    """Read a declaration; `name` is told when it is wrong. Raises ValueError."""
    try:
        return msgspec.convert(yaml.safe_load(text), LifeCycle)
    except (msgspec.ValidationError, yaml.YAMLError) as error:
        raise ValueError(f"{name}: {error}") from error


def _declarations(folder: Any) -> Sequence[Any]:
    found = (one for one in folder.iterdir() if one.name.endswith(".yaml"))
    return sorted(found, key=lambda one: str(one.name))


def _lacking(move: Move, given: Mapping[str, Any]) -> Any:
    for field in move.takes:
        if not given.get(field):
            yield FieldError(f"/body/{field}", "missing", "this move takes it")
    reason = given.get("reason")
    if reason and move.reasons and reason not in move.reasons:
        yield FieldError("/body/reason", "unknown_reason", f"known: {', '.join(move.reasons)}")


def _joined(texts: Sequence[Text]) -> Text:
    languages: Final = ("kk", "ru", "en")
    return Text(**{name: " ".join(getattr(one, name) for one in texts) for name in languages})
