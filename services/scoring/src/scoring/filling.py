"""Which parts of a release are read for which tables of facts, and what fills them.

Loading is driven by demand: an offline run asks for the tables that its indicators read, the
engine for all of them. The core tables are filled by scoring.staging in every run; here is what
the statements under fill/ add to them, and all other tables.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from scoring.declared import tables
from scoring.staging import release_type

CORE: Final = ("process", "bid", "bid_tenderer", "award", "award_supplier", "award_item")

PURCHASES: Final = ("tender.sql", "contracts.sql", "purchase.sql")
"""In this order: a lot sums up its bids, and a purchase all that is in it."""

PLAN: Final = "plan"
"""The one table that a free plan point has."""

LEAVES: Final = {
    "bids": ("id", "relatedLots", "lotValues"),
    "awards": ("id", "date", "relatedLots", "relatedBid", "documents", "x_place", "x_implied"),
    "tender": (
        *("datePublished", "mainProcurementCategory", "enquiryPeriod", "awardPeriod"),
        *("x_second_period", "x_without_notice", "x_single_source", "x_goszakup"),
        *("lots", "items", "documents", "amendments", "enquiries"),
    ),
    "": ("planning", "parties", "contracts", "complaints", "relatedProcesses"),
}
"""What may be read beyond the core, by the part of a release it stands in."""

ALWAYS: Final = frozenset(
    {"contracts", "date", "relatedLots", "relatedBid", "x_place", "x_implied"}
)
"""What the core reads of them: how far a purchase has come, and where its awards belong."""

TYPES: Final = {
    "datePublished": "VARCHAR",
    "mainProcurementCategory": "VARCHAR",
    "enquiryPeriod": 'STRUCT("startDate" VARCHAR, "endDate" VARCHAR)',
    "awardPeriod": 'STRUCT("endDate" VARCHAR)',
    "x_second_period": 'STRUCT("startDate" VARCHAR, "endDate" VARCHAR)',
    "x_without_notice": "BOOLEAN",
    "relatedLots": "JSON[]",
    "date": "VARCHAR",
    "x_place": "DOUBLE",
    "x_implied": "BOOLEAN",
}
"""All others come as JSON, which each statement reads in the shape that it needs: wide types in
the batch cost every statement that touches them (measured: a release of its own 0.6 s, not 0.2)."""

WHEN: Final = {
    **dict.fromkeys(("bid", "bid_tenderer", "bid_lot"), "bids.details IS NOT NULL"),
    **dict.fromkeys(("award", "award_supplier", "award_item"), "awards IS NOT NULL"),
    "participant_mark": """regexp_matches(parties::VARCHAR,
      '"(x_contact_marks|x_head|streetAddress)"')""",
    "item": "tender.items IS NOT NULL",
    "lot": "tender.lots IS NOT NULL",
    "tender_change": "tender.amendments IS NOT NULL",
    "enquiry": "tender.enquiries IS NOT NULL",
    "complaint": "complaints IS NOT NULL",
    "plan": "planning IS NOT NULL",
    "plan_version": "contains(planning::VARCHAR, '\"earlier\"')",
    "contract": "contracts IS NOT NULL",
    "contract_supplier": "contracts IS NOT NULL",
    "contract_item": "contains(contracts::VARCHAR, '\"items\"')",
    "amendment": "contains(contracts::VARCHAR, '\"amendments\"')",
    "amendment_change": "contains(contracts::VARCHAR, '\"x_changes\"')",
    "act": "contains(contracts::VARCHAR, '\"x_acts\"')",
    "payment": "contains(contracts::VARCHAR, '\"transactions\"')",
}
"""Without any such release in a batch there is nothing to fill: a release alone is nearly all
planning, and most have not all parts."""

_TARGET: Final = re.compile(r"(?:INSERT INTO|UPDATE) new_(\w+)")
_MADE: Final = re.compile(r"TEMP (?:VIEW|TABLE) (\w+)")
_NEW: Final = re.compile(r"\bnew_(\w+)")
_WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Step:
    """A statement, and the table that it fills; what fills none looks things up for others."""

    sql: str
    table: str | None = None


@dataclass(frozen=True, slots=True)
class Filling:
    """Tables that are filled, the type of a release as it is read, and the statements in order."""

    tables: tuple[str, ...]
    release: str
    steps: tuple[Step, ...]


@cache
def filling(wanted: frozenset[str] | None = None) -> Filling:
    """Tell how some tables are filled with all that they need; None stands for every table."""
    known = {target(statement) for statement in _statements(*PURCHASES)}
    chosen = _with_needs(known if wanted is None else wanted & known) | set(CORE)
    statements = [one for one in _statements(*PURCHASES) if set(_NEW.findall(one)) <= chosen]
    return _filling(chosen, statements, free="false")


@cache
def filling_of_plans() -> Filling:
    """Tell how free plan points are filled."""
    statements = [one for one in _statements(*PURCHASES) if target(one) == PLAN]
    return _filling({PLAN}, statements, free="true")


@cache
def macros() -> str:
    """Return the macros that the statements read leaves with."""
    return "".join(f"{statement};\n" for statement in _statements("macros.sql"))


def _filling(chosen: set[str], statements: list[str], *, free: str) -> Filling:
    lookups = _lookups({word for one in statements for word in _WORD.findall(one)})
    read = {word for one in (*lookups, *statements) for word in _WORD.findall(one)}
    steps = [Step(one) for one in lookups]
    steps += [Step(one.replace("{free}", free), target(one)) for one in statements]
    ordered = tuple(table for table in tables() if table in chosen)
    return Filling(ordered, release_type(_leaves(read)), tuple(steps))


def _leaves(read: set[str]) -> dict[str, dict[str, str]]:
    """Name the leaves that occur in statements, with their types, by where they stand."""
    return {
        part: {name: TYPES.get(name, "JSON") for name in names if name in read | ALWAYS}
        for part, names in LEAVES.items()
    }


def _with_needs(names: set[str] | frozenset[str]) -> set[str]:
    """Add the tables that the statements of some tables read."""
    found = set(names)
    while (
        more := {
            need
            for one in _statements(*PURCHASES)
            if target(one) in found - set(CORE)
            for need in _NEW.findall(one)
        }
        - found
    ):
        found |= more
    return found


def _lookups(named: set[str]) -> list[str]:
    """Choose what the statements look things up in, in the order of the file."""
    steps = list(_statements("steps.sql"))
    chosen: list[str] = []
    for step in reversed(steps):
        if _made(step) in named:
            chosen.append(step)
            named |= set(_WORD.findall(step))
    return chosen[::-1]


def target(statement: str) -> str:
    """Name the table of the batch that a statement fills, or changes."""
    found = _TARGET.search(statement)
    assert found is not None
    return found[1]


def _made(step: str) -> str:
    found = _MADE.search(step)
    assert found is not None
    return found[1]


@cache
def _statements(*names: str) -> tuple[str, ...]:
    return tuple(one for name in names for one in _split(name))


def _split(name: str) -> Iterator[str]:
    text = (files("scoring") / "fill" / name).read_text(encoding="utf-8")
    bare = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
    for statement in bare.split(";\n"):
        if statement.strip():
            yield statement.strip().removesuffix(";")
