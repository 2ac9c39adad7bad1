"""`scoring schema`: the JSON Schema of an indicator file, for editors and for drafts by API."""

import argparse
import json

from scoring.indicator import json_schema


def configure(_parser: argparse.ArgumentParser) -> None:
    """Take no arguments."""


def run(_arguments: argparse.Namespace) -> int:
    """Print the schema."""
    print(json.dumps(json_schema(), indent=2, ensure_ascii=False))  # noqa: T201 (the command's output)
    return 0
