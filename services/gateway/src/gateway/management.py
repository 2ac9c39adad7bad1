"""Managing who may call: organisations, their members and their keys.

Revoking a key is a change of the view like any other: every API process forgets the key within
moments.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.callers import KIND
from gateway.keys import SCOPES, NewKey, make_key
from gateway.tables import ApiKey, Member, Organisation
from gateway.view import changes
from shared.clock import Clock
from shared.database import Database

ROLES: Final = ("reader", "editor", "admin")

_ID_BYTES = 8


class UnknownError(LookupError):
    """There is no such organisation, member or key."""


async def add_organisation(
    database: Database, clock: Clock, name: str, *, region: str | None = None
) -> Organisation:
    """Add an organisation. Raises ValueError if there is one of this name."""
    if not name.strip():
        raise ValueError("an organisation has a name")
    made = Organisation(id=_id("own"), name=name.strip(), region=region, created_at=clock.now())
    async with AsyncSession(database.engine, expire_on_commit=False) as session:
        if (await session.exec(select(Organisation).where(Organisation.name == made.name))).first():
            raise ValueError(f"there is an organisation {made.name!r} already")
        session.add(made)
        await session.commit()
    return made


async def organisations(database: Database) -> Sequence[Organisation]:
    """Return all organisations, by name."""
    async with AsyncSession(database.engine) as session:
        return (await session.exec(select(Organisation).order_by(col(Organisation.name)))).all()


async def add_member(
    database: Database, clock: Clock, *, organisation: str, name: str, role: str
) -> Member:
    """Add a member. Raises UnknownError for an organisation (id or name) that is not there."""
    async with AsyncSession(database.engine, expire_on_commit=False) as session:
        owner = await _organisation(session, organisation)
        made = Member(
            id=_id("mem"), organisation_id=owner.id, name=name, role=role, created_at=clock.now()
        )
        session.add(made)
        await session.commit()
    return made


async def members(database: Database) -> Sequence[Member]:
    """Return all members."""
    async with AsyncSession(database.engine) as session:
        return (await session.exec(select(Member).order_by(col(Member.created_at)))).all()


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
) -> NewKey:
    """Make a key; this is the only moment at which its text can be seen.

    Raises UnknownError for an unknown organisation or member, ValueError for an unknown scope.
    """
    if unknown := sorted(set(scopes) - SCOPES.keys()):
        raise ValueError(f"no such scope: {', '.join(unknown)}; known: {', '.join(SCOPES)}")
    key = make_key()
    async with AsyncSession(database.engine) as session:
        owner = await _organisation(session, organisation)
        if member is not None and await session.get(Member, member) is None:
            raise UnknownError(f"there is no member {member}")
        session.add(
            ApiKey(
                id=key.id,
                organisation_id=owner.id,
                member_id=member,
                name=name,
                secret_hash=key.secret_hash,
                scopes=list(dict.fromkeys(scopes)),
                per_minute=per_minute,
                created_at=clock.now(),
                expires_at=expires_at,
            )
        )
        await session.commit()
    return key


async def keys(database: Database) -> Sequence[tuple[ApiKey, Organisation]]:
    """Return all keys with their organisations, the newest last."""
    query = select(ApiKey, Organisation).join(Organisation).order_by(col(ApiKey.created_at))
    async with AsyncSession(database.engine) as session:
        return (await session.exec(query)).all()


async def revoke_key(database: Database, clock: Clock, key_id: str) -> None:
    """Make a key invalid for good. Raises UnknownError if there is none, or it was revoked."""
    async with database.transaction() as connection:
        seq = await changes.take_number(connection)
        revoked = await connection.fetchval(
            "UPDATE api_key SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL RETURNING id",
            key_id,
            clock.now(),
        )
        if revoked is None:
            raise UnknownError(f"there is no valid key {key_id}")
        await changes.record(connection, seq, KIND, [key_id])


async def _organisation(session: AsyncSession, named: str) -> Organisation:
    either = or_(col(Organisation.id) == named, col(Organisation.name) == named)
    found = (await session.exec(select(Organisation).where(either))).first()
    if found is None:
        raise UnknownError(f"there is no organisation {named!r}")
    return found


def _id(prefix: str) -> str:
    return f"{prefix}_{secrets.token_hex(_ID_BYTES)}"
