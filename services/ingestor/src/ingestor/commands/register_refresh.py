"""Fetch lists now, as the worker does on its schedule.

Without names those of REGISTER_LISTS, and with GOSZAKUP_TOKEN those that the portal gives. Exit
status: the worst of the runs, as of load.
"""

import argparse
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ingestor.commands.load import STATUS
from ingestor.commands.opened import desk, told
from ingestor.commands.output import complain, say
from ingestor.commands.runs import line
from ingestor.load import Desk
from ingestor.registers.refresh import Wanted, refresh
from ingestor.registers.schedule import from_addresses, from_portal
from ingestor.settings import IngestorSettings
from ingestor.sources.goszakup.opened import portal_of, token_of
from shared import logs

USAGE = 2


def configure(parser: argparse.ArgumentParser) -> None:
    """Which lists."""
    parser.add_argument("names", nargs="*", metavar="NAME[=ADDRESS]")
    parser.add_argument("--json", action="store_true", help="one JSON document a line")


def run(arguments: argparse.Namespace) -> int:
    """Fetch them one after the other."""
    settings = told()
    logs.configure(service="ingestor", level="WARNING", form=settings.log_format)
    return asyncio.run(_refreshed(settings, arguments))


async def _refreshed(settings: IngestorSettings, arguments: argparse.Namespace) -> int:
    key = settings.pseudonym_key.get_secret_value().encode()
    worst = 0
    async with desk(settings) as opened, _lists(settings, opened) as given:
        try:
            chosen = _chosen(arguments.names, given, settings)
        except ValueError as fault:
            complain(str(fault))
            return USAGE
        for wanted in chosen:
            done = await refresh(opened, wanted, key)
            say(done.document(), as_json=arguments.json, line=line(done))
            worst = max(worst, STATUS[done.status])
    if not chosen:
        complain("No list has an address: give names, REGISTER_LISTS, or a token of the portal")
        return USAGE
    return worst


def _chosen(names: list[str], given: list[Wanted], settings: IngestorSettings) -> list[Wanted]:
    """Find the lists; raises ValueError."""
    by_name = {one.name: one for one in given}
    if not names:
        return [*from_addresses(settings.register_lists), *given]
    own = [name for name in names if name not in by_name]
    return [by_name[name] for name in names if name in by_name] + [*from_addresses(",".join(own))]


@asynccontextmanager
async def _lists(settings: IngestorSettings, opened: Desk) -> AsyncIterator[list[Wanted]]:
    """Lend the lists that the portal gives; none without a token."""
    if settings.goszakup_token is None:
        yield []
        return
    async with portal_of(settings, token_of(settings), opened.database) as portal:
        beside_us = settings.goszakup_url.startswith("http:")
        yield list(from_portal(portal.aside(), invented=beside_us))
