"""What could not be used: list it, show one with its payload, or try it again.

Showing and replaying read the vault, so RAW_DATABASE_URL must be set. Exit status of a replay: 0
where everything tried is used by now, 1 where something is not.
"""

import argparse
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from ingestor import quarantine
from ingestor.commands.load import zone
from ingestor.commands.opened import database, desk, told
from ingestor.commands.output import complain, put, say
from ingestor.raw.cipher import Cipher, UnreadableError
from ingestor.raw.payloads import fetch
from ingestor.replay import Replayed, Replayer
from ingestor.settings import IngestorSettings

NOT_THERE = 1


def configure(parser: argparse.ArgumentParser) -> None:
    """One of three actions."""
    actions = parser.add_subparsers(dest="action", required=True)
    listing = actions.add_parser("list", help="what is in quarantine now")
    listing.add_argument("--run", type=run_id, help="met by this run, as run_12")
    listing.add_argument("--code", help="refused with this code")
    listing.add_argument("--resolved", action="store_true", help="also what was used at last")
    listing.add_argument("--limit", type=int, default=1000)
    listing.add_argument("--json", action="store_true", help="one JSON document a line")
    showing = actions.add_parser("show", help="one, and with --payload what was received")
    showing.add_argument("id", type=int)
    showing.add_argument("--payload", action="store_true", help="may hold personal data")
    replaying = actions.add_parser("replay", help="try one again, or all")
    which = replaying.add_mutually_exclusive_group(required=True)
    which.add_argument("id", type=int, nargs="?")
    which.add_argument("--all", action="store_true")
    replaying.add_argument("--zone", type=zone, default="UTC", help="as for load")
    replaying.add_argument("--json", action="store_true", help="one JSON document a line")


def run_id(text: str) -> int:
    """Read the public id of a run, or its number; raises ValueError."""
    return int(text.removeprefix("run_"))


def run(arguments: argparse.Namespace) -> int:
    """Do one of the three."""
    settings = told()
    action = {"list": _list, "show": _show, "replay": _replay}[arguments.action]
    return asyncio.run(action(settings, arguments))


def line(row: quarantine.Row) -> str:
    """Tell a row in one line."""
    item = "" if row.item is None else f", item {row.item}"
    where = f"{row.file}{'' if row.line is None else f', line {row.line}'}{item}"
    more = f"and {row.count} more. " if row.stands_for_many() else ""
    return f"{row.id} {row.code} {row.source} {where}: {more}{row.reason}"


async def _list(settings: IngestorSettings, arguments: argparse.Namespace) -> int:
    async with database(settings.database_url) as opened, opened.connection() as connection:
        rows = await quarantine.listed(
            connection,
            run=arguments.run,
            code=arguments.code,
            resolved=arguments.resolved,
            limit=arguments.limit,
        )
    for row in rows:
        say(row.document(), as_json=arguments.json, line=line(row))
    return 0


async def _show(settings: IngestorSettings, arguments: argparse.Namespace) -> int:
    row = await _row(settings, arguments.id)
    if row is None:
        return _missing(arguments.id)
    say(row.document(), as_json=True, line="")
    if not arguments.payload:
        return 0
    payload = await _payload(settings, bytes.fromhex(row.raw_hash))
    if payload is None:
        complain("the payload is not kept any more, or was sealed with another RAW_KEY")
        return NOT_THERE
    put(payload + b"\n")
    return 0


async def _replay(settings: IngestorSettings, arguments: argparse.Namespace) -> int:
    async with _replayer(settings, arguments) as replayer:
        if arguments.all:
            fates = [_tell(one, arguments) async for one in replayer.replay_all()]
            return 0 if all(fates) else 1
        row = await _row(settings, arguments.id)
        if row is None:
            return _missing(arguments.id)
        return 0 if _tell(await replayer.replay(row), arguments) else 1


def _tell(done: Replayed, arguments: argparse.Namespace) -> bool:
    document: dict[str, Any] = {"id": done.row.id, "fate": done.fate, "reason": done.reason}
    reason = f": {done.reason}" if done.reason else ""
    say(document, as_json=arguments.json, line=f"{done.row.id} {done.fate}{reason}")
    return done.fate == "used"


def _missing(identifier: int) -> int:
    complain(f"nothing in quarantine has the number {identifier}")
    return NOT_THERE


async def _row(settings: IngestorSettings, identifier: int) -> quarantine.Row | None:
    async with database(settings.database_url) as opened, opened.connection() as connection:
        return await quarantine.one(connection, identifier)


async def _payload(settings: IngestorSettings, digest: bytes) -> bytes | None:
    async with database(_vault_url(settings)) as vault, vault.connection() as connection:
        held = await fetch(connection, digest)
    try:
        cipher = Cipher(settings.raw_key.get_secret_value())
        return cipher.open(held.content, digest) if held else None
    except UnreadableError:
        return None


@asynccontextmanager
async def _replayer(
    settings: IngestorSettings, arguments: argparse.Namespace
) -> AsyncIterator[Replayer]:
    key = settings.pseudonym_key.get_secret_value().encode()
    async with database(_vault_url(settings)) as vault, desk(settings) as opened:
        yield Replayer(opened, vault, key, arguments.zone)


def _vault_url(settings: IngestorSettings) -> str:
    if settings.raw_database_url is None:
        raise SystemExit("ingestor: RAW_DATABASE_URL is not set; only its role reads the vault")
    return settings.raw_database_url
