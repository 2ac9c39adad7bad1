"""Count anew what is counted: forget it, and fold the event log again."""

import argparse
import asyncio
import sys

from cases.outcomes import counting
from cases.settings import Settings
from shared.database import Database


def configure(parser: argparse.ArgumentParser) -> None:
    """Take what is to be done."""
    parser.add_argument("action", choices=("rebuild",))


def run(arguments: argparse.Namespace) -> int:
    """Rebuild; whoever writes an event meanwhile waits until it is done."""
    del arguments
    return asyncio.run(_rebuild(Settings()))


async def _rebuild(settings: Settings) -> int:
    database = Database(settings.database_url, application="cases-impact", pool_size=1)
    await database.open()
    try:
        async with database.transaction() as connection:
            await connection.execute("SET LOCAL statement_timeout = 0")
            await counting.rebuild(connection)
            counted = await connection.fetchval("SELECT count(*) FROM counted")
    finally:
        await database.close()
    sys.stdout.write(f"{counted} things are counted\n")
    return 0
