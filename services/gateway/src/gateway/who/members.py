"""Members: the people of an organisation, so that what is done carries a person."""

from typing import Any, Final

import asyncpg

from gateway.holders import KIND, TOKEN
from gateway.who.doing import Doing
from gateway.who.organisations import new_id
from gateway.who.refusals import flaw
from gateway.who.roles import RECEIVE, ROLES, fits
from shared.errors import NotFound

COLUMNS: Final = "id, name, role, reference, created_at, revision"
UNKNOWN: Final = "There is no such member."


async def add(
    do: Doing, organisation: str, *, name: str, role: str, reference: str | None = None
) -> str:
    """Add a member and return the id. Raises ValidationFailed for a role its kind has not."""
    await check_role(do.connection, organisation, role)
    member = new_id("mem")
    await do.connection.execute(
        "INSERT INTO member (id, organisation_id, name, role, reference, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        member,
        organisation,
        name,
        role,
        reference,
        do.now,
    )
    do.note("member.added", member, role=role)
    return member


async def check_role(connection: asyncpg.Connection, organisation: str, role: str) -> None:
    """Raise ValidationFailed for a role that organisations of this kind have not."""
    kind = await connection.fetchval("SELECT kind FROM organisation WHERE id = $1", organisation)
    if not fits(role, kind or ""):
        known = ", ".join(name for name, about in ROLES.items() if kind in about.kinds)
        raise flaw("/body/role", "role", f"roles of this kind of organisation: {known}")


async def change(do: Doing, member: str, changed: dict[str, Any]) -> None:
    """Change name, reference or role. Whose role receives no tips ends as their recipient."""
    columns = [name for name in ("name", "reference", "role") if name in changed]
    sets = ", ".join(f"{name} = ${place}" for place, name in enumerate(columns, 2))
    await do.connection.execute(
        f"UPDATE member SET {sets + ', ' if sets else ''}revision = revision + 1 WHERE id = $1",
        member,
        *(changed[name] for name in columns),
    )
    await _forget(do, member)
    told = {"role": changed["role"]} if "role" in changed else {}
    if told and RECEIVE not in ROLES[told["role"]].scopes:
        do.no_recipients.add(member)
    do.note("member.changed", member, fields=columns, **told)


async def remove(do: Doing, member: str) -> None:
    """Remove a member: the name goes, keys the member held end, and tokens in the name."""
    await do.connection.execute(
        "UPDATE member SET removed_at = $2, name = '', reference = NULL, revision = revision + 1"
        " WHERE id = $1",
        member,
        do.now,
    )
    await do.connection.execute(
        "UPDATE api_key SET revoked_at = $2 WHERE member_id = $1 AND revoked_at IS NULL",
        member,
        do.now,
    )
    await _forget(do, member)
    do.no_recipients.add(member)
    do.note("member.removed", member)


async def one(
    connection: asyncpg.Connection, organisation: str | None, member: str, *, lock: bool = False
) -> asyncpg.Record:
    """Return a member of an organisation. Raises NotFound for another's as for none."""
    found = await connection.fetchrow(
        f"SELECT {COLUMNS} FROM member"
        " WHERE id = $1 AND organisation_id = $2 AND removed_at IS NULL"
        f"{' FOR UPDATE' if lock else ''}",
        member,
        organisation,
    )
    if found is None:
        raise NotFound(UNKNOWN)
    return found


async def _forget(do: Doing, member: str) -> None:
    held = await do.connection.fetch("SELECT id FROM api_key WHERE member_id = $1", member)
    if held:
        do.forget(KIND, *(row["id"] for row in held))
    do.forget(TOKEN)
