"""The ingestor command: a table of sub-commands, each imported only when it is called."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Final

COMMANDS: Final[dict[str, tuple[str, str]]] = {
    "load": ("ingestor.commands.load", "take in OCDS files"),
    "pull": ("ingestor.commands.pull", "follow a source: what changed since the last look"),
    "backfill": ("ingestor.commands.backfill", "load what a source published before"),
    "reassemble": ("ingestor.commands.reassemble", "translate anew what is held of a source"),
    "budget": ("ingestor.commands.budget", "tell what loading from the portal costs"),
    "translate": ("ingestor.commands.translate", "recorded answers of a source to OCDS"),
    "register": ("ingestor.commands.register", "take in a list: who stands in which register"),
    "samruk": ("ingestor.commands.samruk", "read the public search of Samruk-Kazyna"),
    "runs": ("ingestor.commands.runs", "list what was taken in, and how it ended"),
    "quarantine": ("ingestor.commands.quarantine", "list, show or replay what could not be used"),
    "withdraw": ("ingestor.commands.withdraw", "record that a publisher removed a process"),
    "sources": ("ingestor.commands.sources", "list the kinds of sources there are"),
    "dead": ("ingestor.commands.dead", "list or replay what kept failing"),
    "migrate": ("ingestor.commands.migrate", "bring the tables up to date"),
    "serve": ("ingestor.commands.serve", "answer other services"),
    "work": ("ingestor.commands.work", "follow the portal, purge, measure; for ever"),
}
"""Sub-command: the module that holds its `configure(parser)` and `run(arguments)`, and its help."""

HELP: Final = """\
`ingestor COMMAND --help` explains one of them. All but budget, sources and translate need the
platform's database. Where `make up` runs the platform, `python -m deploy.local exec ingestor ...`
in its folder tells them where that is, and `make load FILE=...` loads files."""

USAGE: Final = 2


def main(argv: Sequence[str] | None = None) -> None:
    """Run one sub-command; its `run` answers the exit status."""
    words = sys.argv[1:] if argv is None else list(argv)
    name = words[0] if words else ""
    if name not in COMMANDS:
        _explain(asked_for_help=name in {"-h", "--help"})
    module_name, help_text = COMMANDS[name]
    module = import_module(module_name)
    parser = argparse.ArgumentParser(
        prog=f"ingestor {name}", description=module.__doc__ or help_text
    )
    module.configure(parser)
    raise SystemExit(module.run(parser.parse_args(words[1:])))


def _explain(*, asked_for_help: bool) -> None:
    lines = [f"  {name:10} {help_text}" for name, (_, help_text) in COMMANDS.items()]
    text = "\n".join(["usage: ingestor COMMAND ...", "", *lines, "", HELP])
    print(text, file=sys.stdout if asked_for_help else sys.stderr)
    raise SystemExit(0 if asked_for_help else USAGE)


if __name__ == "__main__":
    main()
