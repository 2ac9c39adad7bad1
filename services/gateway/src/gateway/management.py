"""What operators do by command: organisations, members and keys, as the routes do it.

Each is one transaction with its audit; only fixtures do without one.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final

import asyncpg
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.audit.chain import Actor, Audit
from gateway.keys import SCOPES, NewKey
from gateway.tables import ApiKey, Member, Organisation
from gateway.tiers import USUAL as USUAL_TIER
from gateway.who import credentials
from gateway.who import members as people
from gateway.who import organisations as own
from gateway.who.credentials import Wanted
from gateway.who.doing import Doing, acting
from gateway.who.refusals import AlreadyThere
from gateway.who.roles import ROLES as _ROLES
from shared.clock import Clock
from shared.database import Database
from shared.errors import NotFound, ValidationFailed

ROLES: Final = tuple(_ROLES)
BY_COMMAND: Final = Actor(None, "command", None)


class UnknownError(LookupError):
    """There is no such organisation, member or key."""


async def add_organisation(
    database: Database,
    clock: Clock,
    name: str,
    *,
    region: str | None = None,
    kind: str = "partner",
    tier: str = USUAL_TIER,
    audit: Audit | None = None,
) -> Organisation:
    """Add an organisation. Raises ValueError if there is one of this name, or no such kind."""
    async with _doing(database, clock, audit) as do:
        made = await own.add(do, name, kind=kind, region=region, tier=tier)
    async with AsyncSession(database.engine) as session:
        return (await session.exec(select(Organisation).where(Organisation.id == made))).one()


async def organisations(database: Database) -> Sequence[Organisation]:
    """Return all organisations, by name."""
    query = select(Organisation).where(col(Organisation.deleted_at).is_(None))
    async with AsyncSession(database.engine) as session:
        return (await session.exec(query.order_by(col(Organisation.name)))).all()


async def add_member(
    database: Database,
    clock: Clock,
    *,
    organisation: str,
    name: str,
    role: str,
    audit: Audit | None = None,
) -> Member:
    """Add a member. Raises UnknownError for an organisation (id or name) that is not there.

    Raises ValueError for a role that organisations of its kind have not.
    """
    async with _doing(database, clock, audit) as do:
        owner = await _organisation(do.connection, organisation)
        made = await people.add(do, owner, name=name, role=role)
    async with AsyncSession(database.engine) as session:
        return (await session.exec(select(Member).where(Member.id == made))).one()


async def members(database: Database) -> Sequence[Member]:
    """Return all members."""
    query = select(Member).where(col(Member.removed_at).is_(None))
    async with AsyncSession(database.engine) as session:
        return (await session.exec(query.order_by(col(Member.created_at)))).all()


async def add_key(
    database: Database,
    clock: Clock,
    *,
    organisation: str,
    scopes: Sequence[str],
    member: str | None = None,
    name: str | None = None,
    expires_at: datetime | None = None,
    per_minute: int | None = None,
    kind: credentials.Kind = "key",
    test: bool = False,
    networks: Sequence[str] = (),
    origins: Sequence[str] = (),
    audit: Audit | None = None,
) -> NewKey:
    """Make a key or an OAuth client; this is the only moment at which its text can be seen.

    Raises UnknownError for an unknown organisation or member, ValueError for an unknown scope, and
    networks or origins that cannot be read.
    """
    if unknown := sorted(set(scopes) - SCOPES.keys()):
        raise ValueError(f"no such scope: {', '.join(unknown)}; known: {', '.join(SCOPES)}")
    async with _doing(database, clock, audit) as do:
        owner = await _organisation(do.connection, organisation)
        if member is not None:
            await people.one(do.connection, owner, member)
        given = {"networks": list(networks), "origins": list(origins)}
        read = await credentials.check(do.connection, owner, given, role_of=None)
        wanted = Wanted(scopes, kind, member, name, expires_at, per_minute, test, *read.values())
        return await credentials.add(do, owner, wanted)


async def keys(database: Database) -> Sequence[tuple[ApiKey, Organisation]]:
    """Return all keys and clients with their organisations, the newest last."""
    query = select(ApiKey, Organisation).join(Organisation).order_by(col(ApiKey.created_at))
    async with AsyncSession(database.engine) as session:
        return (await session.exec(query)).all()


async def revoke_key(
    database: Database, clock: Clock, key_id: str, *, audit: Audit | None = None
) -> None:
    """Make a key invalid for good. Raises UnknownError if there is none, or it was revoked."""
    async with _doing(database, clock, audit) as do:
        await credentials.revoke(do, key_id)


@asynccontextmanager
async def _doing(
    database: Database, clock: Clock, audit: Audit | None, actor: Actor = BY_COMMAND
) -> AsyncIterator[Doing]:
    """Do something by command, telling refusals as the command line does."""
    try:
        async with acting(database, clock, audit, actor) as do:
            yield do
    except NotFound as refused:
        raise UnknownError(str(refused.detail)) from refused
    except AlreadyThere as refused:
        raise ValueError(str(refused.detail)) from refused
    except ValidationFailed as refused:
        raise ValueError("; ".join(flaw.message for flaw in refused.errors)) from refused


async def _organisation(connection: asyncpg.Connection, named: str) -> str:
    found: str | None = await connection.fetchval(
        "SELECT id FROM organisation WHERE (id = $1 OR name = $1) AND deleted_at IS NULL", named
    )
    if found is None:
        raise UnknownError(f"there is no organisation {named!r}")
    return found
