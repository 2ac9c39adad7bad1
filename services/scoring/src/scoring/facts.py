"""The facts of all processes in one DuckDB file, filled batch by batch from the releases feed.

The engine owns the file (DuckDB lets one process in). It is derived data: delete it, and it is
rebuilt from the feed. Raw files of an offline run come in through scoring.raw.
"""

import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

import duckdb

from scoring.staging import FACT_TABLES, FEED, FEED_COLUMNS, FILL, MACROS, SPLIT, columns

MAXIMUM_OBJECT_BYTES = 16 * 1024 * 1024
"""A line that is longer gets room of its own; twice as much is the buffer of each thread."""

COPIES = 8
ROOM_BYTES = 700_000_000


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


class Facts:
    """The DuckDB file (or `:memory:`) with the tables of facts.sql."""

    def __init__(self, path: Path | str, memory: str, threads: int, spill: Path | None) -> None:
        self._path = str(path)
        self._memory = memory
        self._threads = threads
        self._spill = spill or Path(f"{path}.spill")
        self.connection = self._connect()
        if not self.connection.execute("SELECT 1 FROM duckdb_tables() LIMIT 1").fetchall():
            self.connection.execute(_schema())

    @classmethod
    def open(
        cls,
        path: Path | str,
        *,
        memory: str = "700MB",
        threads: int = 2,
        spill: Path | None = None,
    ) -> "Facts":
        """Open or make the file; raises duckdb.IOException while another process has it.

        `spill` is the folder for what does not fit into `memory`; beside the file if not given.
        """
        return cls(path, memory, threads, spill)

    def load(self, path: Path, *, last_seq: int, epoch: str | None) -> Loaded:
        """Take in one batch of feed lines and the new cursor, in one transaction.

        A line that cannot be read is found by halving the batch and comes back as a fault; the
        others are loaded, and the cursor moves past it.
        """
        try:
            return self._load(path, last_seq, epoch)
        except (duckdb.Error, ValueError):
            return self._load_without_guilty(path, last_seq, epoch)

    def cursor(self) -> tuple[int, str | None]:
        """(facts_seq, epoch): how far the feed has been read."""
        row = self.connection.execute(
            "SELECT facts_seq, epoch FROM progress WHERE feed = 'releases'"
        ).fetchone()
        assert row is not None
        return row[0], row[1]

    def reset(self, epoch: str | None) -> None:
        """Forget everything; reading starts at zero again."""
        with _transaction(self.connection):
            for table in (*FACT_TABLES, "subject", "party", "gone"):
                self.connection.execute(f"DELETE FROM {table}")
            self.connection.execute("UPDATE progress SET facts_seq = 0, epoch = ?", [epoch])

    def changed_since(self, seq: int) -> Loaded:
        """What came or went after that seq: what is still to be judged after a start."""
        changed = self._pids("SELECT pid FROM process WHERE seq > ? ORDER BY pid", [seq])
        deleted = self._pids("SELECT pid FROM gone WHERE seq > ? ORDER BY pid", [seq])
        return Loaded(changed, deleted)

    def checkpoint(self) -> None:
        """Write the log into the file; to be called in idle moments."""
        self.connection.execute("CHECKPOINT")

    def compact(self) -> None:
        """Rewrite the file without its free blocks, clustered again; a copy, then a rename."""
        fresh = Path(f"{self._path}.fresh")
        fresh.unlink(missing_ok=True)
        name = self.connection.execute("SELECT current_database()").fetchall()[0][0]
        self.connection.execute(f"ATTACH '{fresh}' AS fresh")
        self.connection.execute(f'COPY FROM DATABASE "{name}" TO fresh')
        self.connection.execute("DETACH fresh")
        self.connection.close()
        fresh.replace(self._path)
        self.connection = self._connect()

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

    @contextmanager
    def room_for(self, longest: int) -> Iterator[int]:
        """Make room for a line of that many bytes; gives the size of object to ask for.

        The reader holds a few copies of what it reads, in every thread.
        """
        if longest < MAXIMUM_OBJECT_BYTES:
            yield MAXIMUM_OBJECT_BYTES
            return
        run = self.connection.execute
        run("SET threads = 1")
        run(f"SET memory_limit = '{COPIES * longest + ROOM_BYTES}B'")
        try:
            yield longest + 1
        finally:
            run(f"SET threads = {self._threads}")
            run(f"SET memory_limit = '{self._memory}'")

    def _connect(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect(self._path)
        connection.execute(f"SET memory_limit = '{self._memory}'")
        connection.execute(f"SET threads = {self._threads}")
        if self._path != ":memory:" or self._spill.is_dir():
            connection.execute(f"SET temp_directory = '{self._spill}'")
        connection.execute("SET max_temp_directory_size = '8GB'")
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET enable_progress_bar = false")
        connection.execute(MACROS)
        return connection

    def _pids(self, sql: str, values: Sequence[object] = ()) -> list[int]:
        return [row[0] for row in self.connection.execute(sql, list(values)).fetchall()]

    def _load(self, path: Path, last_seq: int, epoch: str | None) -> Loaded:
        with _transaction(self.connection):
            self._stage(path)
            self._replace()
            self.connection.execute(_MOVE_CURSOR, [last_seq, epoch])
            changed = self._pids("SELECT pid FROM staged ORDER BY pid")
            deleted = self._pids("SELECT pid FROM withdrawn ORDER BY pid")
        return Loaded(changed, deleted)

    def _stage(self, path: Path) -> None:
        """Read the batch strictly, give out numbers, and fill the tables `new_...`."""
        run = self.connection.execute
        lines, longest = lines_and_longest(path)
        with self.room_for(longest) as size:
            read = _READ_FEED.format(columns=columns(FEED_COLUMNS), bytes=size)
            run(read, [str(path)])
        self._check_lines(lines)
        for statement in _NUMBER:
            run(statement)
        for table in FACT_TABLES:
            run(f"CREATE OR REPLACE TEMP TABLE new_{table} AS FROM {table} LIMIT 0")
        for statement in (*SPLIT, *FILL):
            run(_filled(statement, FEED))
        if short := self._pids(_COUNTS_DIFFER):
            raise ValueError(f"counts in the envelope differ from the rows read: pid {short[0]}")

    def _check_lines(self, expected: int) -> None:
        read, incomplete = self.connection.execute(_LINES_READ).fetchall()[0]
        if read != expected or incomplete:
            raise ValueError(f"{expected} lines, {read} read, {incomplete} without key or body")

    def _replace(self) -> None:
        run = self.connection.execute
        for table in FACT_TABLES:
            run(f"DELETE FROM {table} WHERE pid IN (FROM touched)")
            run(f"INSERT INTO {table} FROM new_{table}")
        run("DELETE FROM gone WHERE pid IN (FROM touched)")
        run("INSERT INTO gone SELECT pid, seq FROM withdrawn")

    def _load_without_guilty(self, path: Path, last_seq: int, epoch: str | None) -> Loaded:
        lines = [line for line in path.read_bytes().splitlines() if line.strip()]
        with tempfile.TemporaryDirectory(prefix="qadaga-") as folder:
            part = Path(folder) / "part.ndjson"
            faults = self._guilty(part, list(enumerate(lines, 1)))
            refused = {fault.line for fault in faults}
            good = [line for number, line in enumerate(lines, 1) if number not in refused]
            part.write_bytes(b"\n".join(good) + b"\n")
            loaded = self._load(part, last_seq, epoch)
        return Loaded(loaded.changed, loaded.deleted, faults)

    def _guilty(self, part: Path, lines: list[tuple[int, bytes]]) -> list[Fault]:
        """Halve until each half can be read or is the one line that cannot."""
        reason = self._why_not(part, [line for _, line in lines])
        if reason is None:
            return []
        if len(lines) == 1:
            return [Fault(lines[0][0], reason, lines[0][1])]
        middle = len(lines) // 2
        return self._guilty(part, lines[:middle]) + self._guilty(part, lines[middle:])

    def _why_not(self, part: Path, lines: list[bytes]) -> str | None:
        part.write_bytes(b"\n".join(lines) + b"\n")
        self.connection.execute("BEGIN")
        try:
            self._stage(part)
            self._replace()
        except (duckdb.Error, ValueError) as error:
            return _PLACE.sub("", str(error).splitlines()[0])
        finally:
            self.connection.execute("ROLLBACK")
        return None


def lines_and_longest(path: Path) -> tuple[int, int]:
    """Count the lines of a file that are not blank, and the bytes of the longest."""
    with path.open("rb") as lines:
        lengths = [len(line) for line in lines if not line.isspace()]
    return len(lengths), max(lengths, default=0)


def copy_for_reading(facts: Facts, source: Path, target: Path) -> None:
    """Copy the file for a back-test: written out first, so that the copy is whole."""
    facts.checkpoint()
    shutil.copyfile(source, target)


_PLACE = re.compile(
    r' (in|while reading) file "[^"]*",?( at byte \d+)?( in (line|record/value) \d+)?'
)

_MOVE_CURSOR = "UPDATE progress SET facts_seq = ?, epoch = ? WHERE feed = 'releases'"

_READ_FEED = """
CREATE OR REPLACE TEMP TABLE feed AS
SELECT * FROM read_json($1, columns = {columns}, format = 'newline_delimited',
  maximum_object_size = {bytes})"""

_LINES_READ = """
SELECT count(*), count(*) FILTER (seq IS NULL OR key IS NULL OR deleted IS NULL
  OR (NOT deleted AND (body.ocid IS NULL OR body.release IS NULL))) FROM feed"""

_NUMBER = (
    """CREATE OR REPLACE TEMP TABLE latest AS SELECT * FROM feed
    QUALIFY row_number() OVER (PARTITION BY key ORDER BY seq DESC) = 1""",
    """INSERT INTO subject
    SELECT (SELECT coalesce(max(pid), -1) FROM subject) + row_number() OVER (ORDER BY seq),
      key, body.ocid, body.source
    FROM latest l WHERE NOT deleted AND NOT EXISTS (SELECT 1 FROM subject s WHERE s.key = l.key)""",
    """CREATE OR REPLACE TEMP TABLE staged AS
    SELECT s.pid, l.seq, l.body.origin AS origin, l.body.counts AS counts,
      l.body.parties AS parties, unnest(l.body.release)
    FROM latest l JOIN subject s ON s.key = l.key WHERE NOT l.deleted""",
    """CREATE OR REPLACE TEMP TABLE withdrawn AS
    SELECT s.pid, l.seq FROM latest l JOIN subject s ON s.key = l.key WHERE l.deleted""",
    """CREATE OR REPLACE TEMP TABLE touched AS
    SELECT pid FROM staged UNION ALL SELECT pid FROM withdrawn""",
    """CREATE OR REPLACE TEMP TABLE named AS
    SELECT pid, p.local_id::VARCHAR AS token, p.id AS id, coalesce(p.weak, false) AS weak,
      coalesce(p.person, false) AS person
    FROM (SELECT pid, unnest(parties) AS p FROM staged)
    WHERE p.id IS NOT NULL AND p.local_id IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY pid, p.local_id::VARCHAR ORDER BY p.id) = 1""",
    """INSERT INTO party
    SELECT (SELECT coalesce(max(party), 0) FROM party) + row_number() OVER (ORDER BY id),
      id, weak, person
    FROM (SELECT id, bool_or(weak) AS weak, bool_or(person) AS person FROM named GROUP BY id) n
    WHERE NOT EXISTS (SELECT 1 FROM party p WHERE p.id = n.id)""",
    """CREATE OR REPLACE TEMP TABLE dictionary AS
    SELECT n.pid, n.token, p.party, json_text(n.token::JSON) AS local_id
    FROM named n JOIN party p ON p.id = n.id""",
)

_COUNTS_DIFFER = """
SELECT s.pid FROM staged s
LEFT JOIN (SELECT pid, count(*) AS n FROM new_bid GROUP BY pid) b ON b.pid = s.pid
LEFT JOIN (SELECT pid, count(*) AS n FROM new_award GROUP BY pid) a ON a.pid = s.pid
WHERE coalesce(s.counts.bids, 0) <> coalesce(b.n, 0)
   OR coalesce(s.counts.awards, 0) <> coalesce(a.n, 0)
ORDER BY s.pid LIMIT 1"""


def _schema() -> str:
    return (files("scoring") / "facts.sql").read_text(encoding="utf-8")


def _filled(statement: str, words: dict[str, str]) -> str:
    for name, word in words.items():
        statement = statement.replace(f"{{{name}}}", word)
    return statement


class _transaction:  # noqa: N801 (reads as a statement: with _transaction(connection))
    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def __enter__(self) -> None:
        self._connection.execute("BEGIN")

    def __exit__(self, kind: object, *_: object) -> None:
        self._connection.execute("COMMIT" if kind is None else "ROLLBACK")
