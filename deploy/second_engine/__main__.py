"""`make second-engine`: every indicator judged by ClickHouse as well, and the two compared.

An invented world is judged by DuckDB; the facts, the law and each indicator's parameters go out as
Parquet; ClickHouse reads them and asks the same queries, translated. Equal means the same subjects
with the same result, value, threshold and missing fields, numbers to the sixth decimal, as sums are
taken in another order. Fences are taken by the queries of populations there too, and compared.
The last line is `second engine: <equal> of <all> indicators equal`; exit status 1 where one is not.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final

import duckdb
from sqlglot.errors import SqlglotError

from deploy.quality.__main__ import END, START
from deploy.quality.judging import translate as translate_answers
from deploy.quality.recording import record
from deploy.quality.registers import lived_with_lists, register_lines
from deploy.sandbox.world import World
from deploy.second_engine.clickhouse import SETTINGS, macros_of, translate
from scoring.declared import tables
from scoring.evaluate import bulk, live
from scoring.facts import Facts
from scoring.indicator import Indicator
from scoring.law import relations
from scoring.normal import load_normal
from scoring.profiles import load_profile
from scoring.reading import views

ROOT: Final = Path(__file__).resolve().parents[2]
PYTHON: Final = ROOT / ".venv" / "second-engine" / "bin" / "python"


@dataclass(frozen=True)
class Compared:
    """How one indicator came out: judgements and flags here, and what differs there."""

    code: str
    judgements: int
    flags: int
    different: int
    fault: str | None = None

    @property
    def equal(self) -> bool:
        """Whether both engines say the same."""
        return self.fault is None and self.different == 0


class Clickhouse:
    """The other engine, in a process of its own."""

    def __init__(self) -> None:
        asking = Path(__file__).with_name("asking.py")
        self._process = subprocess.Popen(
            [str(PYTHON), str(asking)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.seconds = 0.0

    def ask(self, statement: str) -> str | None:
        """Run one statement; what went wrong."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        began = time.monotonic()
        self._process.stdin.write(json.dumps(statement) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        self.seconds += time.monotonic() - began
        fault: str | None = json.loads(answer) if answer else "it ended"
        return fault

    def must(self, statement: str) -> None:
        """Run one statement; raises RuntimeError where it fails."""
        if fault := self.ask(statement):
            raise RuntimeError(f"{fault}\n{statement}")

    def end(self) -> None:
        """Let it go."""
        self._process.communicate()


class Comparison:
    """One world judged by both."""

    def __init__(self, facts: Facts, home: Path) -> None:
        self.facts, self.here, self.home = facts, facts.connection, home
        self.there = Clickhouse()
        self.schema: dict[str, dict[str, str]] = {}
        law = (files("scoring.law") / "law.sql").read_text("utf-8")
        self.macros = macros_of([*statements(law), *views().values()])

    def run(self) -> Iterator[Compared]:
        """Judge everything here, and each indicator there as soon as it is judged here."""
        profile = load_profile("kz")
        ready = False
        for judgements in bulk(self.facts, live(profile), profile):
            if judgements.error is not None:
                raise RuntimeError(f"{judgements.indicator.code}: {judgements.error}")
            if not ready:
                self._prepare()
                ready = True
            yield self._compare(judgements.indicator)
        self.there.end()

    def _prepare(self) -> None:
        for setting in SETTINGS:
            self.there.must(f"SET {setting}")
        for name in (*tables(), *relations(), "profile", "judging_day"):
            self._carry(name)
        for name, statement in views().items():
            head, _, query = statement.partition(" AS\n")
            if " VIEW " in head:
                self.schema[name] = described(self.here, name)
                self.there.must(f"CREATE VIEW {name} AS {self._translated(query)}")

    def _compare(self, indicator: Indicator) -> Compared:
        for name in own(indicator):
            self._carry(name)
        said = self.here.execute(_EXPECTED).fetchall()
        flags = sum(1 for row in said if row[1] == "flagged")
        target = self.home / f"{indicator.code}.parquet"
        try:
            query = self._translated(indicator.query)
        except SqlglotError as refused:
            return Compared(indicator.code, len(said), flags, 0, str(refused))
        if fault := self.there.ask(_ASKED.format(query=query, target=target)):
            return Compared(indicator.code, len(said), flags, 0, fault)
        [[different]] = self.here.execute(_DIFFERENT.format(target=target)).fetchall()
        fault = self._groups(indicator.population) if indicator.population else None
        return Compared(indicator.code, len(said), flags, different, fault)

    def _groups(self, query: str) -> str | None:
        """Take the fences of all groups there as well; what is wrong with them."""
        target = self.home / "groups.parquet"
        columns = self.here.execute(f"DESCRIBE {query}").fetchall()
        names = ", ".join(row[0] for row in columns)
        if fault := self.there.ask(
            _GROUPS.format(columns=names, query=self._translated(query), target=target)
        ):
            return fault
        shown = ", ".join(
            name if kind == "VARCHAR" else _rounded(name) for name, kind, *_ in columns
        )
        here, there = f"SELECT {shown} FROM ({query})", f"SELECT {shown} FROM '{target}'"
        [[different]] = self.here.execute(_APART.format(here=here, there=there)).fetchall()
        return f"{different} groups differ" if different else None

    def _translated(self, query: str) -> str:
        return translate(query, self.macros, self.schema)

    def _carry(self, name: str) -> None:
        """Take a relation over there."""
        file = self.home / f"{name}.parquet"
        self.here.execute(f"COPY (FROM {name}) TO '{file}' (FORMAT parquet)")
        self.there.must(
            f"CREATE OR REPLACE TABLE {name} ENGINE = Memory AS SELECT * FROM file('{file}')"
        )
        self.schema[name] = described(self.here, name)


def described(connection: duckdb.DuckDBPyConnection, name: str) -> dict[str, str]:
    """Return the columns of a relation with their types; an enumeration is text elsewhere."""
    columns = connection.execute(f"DESCRIBE {name}").fetchall()
    return {column: "VARCHAR" if kind.startswith("ENUM") else kind for column, kind, *_ in columns}


def schema(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """Return all relations of a connection with their columns."""
    names = [row[0] for row in connection.execute("SHOW TABLES").fetchall()]
    return {name: described(connection, name) for name in names}


def own(indicator: Indicator) -> Iterator[str]:
    """Name the relations that are made for one indicator."""
    yield "parameters"
    if indicator.population is not None:
        yield "population"
    yield from (each.name for each in indicator.parameters if each.type == "table")


def statements(text: str) -> list[str]:
    """Part a file of SQL into its statements, without its comments."""
    lines = (line for line in text.splitlines() if not line.startswith("--"))
    return "\n".join(lines).split(";")


def _world(seed: int, size: int, home: Path) -> Facts:
    """Load what the portal and the registers tell of an invented world."""
    world = World(seed, size, START)
    lists = lived_with_lists(world, END, home / "lists")
    releases = home / "portal.jsonl"
    translate_answers(record(world, home / "answers"), releases)
    facts = Facts.open(":memory:", memory="1500MB", threads=1)
    load_normal(facts, [str(releases)], [str(one) for one in register_lines(lists, home / "lists")])
    return facts


def main() -> int:
    """Compare, tell of each that differs, and count."""
    parser = argparse.ArgumentParser(prog="deploy.second_engine", description=__doc__)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--size", type=int, default=400)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="qadaga-") as folder:
        facts = _world(wanted.seed, wanted.size, Path(folder))
        [[processes]] = facts.connection.execute("SELECT count(*) FROM process").fetchall()
        comparison = Comparison(facts, Path(folder))
        compared = list(comparison.run())
        facts.close()
    for one in compared:
        if not one.equal:
            print(f"  {one.code:<8} {one.fault or f'{one.different} judgements differ'}")
    judgements, flags = sum(one.judgements for one in compared), sum(one.flags for one in compared)
    print(f"  {processes} purchases, {judgements} judgements, {flags} flags")
    equal = sum(one.equal for one in compared)
    print(f"second engine: {equal} of {len(compared)} indicators equal")
    return int(equal < len(compared))


_EXPECTED: Final = "SELECT subject, status FROM judgement"

_ASKED: Final = """
SELECT subject, toString(status) AS status, toFloat64(value) AS value,
  toFloat64(threshold) AS threshold, toString(missing) AS missing
FROM ({query}) AS q INTO OUTFILE '{target}' TRUNCATE FORMAT Parquet"""

_GROUPS: Final = """
SELECT {columns} FROM ({query}) AS q INTO OUTFILE '{target}' TRUNCATE FORMAT Parquet"""


_APART: Final = """
SELECT count(*) FROM (
  ({here} EXCEPT ALL {there}) UNION ALL ({there} EXCEPT ALL {here}))"""


def _rounded(column: str) -> str:
    return f"CAST({column} AS DECIMAL(38, 6)) AS {column}"


_SAME: Final = f"""
SELECT subject, status, {_rounded("value")}, {_rounded("threshold")},
  CASE WHEN status = 'not_computable' THEN missing END AS missing"""

_DIFFERENT: Final = _APART.format(
    here=f"{_SAME} FROM judgement", there=f"{_SAME} FROM '{{target}}'"
)


if __name__ == "__main__":
    sys.exit(main())
