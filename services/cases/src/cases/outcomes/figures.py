"""The figures of impact as they are declared: what each counts, and what it means."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec
import yaml

from shared.vocabulary.text import Text


class Figure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One figure; empty `kinds` and `amount_kinds` mean any."""

    fact: str
    unit: str
    title: Text
    definition: Text
    kinds: list[str] = []
    amount_kinds: list[str] = []
    undone_by: list[str] = []
    in_time: bool = False
    claimed: bool = False


@cache
def figures() -> Mapping[str, Figure]:
    """Return every figure by its code, in the order in which they are told."""
    text = (files("cases.outcomes") / "figures.yaml").read_text("utf-8")
    return msgspec.convert(yaml.safe_load(text), dict[str, Figure])


def asked() -> list[dict[str, Any]]:
    """Return what is looked for: each figure, and apart from it what is only claimed of it."""
    sure = [_row(code, each, each.fact, claim=False) for code, each in figures().items()]
    claims = [
        _row(code, each, "claimed", claim=True) for code, each in figures().items() if each.claimed
    ]
    return [*sure, *claims]


def _row(code: str, figure: Figure, fact: str, *, claim: bool) -> dict[str, Any]:
    return {
        "code": code,
        "claim": claim,
        "fact": fact,
        "kinds": figure.kinds,
        "amount_kinds": figure.amount_kinds,
        "undone_by": figure.undone_by,
        "in_time": figure.in_time,
    }
