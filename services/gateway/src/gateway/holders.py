"""Who holds a key or token, and where that is read: one row, one answer that can be remembered."""

from datetime import datetime
from typing import Final, NamedTuple

import asyncpg

from gateway.tiers import TIERS
from gateway.who.networks import Network, networks_of
from gateway.who.roles import within_role
from shared.security import Caller

KIND: Final = "key"
DEVICE: Final = "device"
ORIGINS: Final = "origins"
TOKEN: Final = "token"  # noqa: S105 (a word)
"""Kinds of what is remembered; whatever ends a key or a member's role has all tokens forgotten."""

OF_DEVICES: Final = frozenset({"scores:read"})
"""What a device may: it is nobody's, so it reads what anybody may read."""

FIND: Final = """
    SELECT key.id, key.kind, key.test, key.organisation_id, key.member_id, key.secret_hash,
           key.scopes, key.per_minute, key.expires_at, key.networks, key.origins,
           organisation.region, organisation.tier, organisation.kind AS organisation_kind,
           ARRAY(SELECT speaks_for FROM speaker
                 WHERE speaker.organisation_id = organisation.id) AS speaks_for,
           member.role
    FROM api_key AS key
    JOIN organisation ON organisation.id = key.organisation_id AND organisation.deleted_at IS NULL
    LEFT JOIN member ON member.id = key.member_id
    WHERE key.id = $1 AND key.revoked_at IS NULL AND member.removed_at IS NULL
"""

FIND_DEVICE: Final = """
    SELECT id, secret_hash, previous_hash, previous_until FROM device
    WHERE id = $1 AND revoked_at IS NULL
"""

FIND_ROLE: Final = """
    SELECT role FROM member WHERE id = $1 AND organisation_id = $2 AND removed_at IS NULL
"""

FIND_ORIGINS: Final = """
    SELECT DISTINCT unnest(key.origins) FROM api_key AS key
    JOIN organisation ON organisation.id = key.organisation_id AND organisation.deleted_at IS NULL
    WHERE key.revoked_at IS NULL
"""


class Holder(NamedTuple):
    """Who shows a valid key or token. `id` is the key that counts: a token's is its origin's."""

    id: str
    secret_hash: bytes
    expires_at: datetime | None
    per_minute: int
    tier: str
    caller: Caller
    kind: str = KIND
    test: bool = False
    networks: tuple[Network, ...] = ()
    origins: frozenset[str] = frozenset()
    previous: tuple[bytes, datetime] | None = None
    """The hash of the secret before this one, and until when it is still taken."""


def holder_of_key(row: asyncpg.Record, usual_limit: int) -> Holder:
    """Return who holds a key, from its row; a member never does more than the role allows."""
    scopes = frozenset(row["scopes"])
    return Holder(
        id=row["id"],
        secret_hash=row["secret_hash"],
        expires_at=row["expires_at"],
        per_minute=row["per_minute"] or TIERS[row["tier"]].per_minute or usual_limit,
        tier=row["tier"],
        caller=Caller(
            organisation=row["organisation_id"],
            member=row["member_id"],
            role=row["role"] or "reader",
            region=row["region"],
            scopes=within_role(scopes, row["role"]) if row["role"] else scopes,
            kind=row["organisation_kind"],
            speaks_for=frozenset(row["speaks_for"]),
        ),
        kind=row["kind"],
        test=row["test"],
        networks=networks_of(row["networks"]),
        origins=frozenset(row["origins"]),
    )


def holder_of_device(row: asyncpg.Record, usual_limit: int) -> Holder:
    """Return a device, from its row."""
    before = row["previous_hash"]
    return Holder(
        id=row["id"],
        secret_hash=row["secret_hash"],
        expires_at=None,
        per_minute=TIERS[DEVICE].per_minute or usual_limit,
        tier=DEVICE,
        caller=Caller(None, None, "public", None, OF_DEVICES),
        kind=DEVICE,
        previous=(before, row["previous_until"]) if before else None,
    )
