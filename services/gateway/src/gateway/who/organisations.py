"""Organisations: added by the operator, changed by their admins, deleted by two of them."""

import secrets
from typing import Any, Final

from gateway.holders import KIND, TOKEN
from gateway.who.doing import Doing
from gateway.who.refusals import AlreadyThere
from gateway.who.roles import KINDS

_ID_BYTES: Final = 8

READ: Final = """
    SELECT organisation.id, name, kind, region, tier, created_at, revision,
           array(SELECT speaks_for FROM speaker WHERE organisation_id = organisation.id ORDER BY 1)
               AS speaks_for
    FROM organisation WHERE organisation.id = $1 AND deleted_at IS NULL
"""


def new_id(prefix: str) -> str:
    """Draw an id of ours."""
    return f"{prefix}_{secrets.token_hex(_ID_BYTES)}"


async def add(
    do: Doing, name: str, *, kind: str = "partner", region: str | None = None, tier: str
) -> str:
    """Add an organisation and return its id.

    Raises ValueError for no name or no such kind, AlreadyThere for a name that is taken.
    """
    plain = name.strip()
    if not plain:
        raise ValueError("an organisation has a name")
    if kind not in KINDS:
        raise ValueError(f"no such kind: {kind}; known: {', '.join(KINDS)}")
    made: str | None = await do.connection.fetchval(
        "INSERT INTO organisation (id, name, kind, region, tier, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (name) DO NOTHING RETURNING id",
        new_id("own"),
        plain,
        kind,
        region,
        tier,
        do.now,
    )
    if made is None:
        raise AlreadyThere(f"there is an organisation {plain!r} already")
    do.note("organisation.added", made, kind=kind, region=region)
    return made


async def change(do: Doing, organisation: str, changed: dict[str, Any]) -> None:
    """Change name or region. Raises AlreadyThere for a name that is taken."""
    taken = "SELECT true FROM organisation WHERE name = $1 AND id <> $2"
    if await do.connection.fetchval(taken, changed.get("name"), organisation):
        raise AlreadyThere(AlreadyThere.example)
    await do.connection.execute(
        "UPDATE organisation SET name = CASE WHEN $2 THEN $3 ELSE name END,"
        " region = CASE WHEN $4 THEN $5 ELSE region END, revision = revision + 1 WHERE id = $1",
        organisation,
        "name" in changed,
        changed.get("name"),
        "region" in changed,
        changed.get("region"),
    )
    keys = await do.connection.fetch(
        "SELECT id FROM api_key WHERE organisation_id = $1", organisation
    )
    do.forget(KIND, *(row["id"] for row in keys))
    do.forget(TOKEN)
    do.note("organisation.changed", organisation, fields=sorted(changed))


async def delete(do: Doing, organisation: str) -> None:
    """Delete an organisation: its keys, tokens, endpoints, subscriptions end; the audit stays."""
    for statement in (
        "UPDATE organisation SET deleted_at = $2, revision = revision + 1 WHERE id = $1",
        "UPDATE api_key SET revoked_at = $2 WHERE organisation_id = $1 AND revoked_at IS NULL",
        "UPDATE member SET removed_at = $2, name = '', reference = NULL WHERE organisation_id = $1",
        (
            "UPDATE endpoint SET deleted_at = $2, enabled = false, sealed = '',"
            " sealed_before = NULL WHERE organisation_id = $1 AND deleted_at IS NULL"
        ),
        (
            "UPDATE subscription SET deleted_at = $2, next_at = NULL"
            " WHERE organisation_id = $1 AND deleted_at IS NULL"
        ),
        "UPDATE invitation SET withdrawn_at = $2 WHERE organisation_id = $1 AND member_id IS NULL",
    ):
        await do.connection.execute(statement, organisation, do.now)
    members = await do.connection.fetch(
        "SELECT id FROM member WHERE organisation_id = $1", organisation
    )
    do.no_recipients.update(row["id"] for row in members)
    do.forget(KIND)
    do.forget(TOKEN)
    do.note("organisation.deleted", organisation)
