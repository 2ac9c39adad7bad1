"""Send events to the endpoints that asked for them, until told to end."""

import argparse

from gateway.push import dispatcher
from gateway.settings import GatewaySettings


def configure(parser: argparse.ArgumentParser) -> None:
    """Take no arguments."""
    del parser


def run(arguments: argparse.Namespace) -> int:
    """Send until told to end."""
    del arguments
    dispatcher.run(GatewaySettings())
    return 0
