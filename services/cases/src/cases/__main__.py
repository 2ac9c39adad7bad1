"""The cases command: a table of sub-commands, each imported only when it is called."""

import argparse
import sys
from collections.abc import Sequence

from shared.loading import load

COMMANDS: dict[str, tuple[str, str]] = {
    "migrate": ("cases.commands.migrate", "bring the tables, and the vault's, up to date"),
    "serve": ("cases.commands.serve", "answer the gateway"),
    "dead": ("cases.commands.dead", "list or replay alerts that could not be taken in"),
    "impact": ("cases.commands.impact", "count anew what is counted, from the event log"),
    "organisation": ("cases.commands.organisation", "hand over, hold or delete what is one's own"),
    "takeout": ("cases.commands.takeout", "write all that is an organisation's into an archive"),
    "work": ("cases.commands.work", "follow the alerts, and do what is due by the clock"),
}
"""Sub-command: the module that holds its `configure(parser)` and `run(arguments)`, and its help."""


def main(argv: Sequence[str] | None = None) -> None:
    """Run one sub-command; its `run` answers the exit status."""
    words = sys.argv[1:] if argv is None else list(argv)
    name = words[0] if words else ""
    if name not in COMMANDS:
        _explain(asked_for_help=name in {"-h", "--help"})
    module_name, help_text = COMMANDS[name]
    module = load(module_name)
    parser = argparse.ArgumentParser(prog=f"cases {name}", description=help_text)
    module.configure(parser)
    raise SystemExit(module.run(parser.parse_args(words[1:])))


def _explain(*, asked_for_help: bool) -> None:
    lines = [f"  {name:12} {help_text}" for name, (_, help_text) in sorted(COMMANDS.items())]
    text = "\n".join(["usage: cases COMMAND ...", "", *lines])
    print(text, file=sys.stdout if asked_for_help else sys.stderr)
    raise SystemExit(0 if asked_for_help else 2)


if __name__ == "__main__":
    main()
