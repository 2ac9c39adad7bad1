"""Which relations indicators read: facts, and the views over them with all that these stand on.

A name that occurs anywhere in a query counts as read: rather one table too many than one too few.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from scoring.declared import tables
from scoring.indicator import Indicator

ALWAYS: Final = ("judged", "quantile8")
"""What every run has."""

_VIEW: Final = re.compile(r"CREATE OR REPLACE TEMP (?:VIEW|MACRO) (\w+)")
_WORD: Final = re.compile(r"\w+")


@cache
def views() -> Mapping[str, str]:
    """Return the statements of views.sql by what each makes, in their order."""
    text = (files("scoring") / "views.sql").read_text(encoding="utf-8")
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
    found = {}
    for statement in lines.split(";\n"):
        if named := _VIEW.search(statement):
            found[named[1]] = statement
    return MappingProxyType(found)


def read_by(indicators: Iterable[Indicator]) -> frozenset[str]:
    """Name the facts, views and macros that indicators read, by themselves or through views."""
    found: set[str] = set()
    waiting = {name for one in indicators for name in _named(*_texts(one))} | set(ALWAYS)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting |= _beneath(name)
    return frozenset(found)


def facts_read(indicators: Iterable[Indicator]) -> frozenset[str]:
    """Name the tables of facts that indicators read."""
    return frozenset(read_by(indicators) & tables().keys())


def sql_of(indicators: Iterable[Indicator]) -> list[str]:
    """Return all that a run of them executes: their own texts, and the views they read."""
    chosen = list(indicators)
    own = [text for one in chosen for text in _texts(one)]
    return own + [views()[name] for name in read_by(chosen) & views().keys()]


def by_the_clock(one: Indicator) -> bool:
    """Whether what an indicator says may change by a day that comes, though no data does."""
    return any(JUDGING_DAY in text for text in _texts(one))


def by_parameters(one: Indicator) -> bool:
    """Whether a query of it reads the relation `parameters`, or a table of its own."""
    tables = {parameter.name for parameter in one.parameters if parameter.type == "table"}
    return any(name in text for name in {PARAMETERS, *tables} for text in _texts(one))


def _texts(one: Indicator) -> tuple[str, ...]:
    return one.query, one.population or "", one.evidence or "", one.involved or ""


@cache
def _beneath(name: str) -> frozenset[str]:
    return _named(views().get(name, "")) | (_OF_PARTIES if name in _REGISTERS else frozenset())


@cache
def _named(*texts: str) -> frozenset[str]:
    words = {word for text in texts for word in _WORD.findall(text)}
    return frozenset(words & (tables().keys() | views().keys()))


JUDGING_DAY: Final = "judging_day"
"""The relation with the day as of which is judged."""

PARAMETERS: Final = "parameters"
"""The relation with what the profile sets of an indicator."""

_REGISTERS: Final = frozenset({"register_entry", "register_coverage"})
_OF_PARTIES: Final = frozenset({"participant"})
"""What an incremental run needs of them is told by who takes part."""
