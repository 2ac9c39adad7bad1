"""Record that a publisher removed a process: it leaves the feed, with the reason kept."""

import argparse
import asyncio

from ingestor.batch import FEED
from ingestor.commands.opened import desk, told
from ingestor.commands.output import complain
from ingestor.sources_feed import publish_sources
from ingestor.withdraw import withdraw


def configure(parser: argparse.ArgumentParser) -> None:
    """Which process, and why."""
    parser.add_argument("--source", required=True, help="the id of its source")
    parser.add_argument("--reason", required=True, help="why, for those who will ask")
    parser.add_argument("ocid", metavar="OCID")


def run(arguments: argparse.Namespace) -> int:
    """Withdraw it; exit status 1 where there is no such process to withdraw."""
    if asyncio.run(_withdraw(arguments.source, arguments.ocid, arguments.reason)):
        return 0
    complain(f"source {arguments.source} has no process {arguments.ocid} to withdraw")
    return 1


async def _withdraw(source: str, ocid: str, reason: str) -> bool:
    async with desk(told()) as opened:
        async with opened.database.transaction() as connection:
            head = await withdraw(connection, source, ocid, reason)
            if head is not None:
                await publish_sources(connection, [source])
        if head is not None:
            await opened.bell.ring(FEED, head)
    return head is not None
