"""Bring the ingestor's tables, and the vault's where its address is set, up to date."""

import argparse

from ingestor.commands.opened import told
from shared import migrations


def configure(parser: argparse.ArgumentParser) -> None:
    """Take no arguments."""
    del parser


def run(arguments: argparse.Namespace) -> int:
    """Migrate both schemas, each with its own role."""
    del arguments
    settings = told()
    if settings.raw_database_url:
        migrations.upgrade(settings.raw_database_url, "ingestor.raw")
    migrations.upgrade(settings.database_url, "ingestor")
    return 0
