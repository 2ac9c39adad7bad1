"""Answer the gateway: what callers ask and command, and the feed of events."""

import argparse

from cases.app import application
from cases.settings import Settings
from shared.app import serve


def configure(parser: argparse.ArgumentParser) -> None:
    """Take no arguments: HOST and PORT say where."""
    del parser


def run(arguments: argparse.Namespace) -> int:
    """Serve until told to end."""
    del arguments
    settings = Settings()
    serve(lambda: application(settings), settings)
    return 0
