"""Taking in one batch of a feed: read strictly, checked, and put in the place of what stood before.

A line that cannot be read is found by halving the batch and comes back as a fault; the others are
loaded, and the cursor moves past it.
"""

import re
import tempfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import duckdb

from scoring.attempts import add_attempts
from scoring.batches import REGISTERS, Batch
from scoring.filling import macros
from scoring.parsed import parsed
from scoring.planning import in_a_hurry
from scoring.staging import columns


@dataclass(frozen=True)
class Fault:
    """A line that could not be read, and why; it is reported, never dropped in silence."""

    line: int
    reason: str
    content: bytes = b""


@dataclass(frozen=True)
class Loaded:
    """What a batch did: pids that are new or changed, pids that are gone, lines refused."""

    changed: list[int]
    deleted: list[int]
    faults: list[Fault] = field(default_factory=list)


Keep = Callable[[Sequence[Fault]], None]
"""What is done with the lines that are refused, before the cursor moves past them."""


def keep_nothing(_: Sequence[Fault]) -> None:
    """Leave it to the caller, who has them already."""


class Loader:
    """Loads into one connection; `room_for` makes room for a line of so many bytes."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        room_for: Callable[[int], AbstractContextManager[int]],
    ) -> None:
        self._connection = connection
        self._room_for = room_for
        self._made: set[str] = set()
        connection.execute(macros())

    def load(
        self, way: Batch, path: Path, last_seq: int, epoch: str | None, keep: Keep = keep_nothing
    ) -> Loaded:
        """Take in a batch and the new cursor, in one transaction."""
        try:
            return self._load(way, path, last_seq, epoch)
        except (duckdb.Error, ValueError):
            return self._load_without_guilty(way, path, last_seq, epoch, keep)

    def _load(self, way: Batch, path: Path, last_seq: int, epoch: str | None) -> Loaded:
        self._make_tables(way)
        lines, longest = lines_and_longest(path)
        with in_a_hurry(self._connection, lines), transaction(self._connection):
            self._stage(way, path, lines, longest)
            self._replace(way)
            self._ask(_MOVE_CURSOR, last_seq, epoch, way.feed)
            if way.feed == REGISTERS:
                return Loaded([], [])
            return Loaded(self._numbers("staged"), self._numbers("withdrawn"))

    def _make_tables(self, way: Batch) -> None:
        """Make the tables `new_...` once; whoever fills them leaves them empty."""
        for table in set(way.tables) - self._made:
            self._connection.execute(f"CREATE TEMP TABLE new_{table} AS FROM {table} LIMIT 0")
            self._made.add(table)

    def _stage(self, way: Batch, path: Path, lines: int, longest: int) -> None:
        """Read the batch strictly, give out numbers, and fill the tables `new_...`."""
        with self._room_for(longest) as size:
            read = _READ.format(columns=columns(way.columns), bytes=size)
            self._ask(read, str(path))
        found = self._ask(_LINES_READ.format(unusable=way.unusable)).fetchall()
        read_lines, unusable = found[0]
        if read_lines != lines or unusable:
            raise ValueError(f"{lines} lines, {read_lines} read, {unusable} without key or body")
        self._run(way.number)
        nothing = self._nothing_to_fill(way)
        self._run(step.sql for step in way.steps if step.table not in nothing)
        for query, words in way.differs:
            if differing := self._ask(query).fetchall():
                raise ValueError(f"{words} {differing[0][0]}")

    def _nothing_to_fill(self, way: Batch) -> set[str]:
        conditions = way.conditions
        if not conditions:
            return set()
        asked = ", ".join(f"bool_or({condition})" for condition in conditions.values())
        found = self._ask(f"SELECT {asked} FROM staged").fetchall()[0]
        return {table for table, there in zip(conditions, found, strict=True) if not there}

    def _replace(self, way: Batch) -> None:
        """Put the new rows in the place of the old; there may be none of either."""
        column, batch = way.by
        theirs = f"{column} IN (SELECT {column} FROM {batch})"
        known = bool(self._with_rows(way.tables[:1], "", theirs))
        if way.linked:
            self._ask("CREATE OR REPLACE TEMP TABLE linked AS FROM touched")
        left = known and way.linked and add_attempts(self._connection, "linked", "process")
        if known or way.feed == REGISTERS:
            for table in self._with_rows(way.tables, "", theirs):
                self._ask(f"DELETE FROM {table} WHERE {theirs}")
        for table in self._with_rows(way.tables, "new_", "true"):
            self._ask(f"INSERT INTO {table} FROM new_{table}")
            self._ask(f"TRUNCATE new_{table}")
        self._run(way.replace)
        if way.linked and (add_attempts(self._connection, "linked", "process") or left):
            self._ask(_JUDGE_LINKED)

    def _with_rows(self, tables: Sequence[str], prefix: str, condition: str) -> list[str]:
        """Name those of some tables that have rows of a kind."""
        asked = (f"(SELECT '{t}' FROM {prefix}{t} WHERE {condition} LIMIT 1)" for t in tables)
        rows = self._ask(" UNION ALL ".join(asked)).fetchall()
        return [row[0] for row in rows]

    def _run(self, statements: Iterable[str]) -> None:
        for statement in statements:
            self._ask(statement)

    def _ask(self, statement: str, *values: object) -> duckdb.DuckDBPyConnection:
        return self._connection.execute(parsed(statement), list(values))

    def _numbers(self, table: str) -> list[int]:
        rows = self._ask(f"SELECT pid FROM {table} ORDER BY pid").fetchall()
        return [row[0] for row in rows]

    def _load_without_guilty(
        self, way: Batch, path: Path, last_seq: int, epoch: str | None, keep: Keep
    ) -> Loaded:
        lines = [line for line in path.read_bytes().splitlines() if line.strip()]
        with tempfile.TemporaryDirectory(prefix="qadaga-") as folder:
            part = Path(folder) / "part.ndjson"
            faults = self._guilty(way, part, list(enumerate(lines, 1)))
            refused = {fault.line for fault in faults}
            good = [line for number, line in enumerate(lines, 1) if number not in refused]
            part.write_bytes(b"\n".join(good) + b"\n")
            keep(faults)
            loaded = self._load(way, part, last_seq, epoch)
        return Loaded(loaded.changed, loaded.deleted, faults)

    def _guilty(self, way: Batch, part: Path, lines: list[tuple[int, bytes]]) -> list[Fault]:
        """Halve until each half can be read or is the one line that cannot."""
        reason = self._why_not(way, part, [line for _, line in lines])
        if reason is None:
            return []
        if len(lines) == 1:
            return [Fault(lines[0][0], reason, lines[0][1])]
        middle = len(lines) // 2
        return [
            *self._guilty(way, part, lines[:middle]),
            *self._guilty(way, part, lines[middle:]),
        ]

    def _why_not(self, way: Batch, part: Path, lines: list[bytes]) -> str | None:
        self._make_tables(way)
        part.write_bytes(b"\n".join(lines) + b"\n")
        self._connection.execute("BEGIN")
        try:
            self._stage(way, part, *lines_and_longest(part))
            self._replace(way)
        except (duckdb.Error, ValueError) as error:
            return _PLACE.sub("", str(error).splitlines()[0])
        finally:
            self._connection.execute("ROLLBACK")
        return None


def lines_and_longest(path: Path) -> tuple[int, int]:
    """Count the lines of a file that are not blank, and the bytes of the longest."""
    with path.open("rb") as lines:
        lengths = [len(line) for line in lines if not line.isspace()]
    return len(lengths), max(lengths, default=0)


class transaction:  # noqa: N801 (reads as a statement: with transaction(connection))
    """Begins a transaction; commits it at the end, or undoes it after a fault."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def __enter__(self) -> None:
        self._connection.execute("BEGIN")

    def __exit__(self, kind: object, *_: object) -> None:
        self._connection.execute("COMMIT" if kind is None else "ROLLBACK")


_PLACE: Final = re.compile(
    r' (in|while reading) file "[^"]*",?( at byte \d+)?( in (line|record/value) \d+)?'
)

_MOVE_CURSOR: Final = "UPDATE progress SET facts_seq = ?, epoch = ? WHERE feed = ?"

_JUDGE_LINKED: Final = """
UPDATE process SET seq = greatest(seq, (SELECT max(seq) FROM latest))
WHERE pid IN (SELECT pid FROM linked) AND pid NOT IN (SELECT pid FROM touched)"""

_READ: Final = """
CREATE OR REPLACE TEMP TABLE feed AS
SELECT * FROM read_json($1, columns = {columns}, format = 'newline_delimited',
  maximum_object_size = {bytes})"""

_LINES_READ: Final = """
SELECT count(*), count(*) FILTER (seq IS NULL OR key IS NULL OR deleted IS NULL
  OR ({unusable})) FROM feed"""
