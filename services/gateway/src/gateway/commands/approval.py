"""List what takes a second person, approve or reject it in the name of a member.

Whoever asked cannot approve. Members of the operator decide on everything, admins on what their
own organisation asks for.
"""

import argparse
import asyncio
from collections.abc import Awaitable
from typing import TypeVar

import asyncpg

from gateway.audit.chain import Actor
from gateway.commands.output import audit_of, refuse, seal_of, table, with_database
from gateway.settings import GatewaySettings
from gateway.who import approvals
from gateway.who.doing import acting
from gateway.who.roles import ROLES
from shared.clock import SystemClock
from shared.database import Database
from shared.errors import NotFound, Problem
from shared.security import Caller

Result = TypeVar("Result")

_LIST = f"SELECT {approvals.COLUMNS} FROM approval ORDER BY asked_at"
_MEMBER = """
    SELECT member.id, member.role, member.organisation_id FROM member
    JOIN organisation ON organisation.id = organisation_id AND deleted_at IS NULL
    WHERE member.id = $1 AND removed_at IS NULL
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Take what to do, with which request, and who decides."""
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("list", help="list all")
    for action in ("approve", "reject"):
        decision = actions.add_parser(action, help=f"{action} one")
        decision.add_argument("request", help="its id")
        decision.add_argument("--by", required=True, help="id of the member who decides")


def run(arguments: argparse.Namespace) -> int:
    """List or decide; 1 where nothing was done."""
    return asyncio.run(with_database(lambda database: told(_run(database, arguments))))


async def told(work: Awaitable[int]) -> int:
    """Do it; say a refusal in one line."""
    try:
        return await work
    except Problem as refused:
        return refuse(str(refused.detail))


async def member_acts(connection: asyncpg.Connection, member: str) -> tuple[Actor, Caller]:
    """Return who acts by command, and what the member's role allows. Raises NotFound."""
    row = await connection.fetchrow(_MEMBER, member)
    if row is None:
        raise NotFound(f"there is no member {member}")
    own, role = row["organisation_id"], row["role"]
    caller = Caller(own, row["id"], role, None, ROLES[role].scopes)
    return Actor(own, row["id"], "command", in_person=True), caller


async def _run(database: Database, arguments: argparse.Namespace) -> int:
    if arguments.action == "list":
        async with database.connection() as connection:
            rows = await connection.fetch(_LIST)
        heads = ("id", "act", "object", "state", "asked by", "approved by")
        shown = [(r["id"], r["act"], r["object"], r["state"], r["asked_by"], _who(r)) for r in rows]
        table([heads, *shown])
        return 0
    settings = GatewaySettings()
    async with database.connection() as connection:
        actor, caller = await member_acts(connection, arguments.by)
    more = {"seal": seal_of(settings)}
    async with acting(database, SystemClock(), audit_of(settings), actor, **more) as do:
        await approvals.decide(do, arguments.request, arguments.action, caller)
    return 0


def _who(row: asyncpg.Record) -> str | None:
    return ",".join(row["approved_by"]) or None
