"""Add or list the members of organisations."""

import argparse
import asyncio

from gateway import management
from gateway.commands.output import audit_of, refuse, say, table, with_database
from gateway.settings import GatewaySettings
from shared.clock import SystemClock
from shared.database import Database


def configure(parser: argparse.ArgumentParser) -> None:
    """Take what to do, and who is added where."""
    actions = parser.add_subparsers(dest="action", required=True)
    add = actions.add_parser("add", help="add one; prints its id")
    add.add_argument("name")
    add.add_argument("--organisation", required=True, help="id or name")
    add.add_argument("--role", choices=management.ROLES, default="reader")
    add.add_argument("--json", action="store_true", help="one JSON document")
    actions.add_parser("list", help="list all")


def run(arguments: argparse.Namespace) -> int:
    """Add or list; 1 where nothing was done."""
    try:
        return asyncio.run(with_database(lambda database: _run(database, arguments)))
    except (management.UnknownError, ValueError) as error:
        return refuse(str(error))


async def _run(database: Database, arguments: argparse.Namespace) -> int:
    if arguments.action == "list":
        found = await management.members(database)
        rows = [(each.id, each.organisation_id, each.role, each.name) for each in found]
        table([("id", "organisation", "role", "name"), *rows])
        return 0
    made = await management.add_member(
        database,
        SystemClock(),
        organisation=arguments.organisation,
        name=arguments.name,
        role=arguments.role,
        audit=audit_of(GatewaySettings()),
    )
    say({"id": made.id, "name": made.name}, as_json=arguments.json, line=made.id)
    return 0
