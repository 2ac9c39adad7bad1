"""Count anew what is counted: fold the event log again, or count purchases by their process."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import asyncpg

from cases.outcomes import counting, keys
from cases.settings import Settings
from shared.clock import SystemClock
from shared.database import Database

Action = Callable[[asyncpg.Connection], Awaitable[str]]


def configure(parser: argparse.ArgumentParser) -> None:
    """Take what is to be done."""
    parser.add_argument("action", choices=tuple(ACTIONS))


def run(arguments: argparse.Namespace) -> int:
    """Do it; whoever writes an event meanwhile waits until it is done."""
    return asyncio.run(_do(Settings(), ACTIONS[arguments.action]))


async def _do(settings: Settings, action: Action) -> int:
    database = Database(settings.database_url, application="cases-impact", pool_size=1)
    await database.open()
    try:
        async with database.transaction() as connection:
            await connection.execute("SET LOCAL statement_timeout = 0")
            said = await action(connection)
    finally:
        await database.close()
    sys.stdout.write(f"{said}\n")
    return 0


async def _rebuild(connection: asyncpg.Connection) -> str:
    await counting.rebuild(connection)
    return f"{await connection.fetchval('SELECT count(*) FROM counted')} things are counted"


async def _rekey(connection: asyncpg.Connection) -> str:
    done = await keys.rekey(connection, SystemClock().now())
    return f"{done.changed} outcomes are counted by their process, {done.stay} stay by contract"


ACTIONS: Final[Mapping[str, Action]] = {"rebuild": _rebuild, "rekey": _rekey}
