"""Follow the releases and judge what changes, until told to end; one engine works at a time."""

import argparse
import asyncio
import gc
import signal
from typing import Final

from scoring import engine
from scoring.settings import Settings
from shared import metrics
from shared.observed import observe

GARBAGE: Final = (100_000, 20, 100)
"""A batch is a hundred thousand small objects that all live to its end: looking for garbage among
them every 700 costs a third of the judging."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Take no arguments."""
    del parser


def run(arguments: argparse.Namespace) -> int:
    """Judge until told to end, with the measures on a port of their own."""
    del arguments
    settings = Settings()
    observe("scoring", settings)
    metrics.disks.watch("facts", settings.facts_path)
    gc.freeze()
    gc.set_threshold(*GARBAGE)
    asyncio.run(_until_told(settings))
    return 0


async def _until_told(settings: Settings) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await engine.run(settings, stop)
