"""What an indicator says: of each subject a result, of each flag what it rests on.

Rows lie in relations of the connection that judged, and are asked for there; what was judged of a
few processes is at hand.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Any, Final, TypeVar

import duckdb
import msgspec

from scoring.fences import Population
from scoring.indicator import Indicator, Status
from scoring.parsed import parsed

AT_ONCE: Final = 10_000
"""Flags whose evidence is looked for at once: that of all bidders of a country, laid beside each
other, fills any disk."""

NUMBERS_END: Final = 2**31 - 1
"""No process or party has this number."""

E = TypeVar("E")


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
            self._named(_ROWS), wanted
        ):
            fields = fields_of(missing)
            yield Judgement(kind, number, subject, status, value, threshold, fields, *rest)

    def flagged(self) -> Iterator[tuple[str, str, float | None]]:
        """Stream (kind, public id, value) of the flagged subjects and nothing else."""
        return self._fetch(self._named(_FLAGS))

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
                    self.connection.execute(FLAGGED + part)
                for kind, number, process, path, text, amount in self._fetch(sql):
                    told = text if amount is None else _plain(amount)
                    yield Evidence(kind, number, process, path, told)
        finally:
            if parts:
                self.connection.execute(parsed(FLAGGED))

    def _parts(self) -> list[str]:
        """Divide the flagged subjects, if many, in the order in which they are told of."""
        rows = list(self._fetch(_BEGINNINGS, AT_ONCE))
        if len(rows) <= 1:
            return []
        ends = [(kind, after) for kind, after in rows[1:]] + [(None, None)]
        return [
            _PART.format(kind=kind, first=first, after=after if kind == next_kind else NUMBERS_END)
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

    def _named(self, sql: str) -> str:
        """Look public ids up where those of the indicator's subjects stand."""
        known = "process" if self.indicator.subject == "process" else "party"
        return sql.format(**_PUBLIC[known])

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


@lru_cache(maxsize=10_000)
def fields_of(missing: str | None) -> tuple[str, ...]:
    """Name the fields that a query found missing, each once."""
    return tuple(dict.fromkeys(missing.split(","))) if missing else ()


def _plain(number: float) -> float | int:
    return int(number) if number.is_integer() else number


FLAGGED = """
CREATE OR REPLACE TEMP VIEW flagged AS
SELECT kind, subject, value, threshold FROM judgement WHERE status = 'flagged'"""

_FEW_FLAGGED = """
CREATE OR REPLACE TEMP TABLE few_flagged AS
SELECT '{kind}' AS kind, unnest($1::INTEGER[]) AS subject, unnest($2::{type}[]) AS value,
  unnest($3::DOUBLE[]) AS threshold"""

_BEGINNINGS = """
SELECT kind, subject FROM (
  SELECT kind, subject, row_number() OVER (PARTITION BY kind ORDER BY subject) AS place
  FROM flagged)
WHERE (place - 1) % $1::INTEGER = 0 ORDER BY kind, subject"""

_PART = " AND kind = '{kind}' AND subject >= {first} AND subject < {after}"

_PUBLIC: Final = {
    "process": {"id": "s.key", "dictionary": "subject s ON s.pid"},
    "party": {"id": "s.id", "dictionary": "party s ON s.party"},
}

_ROWS = """
SELECT j.kind, j.subject, {id}, j.status, j.value, j.threshold, j.missing, j.certain, j.again_on
FROM judgement j LEFT JOIN {dictionary} = j.subject
WHERE $1::VARCHAR[] IS NULL OR list_contains($1::VARCHAR[], j.status)
ORDER BY j.kind, j.subject"""

_FLAGS = """
SELECT j.kind, {id}, j.value FROM judgement j LEFT JOIN {dictionary} = j.subject
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
