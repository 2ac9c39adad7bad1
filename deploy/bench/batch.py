"""Five hundred changed processes among two million, judged by all indicators of processes.

The engine is a process that runs already, and knows the populations: a batch has gone before the
ones that are measured, so that Python's start and the reading of the catalogue are not counted.
Each batch lies all over the facts, as the portal changes old purchases too. Called with a path it
is the measured process itself.
"""

import sys
import time
from collections.abc import Iterator
from typing import Final

from deploy.bench.columns2m import MEMORY, two_million
from deploy.bench.peer import measure
from scoring.evaluate import compute_populations, incremental, live, newest_day
from scoring.facts import Facts
from scoring.profiles import load_profile

GOAL: Final = 2.0
"""Seconds, on two processors."""

CHANGED: Final = 500
ROUNDS: Final = 3


def run() -> None:
    """Print time, CPU and rows of every batch, and the time of the fastest."""
    cost = measure([sys.executable, "-m", "deploy.bench.batch", two_million()])
    print(cost.printed.rstrip())
    fastest = min(float(line.split()[0]) for line in cost.printed.splitlines())
    print(f"  peak memory {cost.memory:.0f} MB")
    print(f"bench batch ratio={fastest:.3f} goal={GOAL}")


def judge(path: str) -> Iterator[str]:
    """Judge one batch after the other; says what each but the first took."""
    facts = Facts.open(path, memory=MEMORY, threads=2)
    profile = load_profile("kz")
    indicators = {code: one for code, one in live(profile).items() if one.scope == "process"}
    populations = compute_populations(facts, indicators, profile)
    day = newest_day(facts)
    [[last]] = facts.connection.execute("SELECT max(pid) FROM process").fetchall()
    for turn in range(ROUNDS + 1):
        pids = [turn + place * (last // CHANGED) for place in range(CHANGED)]
        began, spent = time.perf_counter(), time.process_time()
        rows = flags = 0
        for judgements in incremental(facts, indicators, profile, pids, populations, as_of=day):
            if judgements.error is not None:
                raise RuntimeError(f"{judgements.indicator.code}: {judgements.error}")
            found = list(judgements.rows())
            shown = any(one.status == "flagged" for one in found) and list(judgements.evidence())
            rows, flags = rows + len(found), flags + bool(shown)
        seconds, cpu = time.perf_counter() - began, time.process_time() - spent
        if turn:
            yield f"  {seconds:6.2f} s  {cpu:6.2f} CPU-s  {rows} judgements, {flags} with evidence"
    facts.close()


if __name__ == "__main__":
    print("\n".join(judge(sys.argv[1])))
