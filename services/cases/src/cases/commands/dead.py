"""List alerts that could not be taken in, or try them again."""

import argparse
import asyncio
import sys
from typing import Any

import msgspec

from cases.settings import Settings
from cases.worker import following
from shared import deadletters
from shared.clock import SystemClock
from shared.database import Database


def configure(parser: argparse.ArgumentParser) -> None:
    """Take which of the two."""
    parser.add_argument("action", choices=("list", "replay"))
    parser.add_argument("--json", action="store_true", help="one JSON document a line")


def run(arguments: argparse.Namespace) -> int:
    """List the letters; or try them again, and exit with 1 where some stay."""
    return asyncio.run(_run(arguments.action, as_json=arguments.json))


async def _run(action: str, *, as_json: bool) -> int:
    settings = Settings()
    database = Database(settings.database_url, application="cases-dead", pool_size=1)
    await database.open()
    try:
        if action == "list":
            return await _list(database, as_json=as_json)
        return await _replay(settings, database, as_json=as_json)
    finally:
        await database.close()


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
        _say(document, line, as_json=as_json)
    return 0


async def _replay(settings: Settings, database: Database, *, as_json: bool) -> int:
    failed = 0
    async with following(settings, database, SystemClock()) as readers:
        for feed, reader in readers.items():
            done = await reader.replay_dead()
            failed += done.failed
            document = {"feed": feed, "applied": done.applied, "failed": done.failed}
            line = f"{feed}: {done.applied} applied, {done.failed} failed"
            _say(document, line, as_json=as_json)
    return 1 if failed else 0


def _say(document: dict[str, Any], line: str, *, as_json: bool) -> None:
    text = msgspec.json.encode(document).decode() if as_json else line
    sys.stdout.write(f"{text}\n")
