"""Print the OpenAPI document of the gateway; no server and no settings are needed."""

import argparse
import json
import sys
from typing import Final

from gateway.app import build
from gateway.settings import GatewaySettings

_UNUSED: Final = {
    "database_url": "postgresql://nobody@127.0.0.1/nothing",
    "internal_key": "x" * 32,
    "cursor_key": "x" * 32,
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Take no arguments."""
    del parser


def run(arguments: argparse.Namespace) -> int:
    """Print it as JSON."""
    del arguments
    document = build(GatewaySettings.model_validate(_UNUSED)).openapi()
    json.dump(document, sys.stdout, ensure_ascii=False, indent=1, sort_keys=True)
    sys.stdout.write("\n")
    return 0
