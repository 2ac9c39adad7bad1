"""Bring the tables of cases, and those of the vault, up to date."""

import argparse

from cases.settings import Settings
from shared import migrations


def configure(parser: argparse.ArgumentParser) -> None:
    """Take no arguments."""
    del parser


def run(arguments: argparse.Namespace) -> int:
    """Migrate both schemas, each with its own role."""
    del arguments
    settings = Settings()
    migrations.upgrade(settings.vault_database_url, "cases.vault")
    migrations.upgrade(settings.database_url, "cases")
    return 0
