"""Whether what a draft says has the shape of judgements, and is about subjects of its own kind.

Looked at after the query has run, before anything of it is used.
"""

from typing import Final

import duckdb

from scoring.drafts.confined import WrongError
from scoring.drafts.sql import Flaw
from scoring.indicator import STATUSES, Indicator

QUERY: Final = "/body/query"

INTEGERS: Final = frozenset({"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UINTEGER", '"NULL"'})


def check_shape(connection: duckdb.DuckDBPyConnection, indicator: Indicator) -> None:
    """Check columns, states and numbers of the table `judgement`. Raises WrongError."""
    types = dict(connection.execute(_TYPES).fetchall())
    if types["subject"] not in INTEGERS:
        raise _wrong("wrong_columns", f"subject is a number of a party or pid, not {_of(types)}")
    for name in ("value", "threshold"):
        if not _is_number(types[name]):
            raise _wrong("wrong_columns", f"{name} is a number, not {types[name].lower()}")
    for name in ("status", "missing"):
        if types[name] not in {"VARCHAR", '"NULL"', "INTEGER"}:  # an untyped NULL
            raise _wrong("wrong_columns", f"{name} is a text, not {types[name].lower()}")
    for code, message, sql in _RULES:
        row = connection.execute(sql).fetchone()
        if row is not None:
            raise _wrong(code, message.format(row[0], states=", ".join(STATUSES)))
    if indicator.subject == "organisation":
        row = connection.execute(_WRONG_KIND).fetchone()
        if row is not None:
            raise _wrong("wrong_kind", f"{row[0]!r} is no kind: buyer, entity or supplier")


def check_subjects(connection: duckdb.DuckDBPyConnection) -> None:
    """Check that every subject exists, in the role it is judged in. Raises WrongError."""
    for (kind,) in connection.execute("SELECT DISTINCT kind FROM judgement").fetchall():
        row = connection.execute(_FOREIGN.format(kind=kind, own=_OTHERS[kind])).fetchone()
        if row is not None:
            raise _wrong("foreign_subject", f"{row[1]} subjects are no {kind}, among them {row[0]}")


def _wrong(code: str, message: str) -> WrongError:
    return WrongError(Flaw(QUERY, code, message))


def _of(types: dict[str, str]) -> str:
    return types["subject"].lower()


def _is_number(name: str) -> bool:
    return name in INTEGERS or name.startswith(("DOUBLE", "FLOAT", "DECIMAL", "HUGEINT"))


_TYPES: Final = "SELECT column_name, column_type FROM (DESCRIBE judgement)"

_INFINITE: Final = """
SELECT subject FROM judgement
WHERE NOT isfinite(CAST(value AS DOUBLE)) OR NOT isfinite(CAST(threshold AS DOUBLE)) LIMIT 1"""

_KNOWN: Final = ", ".join(f"'{state}'" for state in STATUSES)

_STATUS: Final = "coalesce(CAST(status AS VARCHAR), 'NULL')"

_RULES: Final = (
    ("no_subject", "a row names no subject", "SELECT 1 FROM judgement WHERE subject IS NULL"),
    (
        "wrong_status",
        "{0!r} is no result; known: {states}",
        f"SELECT {_STATUS} FROM judgement WHERE {_STATUS} NOT IN ({_KNOWN}) LIMIT 1",
    ),
    (
        "repeated_subject",
        "{0} is judged more than once",
        "SELECT subject FROM judgement GROUP BY kind, subject HAVING count(*) > 1 LIMIT 1",
    ),
    ("not_finite", "the value of {0} is no finite number", _INFINITE),
)

_WRONG_KIND: Final = """
SELECT kind FROM judgement WHERE kind IS NULL OR kind NOT IN ('buyer', 'entity', 'supplier')
LIMIT 1"""

_BUYERS: Final = """
SELECT buyer AS own FROM process UNION SELECT entity FROM process UNION SELECT customer FROM lot
UNION SELECT buyer FROM contract UNION SELECT customer FROM plan"""

_SUPPLIERS: Final = """
SELECT party AS own FROM bid_tenderer UNION SELECT party FROM award_supplier
UNION SELECT party FROM contract_supplier UNION SELECT invited FROM process"""

_IN_ROLE: Final = """
SELECT own FROM ({role}) r JOIN party p ON p.party = r.own WHERE NOT p.person AND NOT p.weak"""

_OTHERS: Final = {
    "process": "SELECT pid AS own FROM process",
    "buyer": _IN_ROLE.format(role=_BUYERS),
    "entity": _IN_ROLE.format(role=_BUYERS),
    "supplier": _IN_ROLE.format(role=_SUPPLIERS),
}

_FOREIGN: Final = """
SELECT any_value(subject), count(*) FROM judgement
WHERE kind = '{kind}' AND subject NOT IN (SELECT own FROM ({own}) WHERE own IS NOT NULL)
HAVING count(*) > 0"""
