"""Answer other services: the feeds "releases" and "sources", and where a payload came from."""

import argparse

from ingestor.app import application
from ingestor.commands.opened import told
from shared.app import serve


def configure(parser: argparse.ArgumentParser) -> None:
    """Take no arguments: HOST and PORT say where."""
    del parser


def run(arguments: argparse.Namespace) -> int:
    """Serve until told to end."""
    del arguments
    settings = told()
    serve(lambda: application(settings), settings)
    return 0
