"""Who receives tips: the gateway knows the people, cases the keys that tips are sealed to.

Whoever is removed, or gets a role that receives none, is told to cases in the request in which that
happens, and again by the worker if it was not heard. Until then their key is not offered here.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Final

import asyncpg
import msgspec

from gateway.desk import Desk
from gateway.who.roles import RECEIVE, ROLES
from shared import logs
from shared.contracts.casework.tip_holders import KEEPS, MOST, HeldChannels, Holders
from shared.contracts.casework.tips_of_senders import OpenKey, Recipients
from shared.database import Database
from shared.errors import DependencyDown
from shared.security import Caller, service_caller

KEEPER: Final[Caller] = service_caller(KEEPS)
"""The gateway itself: a worker has no caller to name."""

TWO: Final = 2
"""Members with a key that an organisation takes tips with, at least."""

EVERY: Final = 60.0
"""Seconds between looks for keys of who receives tips no more."""

_log = logs.logger(__name__)


async def receiving(connection: asyncpg.Connection, members: Collection[str]) -> frozenset[str]:
    """Return which of these members receive tips."""
    rows = await connection.fetch(_RECEIVING, list(members), _ROLES)
    return frozenset(row["id"] for row in rows)


def offered(told: HeldChannels, receive: Collection[str]) -> Iterator[Recipients]:
    """Return the organisations that take tips, with the keys of who receives them alone."""
    holders = told.holders or {}
    for each in told.organisations:
        keys = [key for key in each.keys if told.holders is None or holders[key.id] in receive]
        if told.holders is None or _people(keys, holders) >= TWO:
            yield msgspec.structs.replace(each, keys=keys)


async def retire_now(cases: Desk, members: Collection[str]) -> None:
    """Have the keys of members retired; where cases is away the worker makes up for it."""
    try:
        await _retire(cases, members)
    except DependencyDown:
        _log.warning("tip_keys_wait", members=len(members))


async def look(database: Database, cases: Desk) -> None:
    """Have the keys retired of members who are known to receive tips no more.

    A member who is not known at all is left: people that are being restored from a backup lose no
    keys. Where cases is away it is done at the next look.
    """
    try:
        told = msgspec.json.decode(await cases.told("/tips/holders", KEEPER), type=Holders)
    except DependencyDown:
        return
    async with database.connection() as connection:
        rows = await connection.fetch(_NO_MORE, told.members, _ROLES)
    await retire_now(cases, [row["id"] for row in rows])


async def _retire(cases: Desk, members: Collection[str]) -> None:
    named = sorted(members)
    for begin in range(0, len(named), MOST):
        body = msgspec.json.encode({"members": named[begin : begin + MOST]})
        await cases.tell("/tips/holders:retire", KEEPER, body)


def _people(keys: Sequence[OpenKey], holders: dict[str, str]) -> int:
    return len({holders[key.id] for key in keys})


_ROLES: Final = sorted(role for role, about in ROLES.items() if RECEIVE in about.scopes)

_MEMBERS: Final = """
    SELECT member.id FROM member JOIN organisation ON organisation.id = organisation_id
    WHERE member.id = ANY($1::text[])
"""
_IN_PLACE: Final = "removed_at IS NULL AND deleted_at IS NULL AND role = ANY($2::text[])"
_RECEIVING: Final = f"{_MEMBERS} AND {_IN_PLACE}"
_NO_MORE: Final = f"{_MEMBERS} AND NOT ({_IN_PLACE}) ORDER BY member.id"
