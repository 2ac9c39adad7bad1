"""The life cycles as callers read them."""

from typing import Final

from fastapi import APIRouter, Response

from cases.desk import one, serves
from cases.lifecycle import LifeCycle, life_cycles
from shared.contracts.casework.workflows import Move, State, Workflow, Workflows
from shared.vocabulary.text import Text

router: Final = APIRouter(tags=["workflows"])


@serves(router, "read_workflows")
async def read_workflows() -> Response:
    """Read the life cycles."""
    return one(Workflows([_shown(each) for each in life_cycles().values()]))


def _shown(cycle: LifeCycle) -> Workflow:
    return Workflow(
        code=cycle.code,
        title=_texts(cycle.title),
        first=cycle.first,
        states=[
            State(code, _texts(state.title), state.final) for code, state in cycle.states.items()
        ],
        moves=[
            Move(
                code=code,
                title=_texts(move.title),
                before=move.before,
                after=move.after,
                back=move.back,
                stays=move.stays,
                roles=sorted(move.roles),
                takes=[*move.takes],
                reasons={name: _texts(text) for name, text in move.reasons.items()},
                guards={name: _texts(cycle.guards[name]) for name in move.guards},
            )
            for code, move in cycle.moves.items()
        ],
    )


def _texts(text: Text) -> dict[str, str]:
    return {"kk": text.kk, "ru": text.ru, "en": text.en}
