"""Bring the gateway's tables up to date."""

import argparse

from gateway.settings import GatewaySettings
from shared import migrations


def configure(parser: argparse.ArgumentParser) -> None:
    """Take no arguments."""
    del parser


def run(arguments: argparse.Namespace) -> int:
    """Migrate the schema of the gateway."""
    del arguments
    migrations.upgrade(GatewaySettings().database_url, "gateway")
    return 0
