"""`python -m deploy.quality.seeds`: several worlds in turn, whole and with fields missing.

What is told of a whole world has to be found; with a tenth of the fields missing much cannot be
told any more, but what is flagged still has to be true, and nothing that is there may be called
clear. The table goes into `seeds.json`, from which `make docs` writes it; the exit status is 1
where a world misses a goal.
"""

import argparse
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from deploy.quality.__main__ import Outcome, live, look
from deploy.quality.measure import overall, split
from deploy.quality.page import SEEDS, cells
from deploy.quality.thinning import thin

RECALL: Final = 0.95
"""Share of all labels of a whole world that has to be found."""

PRECISION: Final = 0.9
"""Share of true flags, whole or thinned."""

Row = Mapping[str, Any]


def main() -> None:
    """Look at every world twice, and write down what came of it."""
    parser = argparse.ArgumentParser(prog="python -m deploy.quality.seeds", description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4, 5])
    parser.add_argument("--size", type=int, default=1000, help="contracts a year")
    parser.add_argument("--missing", type=float, default=0.1, help="share of fields left out")
    wanted = parser.parse_args()
    rows = []
    for seed in wanted.seeds:
        rows.append(measured(seed, wanted.size, wanted.missing))
        print(*cells(rows[-1]), flush=True)
    told = {"size": wanted.size, "missing": wanted.missing, "seeds": rows}
    SEEDS.write_bytes(msgspec.json.format(msgspec.json.encode(told)) + b"\n")
    sys.exit(1 if any(missed(row) for row in rows) else 0)


def measured(seed: int, size: int, missing: float) -> Row:
    """Measure one world as it is told, and once more with a share of the fields left out."""
    with tempfile.TemporaryDirectory(prefix="qadaga-quality-") as folder:
        lived = live(seed, size, Path(folder))
        whole = look(lived)
        thin(lived.releases, missing, seed)
        return {"seed": seed, "whole": row(whole), "thinned": row(look(lived))}


def row(outcome: Outcome) -> Row:
    """Return what one look came to, over all labels and flags."""
    recall, precision = overall(outcome.measured)
    return {
        "recall": round(recall, 3),
        "precision": round(precision, 3),
        "clear": sorted({name for one in outcome.measured for name in one.cleared}),
        "missed": sorted({one.code for one in outcome.measured if one.missed}),
        "untold": round(split(outcome.measured).untold, 3),
        "look_alikes_in_high": [name for name, _ in outcome.high],
    }


def missed(seed: Row) -> list[str]:
    """Name the goals that a world misses."""
    whole, thinned = seed["whole"], seed["thinned"]
    goals = {
        "recall": whole["recall"] >= RECALL,
        "precision": min(whole["precision"], thinned["precision"]) >= PRECISION,
        "called clear": not thinned["clear"],
        "look-alikes": not (whole["look_alikes_in_high"] or thinned["look_alikes_in_high"]),
    }
    return [name for name, reached in goals.items() if not reached]


if __name__ == "__main__":
    main()
