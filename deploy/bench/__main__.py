"""`python -m deploy.bench [NAME...]`: every bench, or those named, each against its goal."""

import argparse
from importlib import import_module

BENCHES = (
    "cold",
    "columns",
    "columns2m",
    "batch",
    "backtest2m",
    "change",
    "read",
    "sync",
    "fresh",
    "idle",
    "backfill",
    "day",
    "push",
    "feed",
    "export",
    "capacity",
)
"""Each is a module of this package with a function `run`."""


def main() -> None:
    """Run the benches one after the other; nothing else should run on the machine."""
    parser = argparse.ArgumentParser(prog="python -m deploy.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHES))
    names = parser.parse_args().names or BENCHES
    if unknown := set(names) - set(BENCHES):
        parser.error(f"no such bench: {', '.join(sorted(unknown))}")
    for name in names:
        print(f"{name}:", flush=True)
        import_module(f"deploy.bench.{name}").run()


if __name__ == "__main__":
    main()
