"""List what kept failing and was set aside. The ingestor follows no feed, so this is empty."""

import argparse
import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import asyncpg

from ingestor.commands.opened import database, told
from ingestor.commands.output import say
from shared import deadletters
from shared.feed import Entry


def configure(parser: argparse.ArgumentParser) -> None:
    """Which of the two."""
    parser.add_argument("action", choices=("list", "replay"))
    parser.add_argument("--json", action="store_true", help="one JSON document a line")


def run(arguments: argparse.Namespace) -> int:
    """List the letters; or try them again, and exit with 1 where some stay."""
    return asyncio.run(_run(arguments.action, as_json=arguments.json))


async def _run(action: str, *, as_json: bool) -> int:
    async with (
        database(told().database_url) as opened,
        opened.transaction() as connection,
    ):
        if action == "replay":
            return await _replay(connection)
        for letter in await deadletters.listed(connection):
            line = f"{letter.id} {letter.feed} {letter.entry.key}: {letter.reason}"
            say(_document(letter), as_json=as_json, line=line)
    return 0


async def _replay(connection: asyncpg.Connection) -> int:
    feeds = {letter.feed for letter in await deadletters.listed(connection)}
    done = [await deadletters.replay(connection, feed, _nobody_applies) for feed in sorted(feeds)]
    return 1 if any(replay.failed for replay in done) else 0


async def _nobody_applies(connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
    del connection
    raise LookupError(f"The ingestor follows no feed; nothing applies {entries[0].key}")


def _document(letter: deadletters.DeadLetter) -> dict[str, Any]:
    return {**asdict(letter), "entry": letter.entry.key}
