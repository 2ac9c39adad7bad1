"""Add, list or revoke API keys and OAuth clients. A new one is printed once, never again.

At a gateway of the sandbox (MODE=test) keys are test keys.
"""

import argparse
import asyncio
from datetime import UTC, date, datetime, time
from typing import Final

from gateway import management
from gateway.commands.output import audit_of, refuse, say, table, with_database
from gateway.keys import SCOPES, USUAL, parse_key
from gateway.settings import GatewaySettings
from shared.clock import SystemClock
from shared.database import Database

MOST: Final = 1_000_000
"""Requests a minute: more than one machine answers."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Take what to do, and what a new key may do."""
    actions = parser.add_subparsers(dest="action", required=True)
    add = actions.add_parser("add", help="make one; prints it once")
    add.add_argument("--organisation", required=True, help="id or name of who will hold it")
    add.add_argument("--member", help="id of the member who will hold it")
    add.add_argument("--name", help="what it is for")
    add.add_argument(
        "--scopes",
        type=_parts,
        default=list(USUAL),
        help=f"separated by commas, of: {', '.join(SCOPES)}; unset: {', '.join(USUAL)}",
    )
    add.add_argument("--networks", type=_parts, default=[], help="CIDR, separated by commas")
    add.add_argument("--origins", type=_parts, default=[], help="sites, separated by commas")
    add.add_argument(
        "--client", action="store_true", help="an OAuth client, which asks for tokens, instead"
    )
    add.add_argument("--expires", type=_end_of_day, help="last day on which it is valid (UTC)")
    add.add_argument(
        "--per-minute", type=_requests, help=f"requests it may make in any minute, 1 to {MOST}"
    )
    add.add_argument("--json", action="store_true", help="one JSON document")
    actions.add_parser("list", help="list all, without their secrets")
    revoke = actions.add_parser("revoke", help="make one invalid, everywhere within seconds")
    revoke.add_argument("key", help="its id, or the key itself")


def run(arguments: argparse.Namespace) -> int:
    """Add, list or revoke; 1 where nothing was done."""
    try:
        return asyncio.run(with_database(lambda database: _run(database, arguments)))
    except (management.UnknownError, ValueError) as error:
        return refuse(str(error))


async def _run(database: Database, arguments: argparse.Namespace) -> int:
    if arguments.action == "list":
        table([_HEADS, *await _rows(database)])
    elif arguments.action == "revoke":
        shown = parse_key(arguments.key)
        named = shown.id if shown else arguments.key
        audit = audit_of(GatewaySettings())
        await management.revoke_key(database, SystemClock(), named, audit=audit)
    else:
        await _add(database, arguments)
    return 0


async def _add(database: Database, arguments: argparse.Namespace) -> None:
    settings = GatewaySettings()
    made = await management.add_key(
        database,
        SystemClock(),
        organisation=arguments.organisation,
        scopes=arguments.scopes,
        member=arguments.member,
        name=arguments.name,
        expires_at=arguments.expires,
        per_minute=arguments.per_minute,
        kind="client" if arguments.client else "key",
        test=settings.mode == "test",
        networks=arguments.networks,
        origins=arguments.origins,
        audit=audit_of(settings),
    )
    say({"id": made.id, "key": made.text}, as_json=arguments.json, line=made.text)


_HEADS = (
    "id",
    "kind",
    "organisation",
    "name",
    "scopes",
    "created",
    "expires",
    "revoked",
    "last used",
)


async def _rows(database: Database) -> list[tuple[object, ...]]:
    return [
        (
            key.id,
            f"test {key.kind}" if key.test else key.kind,
            organisation.name,
            key.name,
            ",".join(key.scopes),
            key.created_at.date(),
            key.expires_at and key.expires_at.date(),
            key.revoked_at and key.revoked_at.date(),
            key.last_used_at and f"{key.last_used_at:%Y-%m-%d %H:%M}",
        )
        for key, organisation in await management.keys(database)
    ]


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.replace(" ", ",").split(",") if part.strip()]


def _end_of_day(text: str) -> datetime:
    """Read a day; raises ArgumentTypeError for what is none, or is over."""
    try:
        end = datetime.combine(date.fromisoformat(text), time.max, tzinfo=UTC)
    except ValueError as fault:
        raise argparse.ArgumentTypeError(f"no day of the form 2027-01-31: {text!r}") from fault
    if end < SystemClock().now():
        raise argparse.ArgumentTypeError(f"{text} is over: the key would never be valid")
    return end


def _requests(text: str) -> int:
    """Read a number of requests; raises ArgumentTypeError for one that makes no sense."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= MOST:
        raise argparse.ArgumentTypeError(f"a number from 1 to {MOST}, not {text!r}")
    return int(text)
