"""Try drafts over the facts the engine lends, until told to end."""

import argparse
import asyncio
import signal

from scoring.drafts import worker
from scoring.settings import Settings
from shared.clock import SystemClock
from shared.observed import observe


def configure(parser: argparse.ArgumentParser) -> None:
    """Take no arguments."""
    del parser


def run(arguments: argparse.Namespace) -> int:
    """Work, with the measures on a port of their own."""
    del arguments
    settings = Settings()
    observe("scoring", settings)
    asyncio.run(_until_told(settings))
    return 0


async def _until_told(settings: Settings) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await worker.run(settings, stop, SystemClock())
