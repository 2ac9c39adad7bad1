"""Load what a source published before: a period, and where named only some regions or buyers.

The same words go on where they were left; nothing is doubled. Exit status: 0 complete, 1 failed,
3 incomplete: give the same command again; 4 where another process is doing it.
"""

import argparse
import asyncio
import gc
import signal
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Final

import uvloop

from ingestor.commands.opened import following, told
from ingestor.commands.output import complain
from ingestor.commands.portal import INTERRUPTED, elsewhere, ended, needs_token
from ingestor.settings import IngestorSettings
from ingestor.sources.goszakup.opened import connector_of, portal_of, token_of
from ingestor.sources.goszakup.pull import budget
from ingestor.sources.goszakup.pull.backfill import fill
from ingestor.sources.goszakup.pull.windows import Scope
from ingestor.sources.goszakup.pull.workshop import Workshop, workshop
from shared import logs, telemetry

GARBAGE: Final = (50_000, 20, 100)
"""A page is a hundred thousand small objects that all live until it is stored: looking for garbage
among them every 700 costs a tenth of the reading."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Which source, and what of it."""
    parser.add_argument("source", choices=["goszakup"])
    add_scope(parser)
    parser.add_argument("--again", action="store_true", help="from the beginning, comparing")
    parser.add_argument("--rate", type=float, help="requests a second; default GOSZAKUP_RATE")
    parser.add_argument("--json", action="store_true", help="one JSON document a run")


def add_scope(parser: argparse.ArgumentParser) -> None:
    """Take a period, regions and buyers."""
    today = datetime.now(UTC).date()
    parser.add_argument(
        "--from", dest="since", type=date.fromisoformat, default=date(today.year, 1, 1)
    )
    parser.add_argument("--to", dest="until", type=date.fromisoformat, default=today)
    parser.add_argument("--regions", default="", help="first digits of KATO: 71,75")
    parser.add_argument("--bins", default="", help="BINs of buyers, with commas between")


def scope_of(arguments: argparse.Namespace) -> Scope:
    """Read the scope; ends the command where it is empty."""
    if arguments.since > arguments.until:
        raise SystemExit("ingestor: --from lies after --to")
    return Scope(
        arguments.since,
        arguments.until,
        tuple(filter(None, (one.strip() for one in arguments.regions.split(",")))),
        tuple(filter(None, (one.strip() for one in arguments.bins.split(",")))),
    )


def run(arguments: argparse.Namespace) -> int:
    """Load it, having said what it costs."""
    settings = told()
    logs.configure(service="ingestor", level="WARNING", form=settings.log_format)
    telemetry.begin("ingestor", settings)
    needs_token(settings)
    scope = scope_of(arguments)
    gc.freeze()
    gc.set_threshold(*GARBAGE)
    rate = settings.goszakup_rate if arguments.rate is None else arguments.rate
    try:
        with nullcontext() if rate else workshop() as beside:
            return uvloop.run(_backfill(settings, arguments, scope, rate, beside))
    except (asyncio.CancelledError, KeyboardInterrupt):
        complain("interrupted; the same command goes on from here")
        return INTERRUPTED


async def _backfill(
    settings: IngestorSettings,
    arguments: argparse.Namespace,
    scope: Scope,
    rate: float,
    beside: Workshop | None,
) -> int:
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    hours = f", {budget.total(scope) / rate / budget.SECONDS:.1f} hours" if rate else ""
    complain(f"{scope.job}: about {budget.total(scope)} requests{hours}")
    async with (
        following(settings) as opened,
        portal_of(settings, token_of(settings), opened.database, rate=rate) as portal,
    ):
        connector = replace(connector_of(settings, opened, portal.aside()), workshop=beside)
        if not await fill(connector, scope, again=arguments.again):
            return elsewhere()
        return await ended(connector, as_json=arguments.json)
