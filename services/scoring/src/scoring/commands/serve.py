"""Answer other services: the feeds "scores", "alerts" and "catalogue", and scores of past days."""

import argparse

from scoring.app import application
from scoring.settings import Settings
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
