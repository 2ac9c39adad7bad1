"""All eleven indicators again from facts that are stored: every subject judged, flags read out.

Called with a path it is the measured process itself; with the releases too it is the one that
stores the facts, apart because a process begins with the memory peak of its parent.
"""

import sys

from deploy.bench.peer import file_of_releases, folder, in_turn, measure, report
from scoring.evaluate import bulk
from scoring.facts import Facts
from scoring.indicator import catalogue
from scoring.profiles import load_profile
from scoring.raw import load_raw

GOAL = 0.15


def run() -> None:
    """Print CPU, memory and rows of both sides."""
    path = stored_facts()
    report(
        "columns",
        in_turn(lambda: measure([sys.executable, "-m", "deploy.bench.columns", path])),
        GOAL,
    )


def stored_facts() -> str:
    """Load the file of releases into a DuckDB file, once."""
    path = folder() / "facts.duckdb"
    if not path.exists():
        words = [sys.executable, "-m", "deploy.bench.columns", str(path), str(file_of_releases())]
        measure(words)
    return str(path)


def store(path: str, file: str) -> None:
    """Store the facts of the file."""
    facts = Facts.open(path)
    load_raw(facts, [file], load_profile("cardinal"))
    facts.checkpoint()
    facts.close()


def judge(path: str) -> str:
    """Judge everything; says how many rows of which kind came out."""
    facts = Facts.open(path, threads=1)
    profile = load_profile("cardinal")
    eleven = catalogue(frozenset(profile.enabled or ()))
    judged = flagged = involved = 0
    for judgements in bulk(facts, eleven, profile):
        if judgements.error is not None:
            raise RuntimeError(judgements.error)
        judged += sum(judgements.counts().values())
        flagged += sum(1 for _ in judgements.flagged())
        involved += sum(1 for _ in judgements.involved())
    facts.close()
    return f"{judged} judgements, {flagged} flags, {involved} organisations named"


if __name__ == "__main__":
    if len(sys.argv) > len(["module", "path"]):
        store(*sys.argv[1:])
    else:
        print(judge(sys.argv[1]))
