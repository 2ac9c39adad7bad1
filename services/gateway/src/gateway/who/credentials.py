"""API keys and OAuth clients: made, changed, revoked; the secret is seen once, when it is made."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple

import asyncpg

from gateway.holders import KIND, ORIGINS, TOKEN
from gateway.keys import SCOPES, NewKey, make_key
from gateway.who import members
from gateway.who.doing import Doing
from gateway.who.networks import MOST, networks_of, origin_of
from gateway.who.refusals import flaw, shown
from gateway.who.roles import ADMIN, within_role
from shared.errors import NotFound

Kind = Literal["key", "client"]
COLUMNS: Final = """
    id, name, member_id AS member, CASE WHEN test THEN 'test' ELSE 'live' END AS mode, scopes,
    networks, origins, per_minute, created_at, expires_at, last_used_at, revision,
    array(SELECT act FROM approval WHERE object = api_key.id AND state = 'waiting'
          AND approval.expires_at > now() ORDER BY act) AS pending
"""
_ADD: Final = """
    INSERT INTO api_key (id, organisation_id, member_id, name, secret_hash, scopes, per_minute,
                         created_at, expires_at, kind, test, networks, origins)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
"""
_CHANGEABLE: Final = ("name", "scopes", "networks", "origins", "per_minute", "expires_at")


class Wanted(NamedTuple):
    """What a new key or client shall be."""

    scopes: Sequence[str]
    kind: Kind = "key"
    member: str | None = None
    name: str | None = None
    expires_at: datetime | None = None
    per_minute: int | None = None
    test: bool = False
    networks: Sequence[str] = ()
    origins: Sequence[str] = ()


async def add(do: Doing, organisation: str, wanted: Wanted) -> NewKey:
    """Make a key or client; this is the only moment at which its text can be seen."""
    word: Literal["live", "test", "client"] = "test" if wanted.test else "live"
    made = make_key("client" if wanted.kind == "client" else word)
    await do.connection.execute(
        _ADD,
        made.id,
        organisation,
        wanted.member,
        wanted.name,
        made.secret_hash,
        list(dict.fromkeys(wanted.scopes)),
        wanted.per_minute,
        do.now,
        wanted.expires_at,
        wanted.kind,
        wanted.test,
        list(wanted.networks),
        list(wanted.origins),
    )
    if wanted.origins:
        do.forget(ORIGINS)
    do.note(f"{wanted.kind}.added", made.id, scopes=sorted(wanted.scopes), member=wanted.member)
    return made


async def change(do: Doing, credential: str, changed: dict[str, Any]) -> None:
    """Change what a key or client may, and from where."""
    columns = [name for name in _CHANGEABLE if name in changed]
    sets = ", ".join(f"{name} = ${place}" for place, name in enumerate(columns, 2))
    await do.connection.execute(
        f"UPDATE api_key SET {sets + ', ' if sets else ''}revision = revision + 1 WHERE id = $1",
        credential,
        *(changed[name] for name in columns),
    )
    _forget(do, credential)
    told = {name: changed[name] for name in ("scopes", "per_minute") if name in changed}
    do.note("key.changed", credential, fields=columns, **told)


async def revoke(do: Doing, credential: str, *, organisation: str | None = None) -> None:
    """Make a key or client invalid for good, with all its tokens.

    Raises NotFound if there is none of this organisation (any, if None), or it was revoked.
    """
    done = await do.connection.fetchval(
        "UPDATE api_key SET revoked_at = $2, revision = revision + 1 WHERE id = $1"
        " AND revoked_at IS NULL AND ($3::text IS NULL OR organisation_id = $3) RETURNING id",
        credential,
        do.now,
        organisation,
    )
    if done is None:
        raise NotFound(f"there is no valid key {credential}")
    _forget(do, credential)
    do.note("key.revoked", credential)


async def one(
    connection: asyncpg.Connection,
    organisation: str | None,
    kind: Kind,
    credential: str,
    *,
    lock: bool = False,
) -> asyncpg.Record:
    """Return a key or client of an organisation. Raises NotFound for another's as for none."""
    found = await connection.fetchrow(
        f"SELECT {COLUMNS} FROM api_key"
        " WHERE id = $1 AND organisation_id = $2 AND kind = $3 AND revoked_at IS NULL"
        f"{' FOR UPDATE' if lock else ''}",
        credential,
        organisation,
        kind,
    )
    if found is None:
        raise NotFound(f"There is no such {kind}.")
    return found


async def check(
    connection: asyncpg.Connection,
    organisation: str | None,
    given: dict[str, Any],
    *,
    role_of: str | None,
) -> dict[str, Any]:
    """Return what was given in normal form.

    `role_of` is the member who holds the key. Raises ValidationFailed for a scope that does not
    exist or is more than the role allows, for networks and origins that are none; NotFound for a
    member of another organisation.
    """
    plain = dict(given)
    if "scopes" in given:
        plain["scopes"] = list(dict.fromkeys(given["scopes"]))
        if unknown := set(given["scopes"]) - SCOPES.keys():
            raise flaw("/body/scopes", "scope", f"no such scope: {shown(unknown)}")
        if role_of is not None:
            role = (await members.one(connection, organisation, role_of))["role"]
            if more := set(given["scopes"]) - within_role(given["scopes"], role):
                raise flaw("/body/scopes", "role", f"{role} does not allow {shown(more)}")
    for name, read in (("networks", networks_of), ("origins", _origins)):
        if name in given:
            if len(given[name]) > MOST:
                raise flaw(f"/body/{name}", "too_many", f"at most {MOST}")
            try:
                plain[name] = [str(each) for each in read(given[name])]
            except ValueError as fault:
                raise flaw(f"/body/{name}", name, "cannot be read") from fault
    return plain


def without_admin(scopes: Sequence[str]) -> list[str]:
    """Return scopes without the one that takes two to give."""
    return [scope for scope in scopes if scope != ADMIN]


def _origins(texts: Sequence[str]) -> list[str]:
    return [origin_of(text) for text in texts]


def _forget(do: Doing, credential: str) -> None:
    do.forget(KIND, credential)
    do.forget(TOKEN)
    do.forget(ORIGINS)
