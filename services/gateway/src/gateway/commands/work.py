"""Fill the published view from the feeds of the ingestor and scoring, until told to end."""

import argparse

from gateway import worker
from gateway.settings import GatewaySettings


def configure(parser: argparse.ArgumentParser) -> None:
    """Take no arguments."""
    del parser


def run(arguments: argparse.Namespace) -> int:
    """Work until told to end."""
    del arguments
    worker.run(GatewaySettings())
    return 0
