"""Purge raw payloads past their date, mark dead runs and measure intake, until told to end."""

import argparse

from ingestor import worker
from ingestor.commands.opened import told


def configure(parser: argparse.ArgumentParser) -> None:
    """Take no arguments."""
    del parser


def run(arguments: argparse.Namespace) -> int:
    """Work until told to end."""
    del arguments
    worker.run(told())
    return 0
