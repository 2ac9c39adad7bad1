"""From a file of releases to the results of all eleven indicators, facts made on the way."""

import json
import sys
from dataclasses import replace

from deploy.bench.peer import Cost, file_of_releases, folder, in_turn, measure, report

GOAL = 0.5
MEMORY_GOAL = 1.0
"""GB at the peak."""


def run() -> None:
    """Print CPU, memory and rows of both sides."""
    rounds = in_turn(_evaluate)
    report("cold", rounds, GOAL)
    print(f"bench cold_memory ratio={rounds.ours.memory / 1000:.3f} goal={MEMORY_GOAL}")


def _evaluate() -> Cost:
    out = folder() / "results.json"
    command = [sys.executable, "-m", "scoring", "evaluate", str(file_of_releases())]
    options = ["--profile", "cardinal", "--format", "cardinal", "--out", str(out)]
    cost = measure([*command, *options])
    results = json.loads(out.read_bytes())
    counted = {group: len(entries) for group, entries in results.items() if group != "Meta"}
    return replace(cost, printed=f"flagged: {counted}")
