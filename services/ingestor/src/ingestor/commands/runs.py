"""List what was taken in, newest first, and how it ended."""

import argparse
import asyncio

from ingestor import runs
from ingestor.commands.opened import database, told
from ingestor.commands.output import say


def configure(parser: argparse.ArgumentParser) -> None:
    """Filters and form of the list."""
    parser.add_argument("--source", help="of one source only")
    parser.add_argument("--limit", type=int, default=50)
    parser.add_argument("--json", action="store_true", help="one JSON document a line")


def run(arguments: argparse.Namespace) -> int:
    """Print the list."""
    for one in asyncio.run(_recent(arguments.source, arguments.limit)):
        say(one.document(), as_json=arguments.json, line=line(one))
    return 0


def line(one: runs.Run) -> str:
    """Tell a run in one line."""
    counts = f"received {one.received} of {one.expected if one.expected is not None else '?'}"
    fates = (
        f"accepted {one.accepted} (mended {one.mended}), unchanged {one.unchanged}, "
        f"quarantined {one.quarantined}"
    )
    reason = f": {one.reason}" if one.reason else ""
    return f"{runs.public_id(one.id)} {one.source} {one.status}{reason}; {counts}; {fates}"


async def _recent(source: str | None, limit: int) -> list[runs.Run]:
    async with (
        database(told().database_url) as opened,
        opened.transaction() as connection,
    ):
        await runs.mark_dead(connection)
        return await runs.recent(connection, source, limit)
