"""Write all that cases holds of one organisation into an archive, for who administers it."""

import argparse
import asyncio
import sys
from pathlib import Path

from cases import takeout
from cases.evidence.storing import files_of
from cases.settings import Settings
from shared.clock import SystemClock
from shared.database import Database


def configure(parser: argparse.ArgumentParser) -> None:
    """Take whose, for whom and where to."""
    parser.add_argument("organisation", help="its id")
    parser.add_argument(
        "--for",
        dest="member",
        required=True,
        help="id of who administers it, as `gateway organisation takeout` has checked",
    )
    parser.add_argument("--into", type=Path, required=True, help="the archive (.zip)")


def run(arguments: argparse.Namespace) -> int:
    """Write it; 1 where it is there already."""
    try:
        asyncio.run(_run(arguments))
    except FileExistsError as refused:
        sys.stderr.write(f"{refused}\n")
        return 1
    return 0


async def _run(arguments: argparse.Namespace) -> None:
    settings = Settings()
    database = Database(settings.database_url, application="cases-takeout", pool_size=2)
    await database.open()
    try:
        await takeout.take(
            database,
            files_of(settings),
            SystemClock(),
            organisation=arguments.organisation,
            member=arguments.member,
            into=arguments.into,
        )
    finally:
        await database.close()
