"""The gateway command: a table of sub-commands, each imported only when it is called."""

import argparse
import sys
from collections.abc import Sequence
from typing import Final

from shared.loading import load

COMMANDS: Final[dict[str, tuple[str, str]]] = {
    "migrate": ("gateway.commands.migrate", "bring the tables up to date"),
    "serve": ("gateway.commands.serve", "answer the public"),
    "work": ("gateway.commands.work", "fill the published view from the feeds; for ever"),
    "dispatch": ("gateway.commands.dispatch", "send events to who asked for them; for ever"),
    "organisation": ("gateway.commands.organisation", "add or list organisations that may call"),
    "member": ("gateway.commands.member", "add or list members of an organisation"),
    "key": ("gateway.commands.key", "add, list or revoke API keys"),
    "approval": ("gateway.commands.approval", "list or decide what takes a second person"),
    "signing-key": (
        "gateway.commands.signing_key",
        "list the keys that sign, or ask for a new one",
    ),
    "audit": ("gateway.commands.audit", "verify that nothing was taken from the audit"),
    "dossier": ("gateway.commands.dossier", "check whether a dossier is as it was signed"),
    "openapi": ("gateway.commands.openapi", "print the OpenAPI document"),
    "dead": ("gateway.commands.dead", "list or replay what kept failing"),
}
"""Sub-command: the module that holds its `configure(parser)` and `run(arguments)`, and its help."""

USAGE: Final = 2


def main(argv: Sequence[str] | None = None) -> None:
    """Run one sub-command; its `run` answers the exit status."""
    words = sys.argv[1:] if argv is None else list(argv)
    name = words[0] if words else ""
    if name not in COMMANDS:
        _explain(asked_for_help=name in {"-h", "--help"})
    module_name, help_text = COMMANDS[name]
    module = load(module_name)
    parser = argparse.ArgumentParser(
        prog=f"gateway {name}", description=module.__doc__ or help_text
    )
    module.configure(parser)
    raise SystemExit(module.run(parser.parse_args(words[1:])))


def _explain(*, asked_for_help: bool) -> None:
    lines = [f"  {name:12} {help_text}" for name, (_, help_text) in COMMANDS.items()]
    text = "\n".join(["usage: gateway COMMAND ...", "", *lines])
    print(text, file=sys.stdout if asked_for_help else sys.stderr)
    raise SystemExit(0 if asked_for_help else USAGE)


if __name__ == "__main__":
    main()
