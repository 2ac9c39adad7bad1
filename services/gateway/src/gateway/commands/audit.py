"""Verify the audit: walk the whole chain, and lead it through a head that was published."""

import argparse
import asyncio
import re

from gateway.audit.chain import Break, Head
from gateway.commands.output import audit_of, refuse, say, with_database
from gateway.settings import GatewaySettings
from shared.database import Database

_HEAD = re.compile(r"([0-9]{1,18}):([0-9a-f]{64})")


def configure(parser: argparse.ArgumentParser) -> None:
    """Take a head that was kept, if there is one."""
    actions = parser.add_subparsers(dest="action", required=True)
    verify = actions.add_parser("verify", help="say how far it is whole; 1 where it is not")
    verify.add_argument(
        "--head", type=_head, help="SEQ:MAC of a checkpoint, or of an earlier run of this command"
    )
    verify.add_argument("--json", action="store_true", help="one JSON document")


def run(arguments: argparse.Namespace) -> int:
    """Verify; 1 where the chain does not hold."""
    return asyncio.run(with_database(lambda database: _verify(database, arguments)))


async def _verify(database: Database, arguments: argparse.Namespace) -> int:
    async with (
        database.connection() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        found = await audit_of(GatewaySettings()).verify(connection, known=arguments.head)
    if isinstance(found, Break):
        return refuse(f"entry {found.seq} {found.why}")
    line = f"{found.seq}:{found.mac.hex()}"
    say({"seq": found.seq, "mac": found.mac.hex()}, as_json=arguments.json, line=line)
    return 0


def _head(text: str) -> Head:
    """Read a head. Raises ArgumentTypeError for what is none."""
    found = _HEAD.fullmatch(text)
    if found is None:
        raise argparse.ArgumentTypeError(f"not of the form SEQ:MAC: {text!r}")
    return Head(int(found[1]), bytes.fromhex(found[2]))
