"""Answer the public: the only door of the platform."""

import argparse

from gateway.app import build
from gateway.settings import GatewaySettings
from shared.app import serve


def configure(parser: argparse.ArgumentParser) -> None:
    """Take no arguments: HOST and PORT say where."""
    del parser


def run(arguments: argparse.Namespace) -> int:
    """Serve until told to end."""
    del arguments
    settings = GatewaySettings()
    serve(lambda: build(settings), settings)
    return 0
