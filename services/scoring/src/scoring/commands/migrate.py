"""Bring scoring's tables up to date."""

import argparse

from scoring.settings import Settings
from shared import migrations


def configure(parser: argparse.ArgumentParser) -> None:
    """Take no arguments."""
    del parser


def run(arguments: argparse.Namespace) -> int:
    """Migrate the schema of the role."""
    del arguments
    migrations.upgrade(Settings().database_url, "scoring")
    return 0
