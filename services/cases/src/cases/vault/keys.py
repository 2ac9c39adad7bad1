"""The public keys that tips are sealed to: registered and replaced by their members themselves.

Who administers an organisation retires keys and registers none: a key that another person
registers is a key whose private half that person may have. None is ever taken here.
"""

from typing import Annotated, Final

import asyncpg
from fastapi import APIRouter, Path, Request, Response

from cases.desk import Called, Shared, one, serves
from cases.vault import sealing
from cases.vault.house import (
    RECEIVERS,
    TWO,
    day_of,
    flaw,
    new_id,
    recipient,
    to_bytes,
    to_text,
    vault_once,
)
from shared.contracts.casework.tips import NewTipKey, TipKey, TipKeys
from shared.errors import GuardFailed, NotFound, RoleMissing
from shared.security import Caller

router: Final = APIRouter(tags=["tips"])


@serves(router, "list_tip_keys")
async def list_tip_keys(desk: Shared, caller: Called) -> Response:
    """List an organisation's keys."""
    async with desk.vault.connection() as connection:
        rows = await connection.fetch(_LIST, caller.organisation)
    using = {row["member"] for row in rows if row["retired_on"] is None}
    return one(TipKeys([shown(row) for row in rows], len(using) >= TWO))


@serves(router, "register_tip_key")
async def register_tip_key(
    body: NewTipKey, request: Request, desk: Shared, caller: Called
) -> Response:
    """Register the caller's key; with `replaces`, in place of an earlier one of their own."""
    organisation, member = recipient(caller)
    if body.member != member:
        raise RoleMissing("A key is registered by the member it is for.")
    point = to_bytes(body.public_key)
    try:
        sealing.public_key(point)
    except ValueError as fault:
        raise flaw("/body/public_key", "not_a_key", "is no point of P-256") from fault
    async with vault_once(desk, request, caller) as doing:
        if doing.replay is not None:
            return doing.replay
        today = day_of(doing.now)
        if body.replaces is not None:
            await _retire(doing.connection, organisation, body.replaces, today, member)
        if await doing.connection.fetchval(_HAS_ONE, organisation, member):
            raise GuardFailed("This member has a key in use: say which one it replaces.")
        values = (new_id("tky"), organisation, member, body.label, point, today)
        row = await doing.connection.fetchrow(_ADD, *values)
        if row is None:
            raise flaw("/body/public_key", "known", "was registered before")
        return doing.answer(shown(row), 201, at="/tips/keys")


@serves(router, "retire_tip_key")
async def retire_tip_key(key_id: Annotated[str, Path()], desk: Shared, caller: Called) -> Response:
    """Retire a key; retiring it again changes nothing."""
    organisation = _organisation(caller)
    async with desk.vault.transaction() as connection:
        row = await _retire(connection, organisation, key_id, day_of(desk.clock.now()))
    return one(shown(row))


def shown(row: asyncpg.Record) -> TipKey:
    """Return a key as it is told."""
    return TipKey(
        id=row["id"],
        member=row["member"],
        label=row["label"],
        public_key=to_text(row["public_key"]),
        fingerprint=sealing.fingerprint(row["public_key"]),
        since=row["since"],
        retired_on=row.get("retired_on"),
    )


def _organisation(caller: Caller) -> str:
    if caller.kind not in RECEIVERS or caller.organisation is None:
        raise RoleMissing("Tips are received by organisations that watch.")
    return caller.organisation


async def _retire(
    connection: asyncpg.Connection,
    organisation: str,
    key: str,
    day: object,
    member: str | None = None,
) -> asyncpg.Record:
    row = await connection.fetchrow(_RETIRE, organisation, key, day, member)
    if row is None:
        raise NotFound("There is no such key of your organisation.")
    return row


_LIST: Final = """
    SELECT id, member, label, public_key, since, retired_on FROM recipient_key
    WHERE organisation = $1 ORDER BY retired_on IS NOT NULL, label, id
"""
_HAS_ONE: Final = """
    SELECT true FROM recipient_key
    WHERE organisation = $1 AND member = $2 AND retired_on IS NULL
"""
_ADD: Final = """
    INSERT INTO recipient_key (id, organisation, member, label, public_key, since)
    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (public_key) DO NOTHING
    RETURNING id, member, label, public_key, since, retired_on
"""
_RETIRE: Final = """
    UPDATE recipient_key SET retired_on = coalesce(retired_on, $3)
    WHERE organisation = $1 AND id = $2 AND ($4::text IS NULL OR member = $4)
    RETURNING id, member, label, public_key, since, retired_on
"""
