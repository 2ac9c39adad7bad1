"""The facts of all processes in one DuckDB file, filled batch by batch from the ingestor's feeds.

The engine owns the file (DuckDB lets one process in). It is derived data: delete it, and it is
rebuilt from the feeds. Raw files of an offline run come in through scoring.raw.
"""

import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from scoring.batches import PLANS, RELEASES, batch
from scoring.declared import schema
from scoring.loading import Keep, Loaded, Loader, keep_nothing, transaction
from scoring.staging import MACROS

MAXIMUM_OBJECT_BYTES = 16 * 1024 * 1024
"""A line that is longer gets room of its own; twice as much is the buffer of each thread."""

COPIES = 8
ROOM_BYTES = 700_000_000

SPILL = "8GB"
"""What may lie on disk because it does not fit into memory."""

_AMOUNT = re.compile(r"(?P<number>[0-9.]+) ?(?P<prefix>[KMGT]?)(?P<binary>i?)B", re.IGNORECASE)


class Facts:
    """The DuckDB file (or `:memory:`) with the tables of facts.sql."""

    _second: duckdb.DuckDBPyConnection | None = None

    def __init__(
        self,
        path: Path | str,
        memory: str,
        threads: int,
        spill: Path | None,
        wanted: frozenset[str] | None,
    ) -> None:
        self._path = str(path)
        self._wanted = wanted
        self._memory = memory
        self._threads = threads
        self._spill = spill or Path(f"{path}.spill")
        self._loader: Loader | None = None
        self.connection = self._connect()
        if not self.connection.execute("SELECT 1 FROM duckdb_tables() LIMIT 1").fetchall():
            self.connection.execute(schema())

    @classmethod
    def open(
        cls,
        path: Path | str,
        *,
        memory: str = "700MB",
        threads: int = 2,
        spill: Path | None = None,
        wanted: frozenset[str] | None = None,
    ) -> "Facts":
        """Open or make the file; raises duckdb.IOException while another process has it.

        `spill` is the folder for what does not fit into `memory`; beside the file if not given.
        `wanted` are the tables that are filled beside the core ones; None for all of them.
        """
        return cls(path, memory, threads, spill, wanted)

    def load(
        self,
        path: Path,
        *,
        last_seq: int,
        epoch: str | None,
        feed: str = RELEASES,
        keep: Keep = keep_nothing,
    ) -> Loaded:
        """Take in one batch of a feed's lines and the new cursor, in one transaction.

        A line that cannot be read is found by halving the batch and comes back as a fault; the
        others are loaded, and the cursor moves past it once `keep` has it.
        """
        if self._loader is None:
            self._loader = Loader(self.connection, self.room_for)
        return self._loader.load(batch(feed, self._wanted), path, last_seq, epoch, keep)

    def cursor(self, feed: str = RELEASES) -> tuple[int, str | None]:
        """(seq, epoch): how far a feed has been read."""
        row = self.connection.execute(
            "SELECT facts_seq, epoch FROM progress WHERE feed = ?", [feed]
        ).fetchone()
        assert row is not None
        return row[0], row[1]

    def reset(self, epoch: str | None, feed: str = RELEASES) -> None:
        """Forget what came by a feed; reading starts at zero again."""
        free = "free" if feed == PLANS else "NOT free"
        with transaction(self.connection):
            for table in batch(feed).tables:
                condition = free if table == "plan" else "true"
                self.connection.execute(f"DELETE FROM {table} WHERE {condition}")
            if feed == RELEASES:
                self.connection.execute("DELETE FROM gone")
            self.connection.execute(_SET_CURSOR, [epoch, feed])

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
        self.close()
        fresh.replace(self._path)
        self.connection, self._loader = self._connect(), None

    @property
    def second(self) -> duckdb.DuckDBPyConnection:
        """Another connection to the same file, with temporary relations of its own."""
        if self._second is None:
            self._second = _prepared(self.connection.cursor())
        return self._second

    @property
    def has_second(self) -> bool:
        """Whether the other connection was ever asked for."""
        return self._second is not None

    def interrupt(self) -> None:
        """Break off what is running."""
        self.connection.interrupt()
        if self._second is not None:
            self._second.interrupt()

    def close(self) -> None:
        """Close the file."""
        if self._second is not None:
            self._second.close()
            self._second = None
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

    @contextmanager
    def one_thread(self) -> Iterator[None]:
        """Let each connection work with the thread that asks it, and no other."""
        [[threads]] = self.connection.execute("SELECT current_setting('threads')").fetchall()
        self.connection.execute("SET threads = 1")
        try:
            yield
        finally:
            self.connection.execute(f"SET threads = {threads}")

    @contextmanager
    def at_most(self, memory: str, spill: str) -> Iterator[None]:
        """Let what runs meanwhile have no more memory, nor room on disk, than that.

        Where the file itself was opened with less memory, it stays with that; so it does with what
        is held already and cannot be given back.
        """
        run = self.connection.execute
        try:
            with suppress(duckdb.OutOfMemoryException):
                run(f"SET memory_limit = '{min(memory, self._memory, key=_bytes)}'")
                run(f"SET max_temp_directory_size = '{spill}'")
            yield
        finally:
            run(f"SET memory_limit = '{self._memory}'")
            run(f"SET max_temp_directory_size = '{SPILL}'")

    def _connect(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect(self._path)
        connection.execute(f"SET memory_limit = '{self._memory}'")
        connection.execute(f"SET threads = {self._threads}")
        if self._path != ":memory:" or self._spill.is_dir():
            connection.execute(f"SET temp_directory = '{self._spill}'")
        connection.execute(f"SET max_temp_directory_size = '{SPILL}'")
        return _prepared(connection)

    def _pids(self, sql: str, values: Sequence[object] = ()) -> list[int]:
        return [row[0] for row in self.connection.execute(sql, list(values)).fetchall()]


def _prepared(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Give a connection the settings and macros that are its own."""
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET enable_progress_bar = false")
    connection.execute(MACROS)
    return connection


def copy_for_reading(facts: Facts, source: Path, target: Path) -> None:
    """Copy the file for a back-test: written out first, so that the copy is whole."""
    facts.checkpoint()
    shutil.copyfile(source, target)


def _bytes(amount: str) -> float:
    """Read an amount of memory as DuckDB does: 700MB is of thousands, 1.5GiB of 1024."""
    read = _AMOUNT.fullmatch(amount.strip())
    if read is None:
        raise ValueError(f"no amount of memory: {amount}")
    base = 1024.0 if read["binary"] else 1000.0
    return float(read["number"]) * base ** " KMGT".index(read["prefix"].upper() or " ")


_SET_CURSOR = "UPDATE progress SET facts_seq = 0, epoch = ? WHERE feed = ?"
