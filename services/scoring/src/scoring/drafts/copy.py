"""The facts as a stranger's query sees them: a copy, read-only, behind views, with nothing beside.

The file is attached to an empty database in memory whose views bear the names of the facts; what
is internal has no view. After `confine` no file can be opened and no setting changed.
"""

from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

import duckdb

from scoring.declared import tables
from scoring.drafts.limits import Limits
from scoring.facts import Facts
from scoring.staging import MACROS


class Period(NamedTuple):
    """Days, both included, on which a purchase was published; None: without bound."""

    first: date | None
    last: date | None

    @property
    def bounded(self) -> bool:
        """Whether it leaves anything out."""
        return self.first is not None or self.last is not None

    def condition(self) -> str:
        """Say in SQL whether a row of `process` lies in it."""
        bounds = [f"{DAY} >= DATE '{self.first}'" if self.first else ""]
        bounds += [f"{DAY} <= DATE '{self.last}'" if self.last else ""]
        return " AND ".join(filter(None, bounds)) or "true"


ALL_TIME: Final = Period(None, None)
DAY: Final = "coalesce(published_on, first_on, CAST(start_at AS DATE))"
"""When a purchase was made known, as far as anything tells."""


class Copy(Facts):
    """A copy of the facts for one run, with the look of the facts themselves."""

    def __init__(self, path: Path, limits: Limits, within: Period = ALL_TIME) -> None:
        self.connection = duckdb.connect(":memory:")
        run = self.connection.execute
        run("SET TimeZone = 'UTC'")
        run("SET enable_progress_bar = false")
        run(f"ATTACH '{str(path).replace(chr(39), chr(39) * 2)}' AS facts (READ_ONLY)")
        there = {name for (name,) in run(_THERE).fetchall()}
        for table in tables().values():
            if table.name in there and not table.internal:
                run(_view(table.name, within if "pid" in table.columns else ALL_TIME))
        run(MACROS)
        confine(self.connection, limits)


def confine(connection: duckdb.DuckDBPyConnection, limits: Limits) -> None:
    """Shut a connection in: no files, no network, no extensions, and no way to change that."""
    for setting in (
        f"memory_limit = '{limits.memory_mb}MB'",
        f"threads = {limits.threads}",
        "temp_directory = ''",
        "max_temp_directory_size = '0B'",
        "autoinstall_known_extensions = false",
        "autoload_known_extensions = false",
        "enable_external_access = false",
        "lock_configuration = true",
    ):
        connection.execute(f"SET {setting}")


def _view(table: str, within: Period) -> str:
    if not within.bounded or table == "subject":
        condition = "true"
    elif table == "process":
        condition = within.condition()
    else:
        condition = f"pid IN (SELECT pid FROM facts.main.process WHERE {within.condition()})"
    return f"CREATE VIEW {table} AS SELECT * FROM facts.main.{table} WHERE {condition}"


_THERE: Final = "SELECT table_name FROM duckdb_tables() WHERE database_name = 'facts'"
"""A copy that another version of the engine made may lack a table."""
