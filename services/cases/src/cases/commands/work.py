"""Follow the alerts of scoring, and do what is due by the clock, until told to end."""

import argparse

from cases import worker
from cases.settings import Settings


def configure(parser: argparse.ArgumentParser) -> None:
    """Take no arguments."""
    del parser


def run(arguments: argparse.Namespace) -> int:
    """Work until told to end."""
    del arguments
    worker.run(Settings())
    return 0
