"""Follow a source: what changed since the last look, again and again, or --once.

Exit status of --once: 0 complete, 1 failed, 3 incomplete, 4 where another process is doing it.
"""

import argparse
import asyncio
import signal

import uvloop

from ingestor.commands.opened import following, told
from ingestor.commands.output import complain
from ingestor.commands.portal import ELSEWHERE, INTERRUPTED, ended, needs_token
from ingestor.settings import IngestorSettings
from ingestor.sources.goszakup.opened import connector_of, portal_of, token_of
from ingestor.sources.goszakup.pull.follow import follow
from shared import logs, telemetry


def configure(parser: argparse.ArgumentParser) -> None:
    """Which source, and how often."""
    parser.add_argument("source", choices=["goszakup"])
    parser.add_argument("--once", action="store_true", help="one round, then end")
    parser.add_argument("--rate", type=float, help="requests a second; default GOSZAKUP_RATE")
    parser.add_argument("--json", action="store_true", help="one JSON document a run")


def run(arguments: argparse.Namespace) -> int:
    """Follow the source."""
    settings = told()
    logs.configure(service="ingestor", level="WARNING", form=settings.log_format)
    telemetry.begin("ingestor", settings)
    needs_token(settings)
    try:
        return uvloop.run(_pull(settings, arguments))
    except (asyncio.CancelledError, KeyboardInterrupt):
        complain("interrupted; the next run goes on from here")
        return INTERRUPTED


async def _pull(settings: IngestorSettings, arguments: argparse.Namespace) -> int:
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    async with (
        following(settings) as opened,
        portal_of(settings, token_of(settings), opened.database, rate=arguments.rate) as portal,
    ):
        connector = connector_of(settings, opened, portal)
        while True:
            leads = await follow(connector)
            status = await ended(connector, as_json=arguments.json) if leads else ELSEWHERE
            if arguments.once:
                return status
            await asyncio.sleep(settings.goszakup_every)
