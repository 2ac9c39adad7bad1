"""List the kinds of sources there are, on what terms, and what each lacks."""

import argparse

from msgspec import to_builtins

from ingestor.commands.output import say
from ingestor.source import declarations


def configure(parser: argparse.ArgumentParser) -> None:
    """Form of the list."""
    parser.add_argument("--json", action="store_true", help="one JSON document a line")


def run(arguments: argparse.Namespace) -> int:
    """Print the list."""
    for name, kind in sorted(declarations().items()):
        lacks = ", ".join(lack.field for lack in kind.lacks)
        line = f"{name}: {kind.title.en}. {kind.why.en} Lacks: {lacks}."
        say({"name": name, **to_builtins(kind)}, as_json=arguments.json, line=line)
    return 0
