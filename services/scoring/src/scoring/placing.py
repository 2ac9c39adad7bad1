"""Relations put in the place of the facts: those of a batch, or slices one after the other.

A query names the facts; what stands before them in the search path is read instead.
"""

from collections import deque
from collections.abc import Sequence
from functools import partial
from typing import Final

import duckdb

from scoring.both_ends import from_both_ends
from scoring.declared import tables
from scoring.facts import Facts
from scoring.indicator import Indicator
from scoring.reading import facts_read, read_by
from scoring.relations import SHARED

Slice = tuple[int, int]
"""The processes from one pid up to another."""

ALL: Final[Slice] = (0, 2**31 - 1)


def home_of(facts: Facts) -> str:
    """Return where the facts themselves lie, whatever stands before them."""
    name = facts.connection.execute("SELECT current_database()").fetchall()[0][0]
    return f'"{name}".main'


def shadow(
    facts: Facts,
    indicators: Sequence[Indicator],
    of_processes: str,
    of_registers: str,
    connections: Sequence[duckdb.DuckDBPyConnection] = (),
) -> str:
    """Put tables of some rows in the place of those facts that the indicators read.

    A temporary table is seen by one connection only; two make tables in memory together, and look
    there first. Of those that are `affected` both have to know. Returns what comes before the name
    of a table that is to lie beside them, where it is made.
    """
    home, columns, shared = home_of(facts), tables(), len(connections) > 1
    made = f"TABLE {_SHARED}.main." if shared else "TEMP TABLE "

    def put(connection: duckdb.DuckDBPyConnection, table: str) -> None:
        condition = of_processes if "pid" in columns[table].columns else of_registers
        connection.execute(
            f"CREATE OR REPLACE {made}{table} AS "
            f"SELECT * FROM {home}.{table} WHERE {condition.format(home=home)}"
        )

    wanted = [*_shadowed(indicators), *(_CALLED if connections else ())]
    if shared:
        facts.connection.execute(f"ATTACH ':memory:' AS {_SHARED}")
        facts.connection.execute(f"CREATE {made}affected AS FROM affected")
        for connection in connections:
            connection.execute(f"SET search_path = '{_SHARED}.main,{home}'")
        here, beside = (partial(put, connection) for connection in connections)
        deque(from_both_ends(wanted, here, beside), maxlen=0)
    else:
        for table in wanted:
            put(facts.connection, table)
    return made


def _shadowed(indicators: Sequence[Indicator]) -> list[str]:
    return sorted(facts_read(indicators) - _DICTIONARIES)


def sliced(facts: Facts, indicators: Sequence[Indicator], at_once: int) -> list[Slice]:
    """Put views of one slice in the place of the facts, the slice being all until one is chosen.

    None are needed where there are few processes, or where tables took the place of the facts.
    """
    connection, columns = facts.connection, tables()
    if _temporary(connection, "table") & set(_shadowed(indicators)):
        return []
    [[last]] = connection.execute("SELECT coalesce(max(pid), 0) FROM process").fetchall()
    if last < at_once:
        return []
    choose(connection, ALL)
    for table in _shadowed(indicators):
        if "pid" in columns[table].columns:
            connection.execute(_SLICED.format(name=table, table=f"{home_of(facts)}.{table}"))
    for name in read_by(indicators) & set(SHARED):
        connection.execute(_SLICED.format(name=name, table=f"kept_{name}"))
    size = -(-(last + 1) // -(-(last + 1) // at_once))
    return [(first, first + size) for first in range(0, last + 1, size)]


def choose(connection: duckdb.DuckDBPyConnection, chosen: Slice) -> None:
    """Look at the processes of one slice from now on."""
    first, after = chosen
    connection.execute(f"SET VARIABLE first_pid = {first}; SET VARIABLE pid_after = {after}")


def _temporary(connection: duckdb.DuckDBPyConnection, kind: str) -> set[str]:
    sql = f"SELECT {kind}_name FROM duckdb_{kind}s() WHERE database_name = 'temp'"
    return {row[0] for row in connection.execute(sql).fetchall()}


def unshadow(
    facts: Facts,
    indicators: Sequence[Indicator],
    connections: Sequence[duckdb.DuckDBPyConnection] = (),
) -> None:
    """Let the facts be seen again, also where no more than a part was put before them."""
    names = {*_shadowed(indicators), *_CALLED}
    for connection in connections or (facts.connection,):
        for kind in ("view", "table"):
            for name in _temporary(connection, kind) & names:
                connection.execute(f"DROP {kind} temp.main.{name}")
    if len(connections) > 1:
        for connection in connections:
            connection.execute("RESET search_path")
        facts.connection.execute(f"DETACH DATABASE IF EXISTS {_SHARED}")


_SHARED: Final = "judged_together"
"""The database in memory with the facts of a batch that two connections judge."""

_DICTIONARIES = frozenset({"subject", "party"})
"""They are only looked things up in."""

_CALLED: Final = ("subject",)
"""How the changed processes are called is looked up in every evidence."""

_SLICED = """
CREATE OR REPLACE TEMP VIEW {name} AS FROM {table}
WHERE pid >= getvariable('first_pid') AND pid < getvariable('pid_after')"""
