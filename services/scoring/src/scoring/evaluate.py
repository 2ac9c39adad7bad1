"""Judging: every indicator over all facts, or over the processes that changed, by one query text.

    populations = compute_populations(facts, catalogue(), profile)       # fences, versioned
    for judgements in bulk(facts, catalogue(), profile, populations=populations): ...
    for judgements in incremental(facts, catalogue(), profile, pids, populations): ...

Each `Judgements` is one indicator and is valid until the next one is asked for. An incremental
run makes temporary tables of the same names as the facts with the changed processes only; they
come before the facts in every query. Fences come from the stored populations in both modes, so
that both agree.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial
from typing import Any, Final, TypeVar

import duckdb
import msgspec

from scoring.attempts import add_attempts
from scoring.both_ends import from_both_ends
from scoring.declared import tables
from scoring.facts import Facts
from scoring.fences import Population, tukey
from scoring.indicator import Indicator, Status, catalogue
from scoring.parsed import parsed
from scoring.profiles import Profile
from scoring.reading import by_the_clock, facts_read, read_by
from scoring.relations import (
    SHARED,
    materialise_shared,
    set_judging_day,
    set_parameters,
    set_population,
    set_profile,
)

LIVE: Final = frozenset({"tested", "stable"})
"""Lives of the indicators that score and alert; an experiment is judged offline only."""

SLICE: Final = 700_000
"""Most processes judged at once in bulk, by indicators that look at one alone: of so many, what is
joined and grouped stays nearer to the processor. Fewer would be planned for too often."""

AT_ONCE: Final = 10_000
"""Flags whose evidence is looked for at once: that of all bidders of a country, laid beside each
other, fills any disk."""

MANY: Final = 500
"""Changed processes from which a second connection helps to judge them."""

MANY_INDICATORS: Final = 10
"""Fewer are judged before a second connection has the relations that they join."""

E = TypeVar("E")

Slice = tuple[int, int]
"""The processes from one pid up to another."""


@dataclass(frozen=True)
class Populations:
    """All groups of one moment; findings name the version they were judged against."""

    version: str
    rows: Sequence[Population]

    @cached_property
    def by_code(self) -> Mapping[str, Sequence[Population]]:
        """The groups of each indicator."""
        found: dict[str, list[Population]] = {}
        for row in self.rows:
            found.setdefault(row.code, []).append(row)
        return found


class Judgement(msgspec.Struct, frozen=True, gc=False):
    """One indicator's word on one subject.

    kind     process, buyer, entity (procuring entity) or supplier
    number   pid or party number; subject: the public id (process key or organisation id)
    certain  false where the query says that the record leaves open what else is settled
    again_on the next day on which the result may change although no data does
    """

    kind: str
    number: int
    subject: str
    status: Status
    value: float | None
    threshold: float | None
    missing: tuple[str, ...]
    certain: bool = True
    again_on: date | None = None


@dataclass(frozen=True)
class Evidence:
    """Where in which stored release a number or text stands that the flag rests on."""

    kind: str
    number: int
    process: str
    path: str
    value: str | float | int | None


@dataclass(frozen=True)
class Involved:
    """An organisation that a flag concerns beside its subject, with the value Cardinal gives."""

    kind: str
    number: int
    process: str
    party: str
    value: float


class Judgements:
    """The judgements of one indicator, lying in the temp view `judgement` of the connection.

    `error` is set, and there are no rows, where the query itself failed.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        indicator: Indicator,
        populations: Populations,
        error: str | None = None,
    ) -> None:
        self.connection = connection
        self.indicator = indicator
        self.populations = populations
        self.error = error

    @property
    def population_version(self) -> str | None:
        """Which populations the fence came from; None where the indicator has no fence."""
        return self.populations.version if self.indicator.population else None

    def held(self) -> "Judgements":
        """Read what the connection would have to be asked for, so that it may go on."""
        return self

    def counts(self) -> Mapping[Status, int]:
        """How many subjects got which status."""
        rows = self._fetch("SELECT status, count(*) FROM judgement GROUP BY status")
        return {row[0]: row[1] for row in rows}

    def keep(self, subjects: str) -> None:
        """Forget the judgements of other subjects than a query names."""
        self.connection.execute(f"DELETE FROM judged_subject WHERE subject NOT IN ({subjects})")

    def rows(self, statuses: Iterable[Status] | None = None) -> Iterator[Judgement]:
        """Stream the judgements, or only those with one of the statuses."""
        wanted = None if statuses is None else list(statuses)
        for kind, number, subject, status, value, threshold, missing, *rest in self._fetch(
            _ROWS, wanted
        ):
            fields = _fields(missing)
            yield Judgement(kind, number, subject, status, value, threshold, fields, *rest)

    def flagged(self) -> Iterator[tuple[str, str, float | None]]:
        """Stream (kind, public id, value) of the flagged subjects and nothing else."""
        return self._fetch(_FLAGS)

    def evidence(self) -> Iterator[Evidence]:
        """Stream the evidence of the flagged subjects, looked for of so many of them at once."""
        if self.indicator.evidence is None or self.error is not None:
            return
        query = self.indicator.evidence
        template = _EVIDENCE_OF_PARTIES if "JOIN party" in query else _EVIDENCE
        sql = template.format(query=query, kind=self._kind("e"))
        parts = self._parts()
        try:
            for part in parts or [""]:
                if part:
                    self.connection.execute(_FLAGGED + part)
                for kind, number, process, path, text, amount in self._fetch(sql):
                    told = text if amount is None else _plain(amount)
                    yield Evidence(kind, number, process, path, told)
        finally:
            if parts:
                self.connection.execute(parsed(_FLAGGED))

    def _parts(self) -> list[str]:
        """Divide the flagged subjects, if many, in the order in which they are told of."""
        rows = list(self._fetch(_BEGINNINGS, AT_ONCE))
        if len(rows) <= 1:
            return []
        ends = [(kind, after) for kind, after in rows[1:]] + [(None, None)]
        return [
            _PART.format(kind=kind, first=first, after=after if kind == next_kind else _ALL[1])
            for (kind, first), (next_kind, after) in zip(rows, ends, strict=True)
        ]

    def involved(self) -> Iterator[Involved]:
        """Stream the organisations that the flags concern beside their subjects."""
        if self.indicator.involved is None:
            return
        for row in self._fetch(
            _INVOLVED.format(query=self.indicator.involved, kind=self._kind("e"))
        ):
            yield Involved(*row)

    def _kind(self, alias: str) -> str:
        subject = self.indicator.subject
        return f"{alias}.kind" if subject == "organisation" else f"'{subject}'"

    def _fetch(self, sql: str, *values: object) -> Iterator[tuple]:  # type: ignore[type-arg]
        if self.error is not None:
            return
        cursor = self.connection.execute(parsed(sql), list(values))
        while rows := cursor.fetchmany(10_000):
            yield from rows


class FewJudgements(Judgements):
    """The judgements of one indicator on a few processes: at hand, and not kept by DuckDB.

    Nothing but what is flagged of them is put there, where evidence is asked for.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        indicator: Indicator,
        populations: Populations,
        found: Sequence[Judgement] = (),
        type_of_value: str = "DOUBLE",
    ) -> None:
        super().__init__(connection, indicator, populations)
        self._found = found
        self._type = type_of_value
        self._evidence: Iterable[Evidence] | None = None
        self._involved: Iterable[Involved] | None = None

    def held(self) -> Judgements:
        """Read evidence and who is involved, so that the connection may go on.

        A fault of either is raised when it is asked for.
        """
        self._evidence = _held(self.evidence)
        self._involved = _held(self.involved)
        return self

    def counts(self) -> Mapping[Status, int]:
        """How many subjects got which status."""
        return Counter(one.status for one in self._found)

    def rows(self, statuses: Iterable[Status] | None = None) -> Iterator[Judgement]:
        """Stream the judgements, or only those with one of the statuses."""
        wanted = None if statuses is None else set(statuses)
        return (one for one in self._found if wanted is None or one.status in wanted)

    def flagged(self) -> Iterator[tuple[str, str, float | None]]:
        """Stream (kind, public id, value) of the flagged subjects and nothing else."""
        return ((one.kind, one.subject, one.value) for one in self.rows(["flagged"]))

    def evidence(self) -> Iterator[Evidence]:
        """Stream the evidence of the flagged subjects."""
        if self._evidence is not None:
            yield from self._evidence
        elif self.indicator.evidence is not None and self._put_flagged():
            yield from super().evidence()

    def involved(self) -> Iterator[Involved]:
        """Stream the organisations that the flags concern beside their subjects."""
        if self._involved is not None:
            yield from self._involved
        elif self.indicator.involved is not None and self._put_flagged():
            yield from super().involved()

    def _parts(self) -> list[str]:
        return []

    def _put_flagged(self) -> bool:
        """Make the relation `flagged`; say whether there is anything in it."""
        flags = list(self.rows(["flagged"]))
        if not flags:
            return False
        columns = zip(*((one.number, one.value, one.threshold) for one in flags), strict=True)
        values = [list(column) for column in columns]
        self.connection.execute(
            parsed(_FEW_FLAGGED.format(kind=self.indicator.subject, type=self._type)), values
        )
        self.connection.execute(parsed("CREATE OR REPLACE TEMP VIEW flagged AS FROM few_flagged"))
        return True


def _held(ask: Callable[[], Iterator[E]]) -> Iterable[E]:
    try:
        return list(ask())
    except duckdb.Error as fault:
        return _raising(fault)


def _raising(fault: duckdb.Error) -> Iterator[Any]:
    raise fault
    yield


def compute_populations(
    facts: Facts, catalogue: Mapping[str, Indicator], profile: Profile
) -> Populations:
    """Take every group's fences over all facts."""
    indicators = enabled(catalogue, profile)
    _begin(facts, indicators, profile, None)
    try:
        return _populations(facts.connection, indicators, profile)
    finally:
        _unshadow(facts, indicators)


def bulk(
    facts: Facts,
    catalogue: Mapping[str, Indicator],
    profile: Profile,
    *,
    populations: Populations | None = None,
    only: Status | None = None,
    at_once: int = SLICE,
    as_of: date | None = None,
) -> Iterator[Judgements]:
    """Judge everything, one indicator after the other; `only` keeps one status and no other.

    What an indicator of scope `process` says of a process is the same beside any others, so it
    judges `at_once` of them. Terms have passed or not `as_of` a day: that of the newest release
    where none is named.
    """
    indicators = enabled(catalogue, profile)
    _begin(facts, indicators, profile, as_of)
    materialise_shared(facts.connection, indicators, profile)
    slices = _sliced(facts, indicators, at_once)
    try:
        taken = populations or _populations(facts.connection, indicators, profile)
        for indicator in indicators:
            chosen = slices if _looks_at_one(indicator) else ()
            with _reading_all(facts.connection):
                judged = _judge(
                    facts.connection, indicator, profile, taken, only=only, slices=chosen
                )
            yield judged
    finally:
        _unshadow(facts, indicators)


def incremental(
    facts: Facts,
    catalogue: Mapping[str, Indicator],
    profile: Profile,
    pids: Sequence[int],
    populations: Populations,
    *,
    as_of: date | None = None,
) -> Generator[Judgements]:
    """Judge the processes given by the indicators of scope `process`, as of a day."""
    indicators = [one for one in enabled(catalogue, profile) if one.scope == "process"]
    connections = _connections(facts, indicators, pids)
    _set_day(facts, indicators, as_of, connections)
    facts.connection.execute(_AFFECTED, [list(pids)])
    if "earlier_attempt" in read_by(indicators):
        add_attempts(facts.connection, "affected", f"{_home(facts)}.process")
    names = dict(facts.connection.execute(parsed(_NAMES)).fetchall())
    _shadow(facts, indicators, "pid IN (FROM affected)", _OF_AFFECTED, connections)

    def judge(connection: duckdb.DuckDBPyConnection, indicator: Indicator) -> Judgements:
        return _judge_few(connection, indicator, profile, populations, names)

    try:
        for connection in connections:
            set_profile(connection, profile, indicators)
        if connections == [facts.connection]:
            yield from (judge(facts.connection, one) for one in indicators)
        else:
            yield from _by_both(facts, connections, indicators, judge)
    finally:
        _unshadow(facts, indicators, connections)


def _connections(
    facts: Facts, indicators: Sequence[Indicator], pids: Sequence[int]
) -> list[duckdb.DuckDBPyConnection]:
    """Choose who judges: two connections where there is much to plan, and a core for either."""
    [[threads]] = facts.connection.execute("SELECT current_setting('threads')").fetchall()
    both = threads > 1 and len(pids) >= MANY and len(indicators) >= MANY_INDICATORS
    return [facts.connection, facts.second] if both else [facts.connection]


def _by_both(
    facts: Facts,
    connections: Sequence[duckdb.DuckDBPyConnection],
    indicators: Sequence[Indicator],
    judge: Callable[[duckdb.DuckDBPyConnection, Indicator], Judgements],
) -> Iterator[Judgements]:
    """Judge on two connections, each with one thread: so little is not worth sharing out."""
    first, second = connections
    with facts.one_thread():
        found = from_both_ends(
            indicators, partial(judge, first), lambda one: judge(second, one).held()
        )
        with closing(found):
            yield from found


def enabled(catalogue: Mapping[str, Indicator], profile: Profile) -> list[Indicator]:
    """List those indicators of a catalogue that the profile runs, in the order of their codes."""
    if profile.enabled is None:
        return list(catalogue.values())
    return [catalogue[code] for code in sorted(profile.enabled) if code in catalogue]


def live(profile: Profile, only: Sequence[str] | None = None) -> dict[str, Indicator]:
    """Read the indicators that the running platform judges by, and no other; by code.

    Those of the profile that are no experiment, or `only` the named. Raises KeyError for a code
    that no file bears.
    """
    codes = only or profile.enabled
    found = catalogue(None if codes is None else frozenset(codes))
    chosen = {code: found[code] for code in codes or found}
    return chosen if only else {c: one for c, one in chosen.items() if one.life in LIVE}


def newest_day(facts: Facts) -> date | None:
    """Return the day (UTC+5) of the newest release; None where none is dated."""
    [[day]] = facts.connection.execute(_NEWEST.format(facts=_home(facts))).fetchall()
    return None if day is None else date.fromisoformat(str(day))


def _set_day(
    facts: Facts,
    indicators: Iterable[Indicator],
    as_of: date | None,
    connections: Sequence[duckdb.DuckDBPyConnection] = (),
) -> None:
    if any(map(by_the_clock, indicators)):
        day = as_of or newest_day(facts)
        for connection in connections or (facts.connection,):
            set_judging_day(connection, day)


def _begin(
    facts: Facts, indicators: Sequence[Indicator], profile: Profile, as_of: date | None
) -> None:
    _set_day(facts, indicators, as_of)
    if not profile.judge_cancelled and _any_cancelled(facts):
        cancelled = _CANCELLED.format(facts=_home(facts))
        _shadow(facts, indicators, f"pid NOT IN ({cancelled})", "true")
    set_profile(facts.connection, profile, indicators)


def _any_cancelled(facts: Facts) -> bool:
    sql = f"SELECT 1 FROM ({_CANCELLED.format(facts=_home(facts))}) LIMIT 1"
    return bool(facts.connection.execute(sql).fetchall())


def _home(facts: Facts) -> str:
    name = facts.connection.execute("SELECT current_database()").fetchall()[0][0]
    return f'"{name}".main'


def _shadow(
    facts: Facts,
    indicators: Sequence[Indicator],
    of_processes: str,
    of_registers: str,
    connections: Sequence[duckdb.DuckDBPyConnection] = (),
) -> None:
    """Put tables of some rows in the place of those facts that the indicators read.

    A temporary table is seen by one connection only; two look at tables in memory through views.
    """
    home, columns, shared = _home(facts), tables(), len(connections) > 1
    if shared:
        facts.connection.execute(f"ATTACH ':memory:' AS {_SHARED}")
    for table in _shadowed(indicators):
        condition = of_processes if "pid" in columns[table].columns else of_registers
        made = f"TABLE {_SHARED}.main.{table}" if shared else f"TEMP TABLE {table}"
        facts.connection.execute(
            f"CREATE OR REPLACE {made} AS "
            f"SELECT * FROM {home}.{table} WHERE {condition.format(home=home)}"
        )
        for connection in connections if shared else ():
            connection.execute(f"CREATE TEMP VIEW {table} AS FROM {_SHARED}.main.{table}")


def _shadowed(indicators: Sequence[Indicator]) -> list[str]:
    return sorted(facts_read(indicators) - _DICTIONARIES)


@contextmanager
def _reading_all(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Plan without what pays only where little of a table is wanted, if the plan is ours to set."""
    [[locked]] = connection.execute("SELECT current_setting('lock_configuration')").fetchall()
    if locked:
        yield
        return
    connection.execute(f"SET disabled_optimizers = '{_FOR_LITTLE}'")
    try:
        yield
    finally:
        connection.execute("RESET disabled_optimizers")


def _sliced(facts: Facts, indicators: Sequence[Indicator], at_once: int) -> list[Slice]:
    """Put views of one slice in the place of the facts, the slice being all until one is chosen.

    None are needed where there are few processes, or where tables took the place of the facts.
    """
    connection, columns = facts.connection, tables()
    if _temporary(connection, "table") & set(_shadowed(indicators)):
        return []
    [[last]] = connection.execute("SELECT coalesce(max(pid), 0) FROM process").fetchall()
    if last < at_once:
        return []
    _choose(connection, _ALL)
    for table in _shadowed(indicators):
        if "pid" in columns[table].columns:
            connection.execute(_SLICED.format(name=table, table=f"{_home(facts)}.{table}"))
    for name in read_by(indicators) & set(SHARED):
        connection.execute(_SLICED.format(name=name, table=f"kept_{name}"))
    size = -(-(last + 1) // -(-(last + 1) // at_once))
    return [(first, first + size) for first in range(0, last + 1, size)]


def _looks_at_one(indicator: Indicator) -> bool:
    return indicator.scope == "process" and not any(name in indicator.query for name in _WHOLE)


def _choose(connection: duckdb.DuckDBPyConnection, chosen: Slice) -> None:
    first, after = chosen
    connection.execute(f"SET VARIABLE first_pid = {first}; SET VARIABLE pid_after = {after}")


def _temporary(connection: duckdb.DuckDBPyConnection, kind: str) -> set[str]:
    sql = f"SELECT {kind}_name FROM duckdb_{kind}s() WHERE database_name = 'temp'"
    return {row[0] for row in connection.execute(sql).fetchall()}


def _unshadow(
    facts: Facts,
    indicators: Sequence[Indicator],
    connections: Sequence[duckdb.DuckDBPyConnection] = (),
) -> None:
    for connection in connections or (facts.connection,):
        views = _temporary(connection, "view")
        for table in _shadowed(indicators):
            kind = "VIEW" if table in views else "TABLE"
            connection.execute(f"DROP {kind} IF EXISTS temp.main.{table}")
    if len(connections) > 1:
        facts.connection.execute(f"DETACH {_SHARED}")


def _populations(
    connection: duckdb.DuckDBPyConnection, indicators: Sequence[Indicator], profile: Profile
) -> Populations:
    rows: list[Population] = []
    for indicator in indicators:
        if indicator.population is not None:
            set_parameters(connection, indicator, profile)
            cursor = connection.execute(indicator.population)
            names = [column[0] for column in cursor.description or ()]
            found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
            rows += [tukey(indicator.code, row) for row in found]
    rows.sort(key=lambda row: (row.code, row.peer))
    digest = hashlib.sha256(repr((profile, rows)).encode()).hexdigest()[:12]
    return Populations(digest, rows)


def _judge(
    connection: duckdb.DuckDBPyConnection,
    indicator: Indicator,
    profile: Profile,
    populations: Populations,
    *,
    only: Status | None = None,
    slices: Sequence[Slice] = (),
) -> Judgements:
    try:
        _set_what_it_joins(connection, indicator, profile, populations)
        _fill(connection, _query(indicator, only), slices)
        connection.execute(parsed(_JUDGEMENT.format(**_same_for_all(indicator))))
        connection.execute(parsed(_FLAGGED))
    except duckdb.Error as error:
        return Judgements(connection, indicator, populations, str(error).splitlines()[0])
    return Judgements(connection, indicator, populations)


def _judge_few(
    connection: duckdb.DuckDBPyConnection,
    indicator: Indicator,
    profile: Profile,
    populations: Populations,
    names: Mapping[int, str],
) -> Judgements:
    """Judge at one go: of a few, laying the results down costs as much as judging."""
    same = ", ".join(f"{sql} AS {name}" for name, sql in _same_for_all(indicator).items())
    try:
        _set_what_it_joins(connection, indicator, profile, populations)
        query = _FEW.format(same=same, query=_query(indicator, None))
        cursor = connection.execute(parsed(query))
        types = {column[0]: str(column[1]) for column in cursor.description or ()}
        rows = cursor.fetchall()
    except duckdb.Error as error:
        return Judgements(connection, indicator, populations, str(error).splitlines()[0])
    found = [
        Judgement(kind, number, names[number], status, value, threshold, _fields(missing), *rest)
        for kind, *rest, number, status, value, threshold, missing in rows
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


def _fields(missing: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(missing.split(","))) if missing else ()


def _query(indicator: Indicator, only: Status | None) -> str:
    told = "".join(f", {sql} AS {name}" for name, sql in _told(indicator).items())
    where = f"WHERE q.status = '{only}'" if only else ""
    return _JUDGED.format(told=told, query=indicator.query, where=where)


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
            _choose(connection, one)
            connection.execute(parsed((_MORE if place else _ANEW) + sql))
    finally:
        _choose(connection, _ALL)


def _plain(number: float) -> float | int:
    return int(number) if number.is_integer() else number


_ALL: Final[Slice] = (0, 2**31 - 1)

_WHOLE: Final = ("earlier_attempt", "law_change_reason")
"""The first lays processes beside each other; words are looked for in few texts of all processes,
and slices of them would only be planned worse."""

_FOR_LITTLE: Final = "join_filter_pushdown,distinct_aggregate_rewrite"
"""The first looks among the rows of a join for a range of them to read; the second keeps all rows
to count distinct ones apart. Together they take a tenth of judging everything."""

_SHARED: Final = "judged_together"
"""The database in memory with the facts of a batch that two connections judge."""

_DICTIONARIES = frozenset({"subject", "party"})
"""They are only looked things up in."""

_AFFECTED = "CREATE OR REPLACE TEMP TABLE affected AS SELECT unnest($1::INTEGER[]) AS pid"

_NAMES = "SELECT pid, key FROM subject WHERE pid IN (FROM affected)"

_OF_AFFECTED = """party IS NULL OR party IN (
  SELECT party FROM {home}.participant WHERE pid IN (FROM affected))"""

_CANCELLED = "SELECT pid FROM {facts}.process WHERE tender_status = 'cancelled'"

_SLICED = """
CREATE OR REPLACE TEMP VIEW {name} AS FROM {table}
WHERE pid >= getvariable('first_pid') AND pid < getvariable('pid_after')"""

_ANEW = "CREATE OR REPLACE TEMP TABLE judged_subject AS"

_MORE = "INSERT INTO judged_subject"

_JUDGED = """
SELECT q.subject, q.status, q.value, q.threshold,
  CASE WHEN q.status = 'not_computable' THEN q.missing END AS missing{told}
FROM ({query}) q {where}"""

_JUDGEMENT = """
CREATE OR REPLACE TEMP VIEW judgement AS
SELECT {kind} AS kind, subject, status, value, threshold, missing,
  {certain} AS certain, {again_on} AS again_on
FROM judged_subject"""

_FEW = """
SELECT {same}, subject, status, value, threshold, missing FROM ({query})"""

_FEW_FLAGGED = """
CREATE OR REPLACE TEMP TABLE few_flagged AS
SELECT '{kind}' AS kind, unnest($1::INTEGER[]) AS subject, unnest($2::{type}[]) AS value,
  unnest($3::DOUBLE[]) AS threshold"""

_AGAIN_ON = """
CASE WHEN q.again_on > (SELECT d_.day FROM judging_day d_) THEN q.again_on END"""

_NEWEST = """
SELECT max(CAST(TRY_CAST(date_text AS TIMESTAMPTZ) AT TIME ZONE 'UTC' + INTERVAL 5 HOUR AS DATE))
FROM {facts}.process"""

_FLAGGED = """
CREATE OR REPLACE TEMP VIEW flagged AS
SELECT kind, subject, value, threshold FROM judgement WHERE status = 'flagged'"""

_BEGINNINGS = """
SELECT kind, subject FROM (
  SELECT kind, subject, row_number() OVER (PARTITION BY kind ORDER BY subject) AS place
  FROM flagged)
WHERE (place - 1) % $1::INTEGER = 0 ORDER BY kind, subject"""

_PART = " AND kind = '{kind}' AND subject >= {first} AND subject < {after}"

_PUBLIC = """
LEFT JOIN subject s ON {kind} = 'process' AND s.pid = {number}
LEFT JOIN party o ON {kind} <> 'process' AND o.party = {number}"""

_ROWS = f"""
SELECT j.kind, j.subject, coalesce(s.key, o.id), j.status, j.value, j.threshold, j.missing,
  j.certain, j.again_on
FROM judgement j {_PUBLIC.format(kind="j.kind", number="j.subject")}
WHERE $1::VARCHAR[] IS NULL OR list_contains($1::VARCHAR[], j.status)
ORDER BY j.kind, j.subject"""

_FLAGS = f"""
SELECT j.kind, coalesce(s.key, o.id), j.value
FROM judgement j {_PUBLIC.format(kind="j.kind", number="j.subject")}
WHERE j.status = 'flagged' ORDER BY j.kind, j.subject"""

_EVIDENCE = """
SELECT {kind} AS kind, e.subject, p.key, e.path, e.text, e.number
FROM ({query}) e JOIN subject p ON p.pid = e.pid
ORDER BY 1, 2, p.pid DESC, e.path"""

_EVIDENCE_OF_PARTIES = """
WITH shown AS MATERIALIZED ({query}),
called AS (
  SELECT pid, party, any_value(local_id) AS local_id FROM (
    SELECT pid, party, local_id FROM bid_tenderer
    UNION ALL SELECT pid, party, local_id FROM award_supplier
    UNION ALL SELECT pid, party, local_id FROM contract_supplier)
  WHERE local_id IS NOT NULL AND pid IN (SELECT pid FROM shown) GROUP BY pid, party)
SELECT {kind} AS kind, e.subject, p.key, e.path, coalesce(c.local_id, e.text), e.number
FROM shown e JOIN subject p ON p.pid = e.pid
LEFT JOIN party o ON o.id = e.text AND e.path LIKE '%/id'
LEFT JOIN called c ON c.pid = e.pid AND c.party = o.party
ORDER BY 1, 2, p.pid DESC, e.path"""
"""An organisation is shown by the id that its publisher gave it there."""

_INVOLVED = """
SELECT {kind} AS kind, e.subject, p.key, o.id, e.value
FROM ({query}) e JOIN party o ON o.party = e.party JOIN subject p ON p.pid = e.pid
ORDER BY 1, 2, o.id"""
