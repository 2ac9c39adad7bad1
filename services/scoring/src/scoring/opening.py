"""Opening the file of facts: as it is, or anew where it is broken or of another make.

The facts are derived data. A file that cannot be read, or whose tables are not those of this
version, is laid aside and rebuilt from the feed; nothing that was judged is lost by it.
"""

from pathlib import Path

import duckdb
import structlog

from scoring.declared import make
from scoring.facts import Facts

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


def open_facts(path: Path, *, memory: str, threads: int) -> Facts:
    """Open the file or make it.

    Raises duckdb.IOException while another process has it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        facts = Facts.open(path, memory=memory, threads=threads)
    except duckdb.Error as fault:
        if _taken(fault):
            raise
        _lay_aside(path, str(fault))
    else:
        if _mark(facts) in (None, make()):
            return _marked(facts)
        facts.close()
        _lay_aside(path, "its tables are those of another version")
    return _marked(Facts.open(path, memory=memory, threads=threads))


def _taken(fault: duckdb.Error) -> bool:
    return isinstance(fault, duckdb.IOException) and "lock" in str(fault).lower()


def _lay_aside(path: Path, reason: str) -> None:
    log.warning("the facts are rebuilt", file=path.name, reason=reason.splitlines()[0][:200])
    path.replace(path.with_suffix(".broken"))
    path.with_name(f"{path.name}.wal").unlink(missing_ok=True)


def _mark(facts: Facts) -> str | None:
    """Read the make of a file; None where it was just made."""
    found = facts.connection.execute(
        "SELECT comment FROM duckdb_tables() WHERE table_name = 'progress'"
    ).fetchone()
    return found[0] if found else None


def _marked(facts: Facts) -> Facts:
    facts.connection.execute(f"COMMENT ON TABLE progress IS '{make()}'")
    return facts
