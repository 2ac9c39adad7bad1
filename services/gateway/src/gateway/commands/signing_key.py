"""List the keys that sign tokens and checkpoints, or ask for a new one.

A new key is made once another operator approves (`gateway approval approve`); it is published at
once and signs ten minutes later, and the one before is trusted until its last token has ended.
With --at-once, for a key that has leaked, the ones before are trusted no longer.
"""

import argparse
import asyncio

from gateway.commands.approval import member_acts, told
from gateway.commands.output import audit_of, say, table, with_database
from gateway.settings import GatewaySettings
from gateway.who import approvals
from gateway.who.doing import acting
from gateway.who.roles import OPERATOR
from shared.clock import SystemClock
from shared.database import Database
from shared.errors import ScopeMissing

_LIST = "SELECT kid, signs_from, trusted_until FROM signing_key ORDER BY signs_from"


def configure(parser: argparse.ArgumentParser) -> None:
    """Take what to do, and who asks for it."""
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("list", help="list all, without their private halves")
    rotate = actions.add_parser("rotate", help="ask for a new one; prints the id of the request")
    rotate.add_argument("--by", required=True, help="id of the operator's member who asks")
    rotate.add_argument("--at-once", action="store_true", help="a key has leaked")


def run(arguments: argparse.Namespace) -> int:
    """List or ask; 1 where nothing was done."""
    return asyncio.run(with_database(lambda database: told(_run(database, arguments))))


async def _run(database: Database, arguments: argparse.Namespace) -> int:
    if arguments.action == "list":
        async with database.connection() as connection:
            rows = await connection.fetch(_LIST)
        table([("kid", "signs from", "trusted until"), *map(tuple, rows)])
        return 0
    async with database.connection() as connection:
        actor, caller = await member_acts(connection, arguments.by)
    if OPERATOR not in caller.scopes:
        raise ScopeMissing("operators ask for this")
    audit = audit_of(GatewaySettings())
    async with acting(database, SystemClock(), audit, actor) as do:
        own = str(caller.organisation)
        wish = {"at_once": arguments.at_once}
        made = await approvals.ask(do, "rotate_signing_key", own, "signing keys", **wish)
    say({"id": made}, as_json=False, line=made)
    return 0
