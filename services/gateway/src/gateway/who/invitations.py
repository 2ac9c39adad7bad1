"""Invitations: a token that makes whoever shows it a member, once, within a week."""

import hmac
from datetime import timedelta
from typing import Final

from gateway.audit.chain import Actor
from gateway.keys import NewKey, hash_secret, make_key, parse_key
from gateway.who import members
from gateway.who.doing import Doing
from gateway.who.refusals import InvitationInvalid, flaw
from gateway.who.roles import ROLES

LASTS: Final = timedelta(days=7)

COLUMNS: Final = """
    id, role, member_id AS member, created_at, expires_at, revision, NULL AS token,
    CASE WHEN member_id IS NOT NULL THEN 'accepted' WHEN withdrawn_at IS NOT NULL THEN 'withdrawn'
         WHEN expires_at <= now() THEN 'expired' ELSE 'open' END AS state
"""
_NOTHING: Final = bytes(32)


async def invite(do: Doing, organisation: str, role: str) -> NewKey:
    """Make an invitation; its text is seen only now.

    Raises ValidationFailed for a role its kind has not, or that takes a second person to give.
    """
    await members.check_role(do.connection, organisation, role)
    if ROLES[role].granted_by_two:
        raise flaw("/body/role", "takes_two", "invite with another role and ask for this one then")
    made = make_key("invite")
    await do.connection.execute(
        "INSERT INTO invitation"
        " (id, organisation_id, role, secret_hash, made_by, created_at, expires_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        made.id,
        organisation,
        role,
        made.secret_hash,
        do.actor.name,
        do.now,
        do.now + LASTS,
    )
    do.note("invitation.made", made.id, role=role)
    return made


async def withdraw(do: Doing, invitation: str) -> None:
    """End an invitation that nobody has accepted."""
    await do.connection.execute(
        "UPDATE invitation SET withdrawn_at = $2, revision = revision + 1 WHERE id = $1",
        invitation,
        do.now,
    )
    do.note("invitation.withdrawn", invitation)


async def accept(do: Doing, text: str, name: str) -> tuple[str, str]:
    """Make the one who shows an invitation a member; return organisation and member.

    Raises InvitationInvalid for one that is unknown, used, withdrawn or too old, all alike.
    """
    shown = parse_key(text)
    row = await do.connection.fetchrow(
        "SELECT organisation_id, role, secret_hash FROM invitation WHERE id = $1"
        " AND member_id IS NULL AND withdrawn_at IS NULL AND expires_at > $2 FOR UPDATE",
        shown.id if shown else "",
        do.now,
    )
    hashed = hash_secret(shown.secret if shown else "")
    right = hmac.compare_digest(hashed, row["secret_hash"] if row else _NOTHING)
    if shown is None or shown.word != "invite" or row is None or not right:
        raise InvitationInvalid(InvitationInvalid.example)
    organisation: str = row["organisation_id"]
    member = await members.add(do, organisation, name=name, role=row["role"])
    await do.connection.execute(
        "UPDATE invitation SET accepted_at = $2, member_id = $3, revision = revision + 1"
        " WHERE id = $1",
        shown.id,
        do.now,
        member,
    )
    do.actor = Actor(organisation, member, None)
    do.note("invitation.accepted", shown.id)
    return organisation, member
