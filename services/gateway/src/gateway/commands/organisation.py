"""Add or list the organisations that may call the gateway, or give one all that is its own."""

import argparse
import asyncio
from pathlib import Path

from gateway import management, takeout
from gateway.commands.output import audit_of, refuse, say, table, with_database
from gateway.settings import GatewaySettings
from gateway.tiers import TIERS, USUAL
from gateway.who.roles import KINDS
from shared.clock import SystemClock
from shared.database import Database


def configure(parser: argparse.ArgumentParser) -> None:
    """Take what to do, and the name of a new organisation."""
    actions = parser.add_subparsers(dest="action", required=True)
    add = actions.add_parser("add", help="add one; prints its id")
    add.add_argument("name")
    add.add_argument("--region", help="KATO code of the region it watches")
    add.add_argument("--kind", choices=tuple(KINDS), default="partner", help="who it is")
    add.add_argument("--tier", choices=tuple(TIERS), default=USUAL, help="how much it may ask")
    add.add_argument("--json", action="store_true", help="one JSON document")
    actions.add_parser("list", help="list all")
    taking = actions.add_parser("takeout", help="write all that is one's own into an archive")
    taking.add_argument("organisation", help="its id")
    taking.add_argument("--for", dest="member", required=True, help="id of who administers it")
    taking.add_argument("--into", type=Path, required=True, help="the archive (.zip)")


def run(arguments: argparse.Namespace) -> int:
    """Add, list or take out; 1 where nothing was done."""
    try:
        return asyncio.run(with_database(lambda database: _run(database, arguments)))
    except (ValueError, FileExistsError) as error:
        return refuse(str(error))


async def _run(database: Database, arguments: argparse.Namespace) -> int:
    if arguments.action == "list":
        rows = [
            (each.id, each.name, each.kind, each.tier, each.region)
            for each in await management.organisations(database)
        ]
        table([("id", "name", "kind", "tier", "region"), *rows])
        return 0
    if arguments.action == "takeout":
        await takeout.take(
            database,
            SystemClock(),
            audit_of(GatewaySettings()),
            organisation=arguments.organisation,
            member=arguments.member,
            into=arguments.into,
        )
        return 0
    made = await management.add_organisation(
        database,
        SystemClock(),
        arguments.name,
        region=arguments.region,
        kind=arguments.kind,
        tier=arguments.tier,
        audit=audit_of(GatewaySettings()),
    )
    say({"id": made.id, "name": made.name}, as_json=arguments.json, line=made.id)
    return 0
