"""Translate anew what is held of a source, asking nobody: after a better translation.

Exit status: 0 complete, 1 failed, 3 incomplete, 4 where another process is doing it.
"""

import argparse

import uvloop

from ingestor.commands.opened import following, told
from ingestor.commands.portal import elsewhere, ended
from ingestor.settings import IngestorSettings
from ingestor.sources.goszakup.opened import connector_of, portal_of, token_of
from ingestor.sources.goszakup.pull.reassemble import reassemble
from shared import logs


def configure(parser: argparse.ArgumentParser) -> None:
    """Which source."""
    parser.add_argument("source", choices=["goszakup"])
    parser.add_argument("--json", action="store_true", help="one JSON document a run")


def run(arguments: argparse.Namespace) -> int:
    """Translate everything."""
    settings = told()
    logs.configure(service="ingestor", level="WARNING", form=settings.log_format)
    return uvloop.run(_reassemble(settings, as_json=arguments.json))


async def _reassemble(settings: IngestorSettings, *, as_json: bool) -> int:
    async with (
        following(settings) as opened,
        portal_of(settings, token_of(settings), opened.database) as portal,
    ):
        connector = connector_of(settings, opened, portal)
        if not await reassemble(connector):
            return elsewhere()
        return await ended(connector, as_json=as_json)
