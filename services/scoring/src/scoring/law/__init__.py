"""The procurement law as data: dated entries with their articles, and the relations queries join.

    install(connection)          # law_value, law_limit, law_term, working_day and the macros
    version()                    # changes when any of it changes; part of the method's version
    law().limits.as_of("quotations_annual", day)

A number of the law stands in a file of this folder and nowhere else: neither in Python nor in a
query. What a file may hold is in kinds.py, the relations are in law.sql.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

import duckdb
import msgspec

from scoring.law.checks import refuse_contradictory
from scoring.law.kinds import FILES
from scoring.law.rows import Law, Rows, rows
from shared.law.calendar import kazakhstan
from shared.law.reading import read

__all__ = ["Law", "install", "is_read", "law", "names", "relations", "version"]

_FOLDER: Final = files("scoring.law")
_MAKES: Final = re.compile(r"CREATE OR REPLACE TEMP (?:TABLE|MACRO) (\w+)")
_WORD: Final = re.compile(r"\w+")


@cache
def law() -> Law:
    """Return the tables as read. Raises LawFileError with file and line for a mistake in them."""
    found = Law(**{name: _table(name, of) for name, of in FILES.items()})
    refuse_contradictory(found)
    return found


@cache
def relations() -> Mapping[str, Rows]:
    """Return the rows of every relation by its name."""
    return rows(law(), kazakhstan())


@cache
def version() -> str:
    """Return the version of the law: a digest of all that queries can see of it."""
    seen = {"rows": relations(), "sql": _statements()}
    return hashlib.sha256(msgspec.json.encode(seen, order="sorted")).hexdigest()[:12]


@cache
def names() -> frozenset[str]:
    """Name the relations and macros that queries may read."""
    return frozenset(found[1] for each in _statements() if (found := _MAKES.match(each)))


def is_read(texts: Iterable[str]) -> bool:
    """Tell whether some of the queries read any of the law."""
    return any(_reads(text) for text in texts)


def install(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the relations and macros on a connection, unless it has them already."""
    if connection.execute("SELECT getvariable('law_version')").fetchall() == [(version(),)]:
        return
    for statement in _statements():
        connection.execute(statement)
    for name, found in relations().items():
        if name != "working_day":
            _fill(connection, name, found)
    _fill_days(connection)
    connection.execute(f"SET VARIABLE law_version = '{version()}'")


@cache
def _reads(text: str) -> bool:
    return not names().isdisjoint(_WORD.findall(text))


def _table(name: str, of: type[Any]) -> Any:
    file = f"{name}.yaml"
    return read((_FOLDER / file).read_text("utf-8"), name=file, of=of)


@cache
def _statements() -> tuple[str, ...]:
    text = (_FOLDER / "law.sql").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("--")]
    return tuple(part.strip() for part in "\n".join(lines).split(";") if part.strip())


@cache
def _columns() -> Mapping[str, str]:
    """Return what an INSERT into each relation selects: a list per column, of its type."""
    listed = {}
    with duckdb.connect() as scratch:
        for name in relations():
            scratch.execute(next(each for each in _statements() if f"TABLE {name} " in each))
            types = [row[1] for row in scratch.execute(f"DESCRIBE {name}").fetchall()]
            listed[name] = ", ".join(f"unnest(${n}::{kind}[])" for n, kind in enumerate(types, 1))
    return listed


def _fill_days(connection: duckdb.DuckDBPyConnection) -> None:
    """Insert the working days from a text with a letter for each day: four thousand at once."""
    days = kazakhstan()
    letters = "".join("w" if working else "-" for working in days.working)
    connection.execute(_DAYS, [days.first, days.last, letters, days.provisional_from])
    connection.execute(_DAYS_IN_ORDER)


def _fill(connection: duckdb.DuckDBPyConnection, name: str, found: Rows) -> None:
    """Insert all rows as one statement, a list per column."""
    if found:
        values = [list(column) for column in zip(*found, strict=True)]
        connection.execute(f"INSERT INTO {name} SELECT {_columns()[name]}", values)


_DAYS: Final = """
INSERT INTO working_day
SELECT day, working, sum(CAST(working AS INTEGER)) OVER (ORDER BY day), day >= $4
FROM (
  SELECT CAST($1::DATE + place AS DATE) AS day, substr($3, place + 1, 1) = 'w' AS working
  FROM (SELECT CAST(unnest(generate_series(0, $2::DATE - $1::DATE)) AS INTEGER) AS place))
ORDER BY day"""

_DAYS_IN_ORDER: Final = """
SET VARIABLE law_working_days = (SELECT list(day ORDER BY day) FROM working_day WHERE working)"""
