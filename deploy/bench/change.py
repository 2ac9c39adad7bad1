"""A thousand changed processes among 200,000: facts replaced, process-level indicators judged anew.

The engine is a process that runs already, so that only the work itself is counted and not Python's
start: feed lines read, facts deleted and inserted with the cursor, eight indicators, rows fetched.
Against the goal only the tables are filled that the eleven read, as the peer reads no more either;
what the engine spends, which fills every table for all other indicators, is told beside it.
Called with a path it is the measured process itself and prints its CPU seconds.
"""

import shutil
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import msgspec

from deploy.bench.columns import stored_facts
from deploy.bench.peer import RELEASES, SEED, Cost, folder, in_turn, measure, report
from deploy.sandbox.generate import releases
from scoring.evaluate import compute_populations, incremental
from scoring.facts import Facts
from scoring.indicator import catalogue
from scoring.normal import envelope
from scoring.profiles import load_profile
from scoring.reading import facts_read
from shared.ocds import normalise

GOAL = 0.03
CHANGED = 1_000


def run() -> None:
    """Print CPU, memory and rows of both sides."""
    stored = stored_facts()
    batch = folder() / "changed.ndjson"
    batch.write_bytes(b"".join(_changed_lines()))
    report("change", in_turn(lambda: _in_own_process(stored, batch, "eleven")), GOAL)
    print(f"  every table filled: {_in_own_process(stored, batch, 'every').cpu:.2f} CPU-s")


def _in_own_process(stored: str, batch: Path, tables: str) -> Cost:
    cost = measure([sys.executable, "-m", "deploy.bench.change", stored, str(batch), tables])
    cpu, _, printed = cost.printed.partition(" ")
    return replace(cost, cpu=float(cpu), printed=printed)


def _changed_lines() -> list[bytes]:
    """Every 200th purchase comes again, the first bid cheaper by one."""
    lines: list[bytes] = []
    for number, line in enumerate(releases(SEED, RELEASES)):
        if number % (RELEASES // CHANGED) == 0:
            release = normalise(msgspec.json.decode(line), source="bench", pseudonym_key=b"b")
            for bid in release.release.get("bids", {}).get("details", [])[:1]:
                bid["value"]["amount"] -= 1
            entry = envelope(release.release) | {"seq": len(lines) + 1}
            lines.append(msgspec.json.encode(entry) + b"\n")
    return lines


def replace_and_judge(stored: str, batch: str, tables: str) -> str:
    """Work on a copy of the facts; says the CPU seconds and the rows."""
    profile = load_profile("kz")
    eleven = catalogue(frozenset(load_profile("cardinal").enabled or ()))
    with tempfile.TemporaryDirectory(prefix="qadaga-change-") as name:
        path = shutil.copy(stored, Path(name) / "facts.duckdb")
        wanted = facts_read(eleven.values()) if tables == "eleven" else None
        facts = Facts.open(path, threads=1, wanted=wanted)
        populations = compute_populations(facts, eleven, profile)
        started = time.process_time()
        loaded = facts.load(Path(batch), last_seq=CHANGED, epoch="bench")
        rows = sum(
            len(list(judgements.rows()))
            for judgements in incremental(facts, eleven, profile, loaded.changed, populations)
        )
        spent = time.process_time() - started
        facts.close()
    return f"{spent:.3f} {len(loaded.changed)} processes replaced, {rows} judgements"


if __name__ == "__main__":
    print(replace_and_judge(*sys.argv[1:]))
