"""The scoring command: a table of sub-commands, each imported only when it is called.

`scoring evaluate` judges a file on a laptop and needs no server; that is why nothing of the
service is imported before the sub-command is known.
"""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

COMMANDS: dict[str, tuple[str, str]] = {
    "migrate": ("scoring.commands.migrate", "bring the tables up to date"),
    "serve": ("scoring.commands.serve", "answer other services"),
    "engine": ("scoring.commands.engine", "follow the releases and judge what changes"),
    "back-test": ("scoring.commands.back_test", "try drafts over what the engine has read"),
    "indicator": ("scoring.commands.indicator", "list, lift or retract what is held back"),
    "dead": ("scoring.commands.dead", "list or replay what could not be judged"),
    "evaluate": ("scoring.commands.evaluate", "judge compiled releases from files, no server"),
    "prepare": ("scoring.commands.prepare", "clean compiled releases as Cardinal's prepare does"),
    "schema": ("scoring.commands.schema", "print the JSON Schema of an indicator file"),
}
"""Sub-command: the module that holds its `configure(parser)` and `run(arguments)`, and its help."""


def main(argv: Sequence[str] | None = None) -> None:
    """Run one sub-command; its `run` answers the exit status."""
    words = sys.argv[1:] if argv is None else list(argv)
    name = words[0] if words else ""
    if name not in COMMANDS:
        _explain(asked_for_help=name in {"-h", "--help"})
    module_name, help_text = COMMANDS[name]
    module = import_module(module_name)
    parser = argparse.ArgumentParser(prog=f"scoring {name}", description=help_text)
    module.configure(parser)
    raise SystemExit(module.run(parser.parse_args(words[1:])))


def _explain(*, asked_for_help: bool) -> None:
    lines = [f"  {name:10} {help_text}" for name, (_, help_text) in sorted(COMMANDS.items())]
    text = "\n".join(["usage: scoring COMMAND ...", "", *lines])
    print(text, file=sys.stdout if asked_for_help else sys.stderr)
    raise SystemExit(0 if asked_for_help else 2)


if __name__ == "__main__":
    main()
