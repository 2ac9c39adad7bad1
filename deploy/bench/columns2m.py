"""All indicators over two million processes with seven million bids, from stored facts.

The facts are those of an invented world as the portal and the registers tell of it, copied side by
side until there are enough: every copy has purchases, organisations and marks of its own, so that
groups, pairs and networks are as large as in a country. Each bid gets rivals in its copy, as the
world has fewer bids than the country. The peer judges eleven indicators on 200,000 releases by
reading them; ten times that is what it would need for its eleven here.

Called with a path it is the measured process itself; with a folder too, the one that makes it.
"""

import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import duckdb

from deploy.bench.peer import Cost, coverage, folder, measure
from deploy.quality.__main__ import END, START
from deploy.quality.judging import translate
from deploy.quality.recording import record
from deploy.quality.registers import lived_with_lists, register_lines
from deploy.sandbox.world import World
from scoring.declared import Column, Table, tables
from scoring.evaluate import bulk, live
from scoring.facts import Facts
from scoring.normal import load_normal
from scoring.profiles import load_profile

GOAL: Final = 10.0
MEMORY_GOAL: Final = 3000
"""MB."""

SEED: Final = 7
SIZE: Final = 3000
PROCESSES: Final = 2_000_000
BIDS: Final = 7_000_000
MEMORY: Final = "2200MB"

PARTIES: Final = frozenset(
    {
        *("party", "buyer", "entity", "winner", "invited", "sole"),
        *("customer", "supplier", "payer", "payee"),
    }
)
"""Columns that hold a party, where they are numbers."""

NAMES: Final = frozenset({"key", "ocid", "id", "root", "notice_number", "local_id"})
"""Columns by which rows are told apart or find each other."""

OWN: Final = frozenset({"token", "prior_token", "mark", "who"})

Shape = tuple[int, int]
"""How far apart the pids and the parties of two copies lie."""


def run() -> None:
    """Print the cost of every indicator, and of all."""
    ours = measure([sys.executable, "-m", "deploy.bench.columns2m", two_million()])
    peer = coverage()
    print(ours.printed.rstrip())
    print(f"  ours     {ours.cpu:6.2f} CPU-s  {ours.memory:6.0f} MB (goal {MEMORY_GOAL})")
    print(f"  coverage {peer.cpu:6.2f} CPU-s  {peer.printed.strip()} releases")
    print(f"bench columns2m ratio={_ratio(ours, peer):.3f} goal={GOAL}")


def two_million() -> str:
    """Make the facts, once."""
    path = folder() / "two-million.duckdb"
    if not path.exists():
        words = [sys.executable, "-m", "deploy.bench.columns2m", str(path), str(folder())]
        measure(words)
    return str(path)


def _ratio(ours: Cost, peer: Cost) -> float:
    return ours.cpu / peer.cpu


def judge(path: str) -> Iterator[str]:
    """Judge everything; says what each indicator cost and how much there was."""
    facts = Facts.open(path, memory=MEMORY, threads=1)
    profile = load_profile("kz")
    costs: list[tuple[float, str]] = []
    judged = flagged = 0
    began = time.process_time()
    for judgements in bulk(facts, live(profile), profile):
        if judgements.error is not None:
            raise RuntimeError(f"{judgements.indicator.code}: {judgements.error}")
        counts = judgements.counts()
        judged += sum(counts.values())
        flagged += sum(1 for _ in judgements.flagged())
        costs.append((time.process_time() - began, judgements.indicator.code))
        began = time.process_time()
    processes, bids = (_count(facts.connection, table) for table in ("process", "bid"))
    facts.close()
    for cost, code in sorted(costs, reverse=True):
        yield f"  {code:<8} {cost:6.2f} CPU-s"
    yield f"  {len(costs)} indicators, {processes} processes, {bids} bids"
    yield f"  {judged} judgements, {flagged} flags"


def make(path: str, name: str) -> None:
    """Load an invented world and copy it until there are two million processes."""
    home = Path(name)
    world = World(SEED, SIZE, START)
    lists = lived_with_lists(world, END, home / "lists")
    releases = home / "portal.jsonl"
    translate(record(world, home / "answers"), releases)
    facts = Facts.open(path, memory=MEMORY, threads=1)
    registers = [str(one) for one in register_lines(lists, home / "lists")]
    load_normal(facts, [str(releases)], registers)
    _add_rivals(facts.connection)
    _multiply(facts.connection)
    facts.checkpoint()
    facts.close()


def _add_rivals(connection: duckdb.DuckDBPyConnection) -> None:
    """Give bids rivals that lost by a little, until a process has as many as in the country."""
    lacking = BIDS / PROCESSES * _count(connection, "process") / _count(connection, "bid") - 1
    for turn in range(1, int(lacking) + 2):
        share = min(1.0, lacking - (turn - 1))
        for table, changes in _RIVALS.items():
            replaced = ", ".join(f"{sql.format(turn=turn)} AS {name}" for name, sql in changes)
            connection.execute(
                f"INSERT INTO {table} SELECT * REPLACE ({replaced}) FROM {table} "
                f"WHERE bid_no < 1000 AND hash(pid) % 1000 < {share * 1000:.0f}"
            )


def _multiply(connection: duckdb.DuckDBPyConnection) -> None:
    """Copy every table side by side with itself."""
    copies = -(-PROCESSES // _count(connection, "process"))
    shape = _apart(connection, "subject", "pid"), _apart(connection, "party", "party")
    for table in tables().values():
        if {"pid", "party"} & table.columns.keys() and not table.internal:
            connection.execute(_copies(table, copies, shape))


def _apart(connection: duckdb.DuckDBPyConnection, table: str, column: str) -> int:
    [[most]] = connection.execute(f"SELECT max({column}) + 1 FROM {table}").fetchall()
    return int(most)


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    [[found]] = connection.execute(f"SELECT count(*) FROM {table}").fetchall()
    return int(found)


def _copies(table: Table, copies: int, shape: Shape) -> str:
    """Write the statement that adds the copies of a table; what binds everybody is not copied."""
    replaced = ", ".join(_replaced(table.columns.values(), shape))
    bound = "party IS NOT NULL" if table.name.startswith("register_") else "true"
    return (
        f"INSERT INTO {table.name} SELECT {table.name}.* REPLACE ({replaced}) "
        f"FROM range(1, {copies}) AS copy(n), {table.name} WHERE {bound}"
    )


def _replaced(columns: Iterable[Column], shape: Shape) -> Iterator[str]:
    for column in columns:
        name = column.name
        if name == "pid":
            yield f"(pid + n * {shape[0]})::INTEGER AS pid"
        elif name in PARTIES and column.type == "INTEGER":
            yield f"({name} + n * {shape[1]})::INTEGER AS {name}"
        elif name == "who":
            yield f"who + sign(who)::BIGINT * n * {shape[1]} AS who"
        elif name in OWN:
            yield f"{name} + n AS {name}"
        elif name in NAMES and column.type == "VARCHAR":
            yield f"left({name}, 4) || n || '-' || substr({name}, 5) AS {name}"


_NEXT: Final = "(bid_no + {turn} * 1000)::INTEGER"
_DEARER: Final = "amount * (1 + {turn} * 0.03)"
_OTHER: Final = "({name} + {turn}) % (SELECT count(*) FROM party)"

_RIVALS: Final = {
    "bid": (
        ("bid_no", _NEXT),
        ("amount", _DEARER),
        ("sole", _OTHER.replace("{name}", "sole")),
        ("who", _OTHER.replace("{name}", "sole")),
    ),
    "bid_tenderer": (("bid_no", _NEXT), ("party", _OTHER.replace("{name}", "party"))),
    "bid_lot": (
        ("bid_no", _NEXT),
        ("amount", _DEARER),
        ("outcome", "'submitted'"),
        ("rank", "NULL"),
        ("sole", _OTHER.replace("{name}", "sole")),
        ("who", _OTHER.replace("{name}", "sole")),
    ),
}


if __name__ == "__main__":
    if len(sys.argv) > len(["module", "path"]):
        make(*sys.argv[1:])
    else:
        print("\n".join(judge(sys.argv[1])))
