"""Invented purchases as a file, or as a portal that hands them out.

python -m deploy.sandbox --seed 1 --count 1000 > purchases.jsonl
python -m deploy.sandbox serve --port 8200 --start 2026-01-01 --token 0123456789abcdef
"""

import argparse
import sys
from datetime import date

from deploy.sandbox.generate import TODAY, releases


def main() -> None:
    """Serve, or write invented purchases to standard output, one JSON line each."""
    if sys.argv[1:2] == ["serve"]:
        from deploy.sandbox.server import serve  # noqa: PLC0415 (the generator needs none of it)

        serve.main(sys.argv[2:])
        return
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
