"""Facts of a worked example, as its author writes them: small tables that name what matters.

Purchases and parties are named by any text; they get their numbers here. A row of a purchase may
say `prior: other`, which makes it a later attempt at that one.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Final
from zlib import crc32

from scoring.declared import Table, tables
from scoring.example_defaults import NAME, Row, Rows, complete, holds_party
from scoring.facts import Facts

PRIOR: Final = "prior"
SOURCE: Final = "example"
SAYS: Final = {"process": {NAME, PRIOR}, "party": set[str]()}
"""What a row says beside its columns, where it is more or less than the name of its purchase."""


def load_example(facts: Facts, given: Mapping[str, Sequence[Row]]) -> frozenset[str]:
    """Put the tables of an example into the facts, beside what is there; name all that got rows.

    Raises ValueError for a table or a column there is not, or a purchase that is there already.
    """
    rows: Rows = {name: [dict(row) for row in some] for name, some in given.items()}
    _check(rows)
    described = {row["id"]: row for row in rows.pop("party", [])}
    held = facts.connection.execute(_HELD).fetchall()
    complete(rows, frozenset(name for name, _ in held))
    subjects, parties = _subjects(facts, rows, dict(held)), _parties(facts, rows, described)
    for name, some in rows.items():
        table = tables()[name]
        numbered = [_numbered(table, n, row, subjects, parties) for n, row in enumerate(some)]
        _insert(facts, table, numbered)
    return frozenset({"subject", "party", *rows})


def _check(rows: Rows) -> None:
    for name, some in rows.items():
        if name == "subject" or name not in tables() or tables()[name].internal:
            raise ValueError(f"there is no table {name}")
        known = SAYS.get(name, {NAME}) | tables()[name].columns.keys()
        for unknown in sorted(set(chain(*some)) - known):
            raise ValueError(f"table {name} has no column {unknown}")


def _subjects(facts: Facts, rows: Rows, known: Mapping[str, int]) -> dict[str, int]:
    """Number the purchases and the free plan points."""
    names = dict.fromkeys(row[NAME] for some in rows.values() for row in some if NAME in row)
    first = max(known.values(), default=-1) + 1
    fresh = {name: first + n for n, name in enumerate(n for n in names if n not in known)}
    _insert(
        facts,
        tables()["subject"],
        [{"pid": n, "key": name, "ocid": name, "source": SOURCE} for name, n in fresh.items()],
    )
    return {**known, **fresh}


def _parties(facts: Facts, rows: Rows, described: Mapping[str, Row]) -> dict[str, int]:
    """Number the parties; the table `party` says which of them are weak, or persons."""
    known = dict(facts.connection.execute("SELECT id, party FROM party").fetchall())
    named = (
        row[column.name]
        for name, some in rows.items()
        for column in filter(holds_party, tables()[name].columns.values())
        for row in some
        if row.get(column.name) is not None
    )
    first = max(known.values(), default=0) + 1
    fresh = dict.fromkeys(one for one in [*described, *named] if one not in known)
    usual = {"weak": False, "person": False}
    made = [
        usual | described.get(one, {}) | {"id": one, "party": first + n}
        for n, one in enumerate(fresh)
    ]
    _insert(facts, tables()["party"], made)
    return known | {row["id"]: row["party"] for row in made}


def _numbered(
    table: Table, number: int, row: Row, subjects: Mapping[str, int], parties: Mapping[str, int]
) -> Row:
    """Put numbers in the place of names, and give what only tells rows apart."""
    found = {name: value for name, value in row.items() if name not in {NAME, PRIOR}}
    if NAME in row:
        found["pid"] = subjects[row[NAME]]
    for column in filter(holds_party, table.columns.values()):
        if found.get(column.name) is not None:
            found[column.name] = parties[found[column.name]]
    if isinstance(found.get("who"), str):
        found["who"] = parties[found["who"]]
    if table.name == "process":
        found |= {"token": found["pid"], "prior_token": subjects.get(row.get(PRIOR, ""))}
    if "mark" in found:
        found["mark"] = crc32(str(found["mark"]).encode())
    if "attributes" in found:
        found["attributes"] = json.dumps(found["attributes"], ensure_ascii=False)
    if table.name.startswith("register_"):
        found = {"key": f"reg_{table.name}_{number}", "seq": 0} | found
    return found


def _insert(facts: Facts, table: Table, rows: Iterable[Row]) -> None:
    """Insert rows in which columns may be absent, as one statement with a list per column."""
    given = list(rows)
    named = [column for column in table.columns.values() if any(column.name in r for r in given)]
    if not named:
        return
    lists = ", ".join(f"unnest(${n}::{c.type}[]) AS {c.name}" for n, c in enumerate(named, 1))
    values = [[_plain(row.get(column.name)) for row in given] for column in named]
    facts.connection.execute(f"INSERT INTO {table.name} BY NAME SELECT {lists}", values)


def _plain(value: object) -> object:
    """Write days and instants as text, which every type of column understands."""
    return value if value is None or isinstance(value, bool | int | float) else str(value)


_HELD: Final = "SELECT key, pid FROM subject JOIN process USING (pid)"
