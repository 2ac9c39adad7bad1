"""docs/lifecycles.md: the life cycles of cases, drawn and told, read off their declarations."""

from cases.lifecycle import LifeCycle, life_cycles

_HEAD = """\
# Life cycles

Generated from `services/cases/src/cases/lifecycles` by `make docs`; the same as data, in three \
languages, is `GET /v1/meta/workflows`.

A state that is drawn in a double circle ends the clock; what still leads out of it are exits. \
Every object shows in `moves` what its reader may do with it. A move of nobody's role is taken by \
the platform, by its clock.
"""


def page() -> str:
    """Return the page."""
    return "\n".join([_HEAD, *map(_cycle, life_cycles().values())])


def _cycle(cycle: LifeCycle) -> str:
    parts = [f"## {cycle.title.en}\n", _drawing(cycle), _states(cycle), _moves(cycle)]
    if cycle.guards:
        parts.append(_guards(cycle))
    return "\n".join(parts)


def _drawing(cycle: LifeCycle) -> str:
    """Draw the states and moves, as a diagram in the text (Mermaid)."""
    finals = [code for code, state in cycle.states.items() if state.final]
    lines = ["```mermaid", "flowchart LR"]
    lines += [f"  {code}((({code})))" for code in finals]
    lines += [
        f"  {before} -->|{code}| {before if move.stays else move.after}"
        for code, move in cycle.moves.items()
        for before in move.before
    ]
    return "\n".join([*lines, "```", ""])


def _states(cycle: LifeCycle) -> str:
    rows = (
        f"| `{code}` | {state.title.en} | {state.title.ru} | {state.title.kk} |"
        for code, state in cycle.states.items()
    )
    return "\n".join(["| state | en | ru | kk |", "|---|---|---|---|", *rows, ""])


def _moves(cycle: LifeCycle) -> str:
    rows = (
        f"| `{code}` | {', '.join(move.before)} | {'stays' if move.stays else move.after}"
        f" | {', '.join(move.roles) or 'clock'}"
        f" | {', '.join([*move.takes, *_reasons(list(move.reasons))])} | {', '.join(move.guards)} |"
        for code, move in cycle.moves.items()
    )
    head = ["| move | from | to | who | takes | guards |", "|---|---|---|---|---|---|"]
    return "\n".join([*head, *rows, ""])


def _reasons(reasons: list[str]) -> list[str]:
    return [f"reason of {' / '.join(reasons)}"] if reasons else []


def _guards(cycle: LifeCycle) -> str:
    rows = (f"- `{code}`: {text.en}" for code, text in cycle.guards.items())
    return "\n".join([*rows, ""])
