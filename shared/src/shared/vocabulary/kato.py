"""Places by KATO, the state's classifier of territories, and the subtrees they form.

Nine digits: AB region, CD district, EF rural district, HIJ settlement; zeros at the end mean the
whole of what stands before them.

Regions and codes that went out of use are data, in kato.yaml beside this.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Final

import yaml

from shared.vocabulary.text import Text

LEVELS: Final = (2, 4, 6, 9)
"""Digits that name a region, a district, a rural district, a settlement."""

_CODE: Final = re.compile(r"\d{2}|\d{4}|\d{6}|\d{9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Moved:
    """The beginning of codes out of use: the region such a place lies in today, and since when."""

    code: str
    region: str
    until: date


@cache
def _data() -> Any:
    return yaml.safe_load((files("shared.vocabulary") / "kato.yaml").read_text("utf-8"))


@cache
def regions() -> Mapping[str, Text]:
    """Return the names of today's regions by their two digits."""
    return {code: Text(**names) for code, names in _data()["regions"].items()}


@cache
def moved() -> tuple[Moved, ...]:
    """Return the codes out of use, the most exact first."""
    found = (Moved(**row) for row in _data()["moved"])
    return tuple(sorted(found, key=lambda row: -len(row.code)))


@lru_cache(maxsize=65536)
def lineage(code: str) -> tuple[str, ...]:
    """Return the beginnings under which a place is found, its region of today first.

    "751110000" is found under 75, 7511 and 751110; an old code of Semey (632810000) under 10, its
    region of today, and 6328, 632810, but not under 63. Nothing for what is no code.
    """
    if not _CODE.fullmatch(code):
        return ()
    exact = _trimmed(code)
    own = [exact[:level] for level in LEVELS if level <= len(exact)]
    now = _region_today(exact)
    return (now, *(each for each in own if each != now and each not in regions()))


def under(codes: Iterable[str], published: Iterable[str] = ()) -> list[str]:
    """Return all beginnings under which any of these places is found, in order.

    `published`: codes of earlier days of the same places. They are found by these too, but in no
    region: that which an old code begins with may be the one they have left.
    """
    today = {each for code in codes for each in lineage(code)}
    return sorted(today | {each for code in published for each in lineage(code)[1:]})


def subtree(code: str) -> str | None:
    """Return the beginning that a question for a place and all within it asks for.

    None for what is no code, or lies in no region there is or was.
    """
    if not _CODE.fullmatch(code):
        return None
    known = regions().keys() | {row.code[:2] for row in moved()}
    return _trimmed(code) if code[:2] in known else None


def region_of(code: str) -> str | None:
    """Return the two digits of the region of today in which a place lies; None if unknown."""
    found = lineage(code)
    return found[0] if found and found[0] in regions() else None


def _trimmed(code: str) -> str:
    exact = code
    for level in reversed(LEVELS[:-1]):
        if len(exact) > level and not exact[level:].strip("0"):
            exact = exact[:level]
    return exact


def _region_today(exact: str) -> str:
    return next((row.region for row in moved() if exact.startswith(row.code)), exact[:2])
