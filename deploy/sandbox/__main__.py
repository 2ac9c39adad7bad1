"""`python -m deploy.sandbox --seed 1 --count 1000 > purchases.jsonl`."""

import argparse
import sys
from datetime import date

from deploy.sandbox.generate import TODAY, releases


def main() -> None:
    """Write invented purchases to standard output, one JSON line each."""
    parser = argparse.ArgumentParser(prog="deploy.sandbox", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--dirty", type=float, default=0.0, help="share of lines with a fault")
    parser.add_argument("--size", choices=("bench", "demo"), default="bench")
    parser.add_argument("--today", type=date.fromisoformat, default=TODAY, help="YYYY-MM-DD")
    wanted = parser.parse_args()
    lines = releases(
        wanted.seed, wanted.count, dirty=wanted.dirty, size=wanted.size, today=wanted.today
    )
    for line in lines:
        sys.stdout.buffer.write(line + b"\n")


if __name__ == "__main__":
    main()
