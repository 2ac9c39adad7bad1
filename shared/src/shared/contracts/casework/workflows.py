"""The life cycles of tips, alerts, cases, complaints and outcomes, as data."""

from typing import Any, Final

from msgspec import Struct

from shared.contracts.casework.operation import Operation

Texts = dict[str, str]
"""A wording in kk, ru and en."""


class State(Struct, frozen=True):
    """A state. `final`: its clock has ended; the moves that still lead out of it are exits."""

    code: str
    title: Texts
    final: bool


class Move(Struct, frozen=True):
    """A way from a state to another: who may take it, what it takes, and what must hold.

    `takes` are fields of the body beside the move itself; `reasons`, if there are any, the only
    ones that are taken; `guards` are conditions, each told in words. `back`: it leads to the state
    that the thing was in before; `after`, where that is not known. `stays`: the state stays what it
    is; `after` is then the first of `before`.
    """

    code: str
    title: Texts
    before: list[str]
    after: str
    roles: list[str]
    takes: list[str]
    reasons: dict[str, Texts]
    guards: dict[str, Texts]
    back: bool = False
    stays: bool = False


class Workflow(Struct, frozen=True):
    """The life cycle of one kind of thing."""

    code: str
    title: Texts
    first: str
    states: list[State]
    moves: list[Move]


class Workflows(Struct, frozen=True):
    """Every life cycle."""

    data: list[Workflow]


_TITLE: Final = {"kk": "Іс", "ru": "Дело", "en": "Case"}
_EXAMPLE: Final[dict[str, Any]] = {
    "data": [
        {
            "code": "case",
            "title": _TITLE,
            "first": "draft",
            "states": [
                {
                    "code": "draft",
                    "title": {"kk": "Жоба", "ru": "Черновик", "en": "Draft"},
                    "final": False,
                },
                {
                    "code": "open",
                    "title": {"kk": "Ашық", "ru": "Открыто", "en": "Open"},
                    "final": False,
                },
            ],
            "moves": [
                {
                    "code": "open",
                    "title": {"kk": "Ашу", "ru": "Открыть", "en": "Open"},
                    "before": ["draft"],
                    "after": "open",
                    "roles": ["admin", "editor", "monitor"],
                    "takes": [],
                    "reasons": {},
                    "guards": {},
                }
            ],
        }
    ]
}

OPERATIONS: Final = (
    Operation(
        name="read_workflows",
        method="GET",
        path="/meta/workflows",
        tag="cases",
        summary="Read the life cycles",
        description="States, moves, who may take them, and what must hold, of every life cycle.",
        scope=None,
        answer=Workflows,
        example=_EXAMPLE,
    ),
)
