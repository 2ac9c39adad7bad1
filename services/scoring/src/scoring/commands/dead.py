"""List what could not be taken in or judged, or ask the engine to take it in again."""

import argparse
import asyncio
import sys

import msgspec

from scoring import store
from scoring.engine import QUEUE
from scoring.settings import Settings
from shared import deadletters
from shared.database import Database
from shared.deadletters import DeadLetter
from shared.queue import Bell


def configure(parser: argparse.ArgumentParser) -> None:
    """Take which of the two, and which letters."""
    parser.add_argument("action", choices=("list", "replay"))
    parser.add_argument("ids", nargs="*", type=int, help="numbers of letters; none: all")
    parser.add_argument("--json", action="store_true", help="one JSON document a line")


def run(arguments: argparse.Namespace) -> int:
    """List the letters, or hand them to the engine, which alone may touch the facts."""
    return asyncio.run(_run(arguments))


async def _run(arguments: argparse.Namespace) -> int:
    settings = Settings()
    database = Database(settings.database_url, application="scoring-dead", pool_size=1)
    await database.open()
    try:
        async with database.transaction() as connection:
            letters = await deadletters.listed(connection)
            chosen = [one for one in letters if not arguments.ids or one.id in arguments.ids]
            if arguments.action == "replay":
                await store.ask_for_replay(connection, [one.id for one in chosen])
    finally:
        await database.close()
    if arguments.action == "replay":
        await _wake(settings)
    for letter in chosen:
        sys.stdout.write(_line(letter, as_json=arguments.json) + "\n")
    return 0


async def _wake(settings: Settings) -> None:
    bell = await Bell.connect(settings.redis_url)
    await bell.wake(QUEUE, "replay", 0)
    await bell.close()


def _line(letter: DeadLetter, *, as_json: bool) -> str:
    if not as_json:
        return f"{letter.id} {letter.entry.key}: {letter.reason}"
    document = {
        "id": letter.id,
        "key": letter.entry.key,
        "seq": letter.entry.seq,
        "reason": letter.reason,
        "attempts": letter.attempts,
        "last_failed_at": letter.last_failed_at,
    }
    return msgspec.json.encode(document).decode()
