"""The facts of all processes in one DuckDB file, filled from the feed or from a file.

The engine owns the file (DuckDB lets one process in). It is derived data: delete it, and it is
rebuilt from the feed.
"""

from dataclasses import dataclass, field
from pathlib import Path

import duckdb


@dataclass(frozen=True)
class Fault:
    """A record that could not be read, and why; it is reported, never dropped in silence."""

    line: int
    key: str | None
    reason: str


@dataclass(frozen=True)
class Loaded:
    """What a batch did: pids that are new or changed, pids that are gone, and what was refused."""

    changed: list[int]
    deleted: list[int]
    faults: list[Fault] = field(default_factory=list)


class Facts:
    """The DuckDB file (or `:memory:`) with the tables of facts.sql."""

    connection: duckdb.DuckDBPyConnection

    @classmethod
    def open(cls, path: Path | str, *, memory: str = "700MB", threads: int = 2) -> "Facts":
        """Open or make the file; raises duckdb.IOException while another process has it."""
        raise NotImplementedError

    def load(self, path: Path, *, last_seq: int, epoch: str | None) -> Loaded:
        """Take in one batch of feed lines (NDJSON) and the new cursor, in one transaction."""
        raise NotImplementedError

    def cursor(self) -> tuple[int, str | None]:
        """(facts_seq, epoch): how far the feed has been read."""
        raise NotImplementedError

    def reset(self, epoch: str | None) -> None:
        """Forget everything; reading starts at zero again."""
        raise NotImplementedError

    def changed_since(self, seq: int) -> list[int]:
        """pids whose release came with a later seq: what is still to be evaluated after a start."""
        raise NotImplementedError

    def checkpoint(self) -> None:
        """Write the log into the file; to be called in idle moments."""
        raise NotImplementedError

    def compact(self) -> None:
        """Rewrite the file without its free blocks."""
        raise NotImplementedError

    def close(self) -> None:
        """Close the file."""
        raise NotImplementedError
