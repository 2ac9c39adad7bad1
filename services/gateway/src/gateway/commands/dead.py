"""List entries of the feeds that could not be applied to the view, or try them again."""

import argparse
import asyncio

from gateway.commands.output import say, with_database
from gateway.settings import GatewaySettings
from gateway.worker import filling
from shared import deadletters
from shared.clock import SystemClock
from shared.database import Database


def configure(parser: argparse.ArgumentParser) -> None:
    """Take which of the two."""
    parser.add_argument("action", choices=("list", "replay"))
    parser.add_argument("--json", action="store_true", help="one JSON document a line")


def run(arguments: argparse.Namespace) -> int:
    """List the letters; or try them again, and exit with 1 where some stay."""
    act = _replay if arguments.action == "replay" else _list
    return asyncio.run(with_database(lambda database: act(database, as_json=arguments.json)))


async def _list(database: Database, *, as_json: bool) -> int:
    async with database.connection() as connection:
        letters = await deadletters.listed(connection)
    for letter in letters:
        document = {
            "id": letter.id,
            "feed": letter.feed,
            "key": letter.entry.key,
            "reason": letter.reason,
            "attempts": letter.attempts,
            "last_failed_at": letter.last_failed_at,
        }
        line = f"{letter.id} {letter.feed} {letter.entry.key}: {letter.reason}"
        say(document, as_json=as_json, line=line)
    return 0


async def _replay(database: Database, *, as_json: bool) -> int:
    failed = 0
    async with filling(GatewaySettings(), database, SystemClock()) as (_, readers):
        for feed, reader in readers.items():
            done = await reader.replay_dead()
            failed += done.failed
            document = {"feed": feed, "applied": done.applied, "failed": done.failed}
            line = f"{feed}: {done.applied} applied, {done.failed} failed"
            say(document, as_json=as_json, line=line)
    return 1 if failed else 0
