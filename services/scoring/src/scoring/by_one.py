"""Judging by one indicator: what its query says of each subject, laid down or fetched.

Over all facts the judgements are a table, made at once or slice by slice; of a few they are fetched
as they are made.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import duckdb

from scoring.indicator import STATUSES, Indicator, Status
from scoring.judgements import FLAGGED, FewJudgements, Judgement, Judgements, Populations, fields_of
from scoring.parsed import parsed
from scoring.placing import ALL, Slice, choose
from scoring.profiles import Profile
from scoring.reading import by_the_clock
from scoring.relations import set_parameters, set_population


def judge(
    connection: duckdb.DuckDBPyConnection,
    indicator: Indicator,
    profile: Profile,
    populations: Populations,
    *,
    only: Status | None = None,
    slices: Sequence[Slice] = (),
) -> Judgements:
    """Judge everything, or one slice after the other; what failed stands in its `error`."""
    try:
        _set_what_it_joins(connection, indicator, profile, populations)
        status = "q.status" if confined(connection) else _AS_NUMBER
        _fill(connection, _query(indicator, only, status), slices)
        connection.execute(parsed(_JUDGEMENT.format(**_same_for_all(indicator))))
        connection.execute(parsed(FLAGGED))
    except duckdb.Error as error:
        return Judgements(connection, indicator, populations, str(error).splitlines()[0])
    return Judgements(connection, indicator, populations)


def judge_few(
    connection: duckdb.DuckDBPyConnection,
    indicator: Indicator,
    profile: Profile,
    populations: Populations,
    names: Mapping[int, str],
) -> Judgements:
    """Judge at one go: of a few, laying the results down costs as much as judging.

    What is the same of all is not asked for.
    """
    columns = _same_for_all(indicator)
    own = f", {columns['certain']}, {columns['again_on']}" if _told(indicator) else ""
    try:
        _set_what_it_joins(connection, indicator, profile, populations)
        query = _FEW.format(own=own, query=_query(indicator, None, "q.status"))
        cursor = connection.execute(parsed(query))
        types = {column[0]: str(column[1]) for column in cursor.description or ()}
        rows = cursor.fetchall()
    except duckdb.Error as error:
        return Judgements(connection, indicator, populations, str(error).splitlines()[0])
    kind = indicator.subject
    found = [
        Judgement(kind, number, names[number], status, value, threshold, fields_of(missing), *rest)
        for number, status, value, threshold, missing, *rest in rows
    ]
    found.sort(key=lambda one: one.number)
    return FewJudgements(connection, indicator, populations, found, types["value"])


def _set_what_it_joins(
    connection: duckdb.DuckDBPyConnection,
    indicator: Indicator,
    profile: Profile,
    populations: Populations,
) -> None:
    set_parameters(connection, indicator, profile)
    if indicator.population is not None:
        groups = populations.by_code.get(indicator.code, ())
        set_population(connection, [row.fields() for row in groups])


def _query(indicator: Indicator, only: Status | None, status: str) -> str:
    told = "".join(f", {sql} AS {name}" for name, sql in _told(indicator).items())
    where = f"WHERE q.status = '{only}'" if only else ""
    return _JUDGED.format(status=status, told=told, query=indicator.query, where=where)


def _told(indicator: Indicator) -> dict[str, str]:
    """Return what the query itself says of each subject, beside its result."""
    told = {}
    if indicator.subject == "organisation":
        told["kind"] = "q.kind"
    if indicator.certain == "by_record":
        told["certain"] = "coalesce(q.certain, false)"
    if by_the_clock(indicator):
        told["again_on"] = _AGAIN_ON
    return told


def _same_for_all(indicator: Indicator) -> dict[str, str]:
    """Return the columns that need not be kept of every subject."""
    same = {"kind": f"'{indicator.subject}'", "certain": "true", "again_on": "CAST(NULL AS DATE)"}
    return same | {name: name for name in _told(indicator)}


def _fill(connection: duckdb.DuckDBPyConnection, sql: str, slices: Sequence[Slice]) -> None:
    """Keep the judgements, made at once or slice by slice."""
    if not slices:
        connection.execute(parsed(_ANEW + sql))
        return
    try:
        for place, one in enumerate(slices):
            choose(connection, one)
            connection.execute(parsed((_MORE if place else _ANEW) + sql))
    finally:
        choose(connection, ALL)


def confined(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether a stranger's query is run: what it says is kept to the letter, to be looked at."""
    [[locked]] = connection.execute("SELECT current_setting('lock_configuration')").fetchall()
    return bool(locked)


_ANEW = "CREATE OR REPLACE TEMP TABLE judged_subject AS"

_MORE = "INSERT INTO judged_subject"

_STATUS: Final = "ENUM({})".format(", ".join(f"'{one}'" for one in STATUSES))

_AS_NUMBER: Final = "CASE q.status {} ELSE CAST(q.status AS {}) END".format(
    " ".join(f"WHEN '{one}' THEN CAST('{one}' AS {_STATUS})" for one in STATUSES), _STATUS
)
"""A status of millions of subjects is laid down, counted and found as one byte, not as a text; the
cast of what is none of them fails. Told apart by CASE, they cost less than by the cast alone."""

_JUDGED = """
SELECT q.subject, {status} AS status, q.value, q.threshold,
  CASE WHEN q.status = 'not_computable' THEN q.missing END AS missing{told}
FROM ({query}) q {where}"""

_JUDGEMENT = """
CREATE OR REPLACE TEMP VIEW judgement AS
SELECT {kind} AS kind, subject, status, value, threshold, missing,
  {certain} AS certain, {again_on} AS again_on
FROM judged_subject"""

_FEW = """
SELECT subject, status, value, threshold, missing{own} FROM ({query})"""

_AGAIN_ON = """
CASE WHEN q.again_on > (SELECT d_.day FROM judging_day d_) THEN q.again_on END"""
