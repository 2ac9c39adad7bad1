"""What the routes of the vault share: days, recipients, commands done once, a steady pace."""

import asyncio
import base64
import secrets
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

import asyncpg
from fastapi import Request

from cases.desk import Attempting, Desk
from cases.vault.receipts import Salts
from cases.vault.sealing import OF_SENDER, OVERHEAD, SIZES
from shared.contracts.casework.tip_refusals import RecipientsChanged
from shared.errors import FieldError, RoleMissing, ValidationFailed
from shared.idempotency import command, once
from shared.security import Caller

ASTANA: Final = ZoneInfo("Asia/Almaty")
TWO: Final = 2
"""Recipients that a tip is sealed to, at least: one may lose a key, or have an interest."""

RECEIVES: Final = frozenset({"monitor", "editor", "coordinator"})
RECEIVERS: Final = frozenset({"partner", "coordinator"})
"""Roles and kinds of organisations that handle tips: who administers people never does."""

Kind = Literal["tip", "message", "internal", "chunk"]


def salts_of(desk: Desk) -> Salts:
    """Return what is derived from the key of receipts."""
    return Salts(desk.settings.receipt_key.get_secret_value().encode())


def day_of(moment: datetime) -> date:
    """Return the day in Astana: nothing finer is known of a tip."""
    return moment.astimezone(ASTANA).date()


def new_id(prefix: str) -> str:
    """Return a new id. Random, so that its order tells nothing."""
    return f"{prefix}_{secrets.token_hex(13)}"


def to_bytes(text: str) -> bytes:
    """Read base64 that the body has let through."""
    return base64.b64decode(text)


def to_text(value: bytes) -> str:
    """Write bytes as base64."""
    return base64.b64encode(value).decode()


def recipient(caller: Caller) -> tuple[str, str]:
    """Return the organisation and member of somebody who may handle tips at all.

    Raises RoleMissing for authorities, operators, administrators, and keys of no member.
    """
    good = caller.kind in RECEIVERS and caller.role in RECEIVES
    if not good or caller.organisation is None or caller.member is None:
        raise RoleMissing("Tips are handled by their recipients: members, by name.")
    return caller.organisation, caller.member


@asynccontextmanager
async def vault_once(desk: Desk, request: Request, caller: Caller) -> AsyncIterator[Attempting]:
    """Carry out a recipient's command once, with its answer kept in the vault."""
    who = f"{caller.organisation or ''}/{caller.member or ''}"
    asked = await command(request, request.headers.get("idempotency-key"), caller=who)
    now = desk.clock.now()
    async with (
        desk.vault.transaction() as connection,
        once(connection, asked, now=now) as attempt,
    ):
        yield Attempting(connection, attempt, now)


@asynccontextmanager
async def steady(seconds: float) -> AsyncIterator[None]:
    """Let a block end, well or not, only at a multiple of some seconds after it began."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    try:
        yield
    finally:
        spent = loop.time() - began
        await asyncio.sleep(seconds - spent % seconds)


def text_sized(content: bytes) -> bytes:
    """Let a sealed text pass that has one of the sizes. Raises ValidationFailed."""
    if len(content) - OVERHEAD not in SIZES:
        raise flaw("/body/content", "not_padded", f"sizes are {', '.join(map(str, SIZES))}")
    return content


def flaw(pointer: str, code: str, message: str) -> ValidationFailed:
    """Return the refusal of one value."""
    return ValidationFailed(
        f"Not acceptable: {pointer}.", errors=[FieldError(pointer, code, message)]
    )


async def keys_in_use(
    connection: asyncpg.Connection, organisations: Sequence[str]
) -> list[asyncpg.Record]:
    """Return the keys of organisations that take tips: those with two members who have one."""
    return list(await connection.fetch(_IN_USE, organisations, TWO))


async def keys_of(connection: asyncpg.Connection, tip: asyncpg.Record) -> list[asyncpg.Record]:
    """Return the keys in use of the recipients of a tip, without those who are excluded."""
    return list(await connection.fetch(_OF_TIP, tip["id"], tip["organisations"]))


def check_seals(
    keys: Iterable[str], usable: Sequence[Mapping[str, Any]], *, with_sender: bool, least: int
) -> None:
    """Let pass what is sealed to `least` of these recipients, to the sender if so, to no other.

    Raises RecipientsChanged.
    """
    named, known = {*keys}, {one["id"]: one["member"] for one in usable}
    recipients = named - {OF_SENDER}
    members = {known.get(each) for each in recipients}
    good = recipients <= known.keys() and len(members) >= least
    if not good or (OF_SENDER in named) is not with_sender:
        raise RecipientsChanged(RecipientsChanged.example)


async def add_piece(
    connection: asyncpg.Connection,
    tip: str,
    kind: Kind,
    content: bytes,
    *,
    keys: Mapping[str, str],
    day: date,
    **more: Any,
) -> int:
    """Add a sealed piece to a tip whose row is locked, and return its number."""
    given = (more.get(name) for name in ("wrote", "once", "file", "index", "last"))
    number: int = await connection.fetchval(_ADD, tip, kind, content, day, *given)
    names, sealed = list(keys), [to_bytes(each) for each in keys.values()]
    await connection.execute(_SEAL, tip, number, names, sealed)
    return number


async def note_move(
    connection: asyncpg.Connection,
    tip: asyncpg.Record,
    what: str,
    after: str,
    day: date,
    *,
    reason: str | None = None,
    by: tuple[str | None, str | None] = (None, None),
) -> None:
    """Write down a step: which recipient took it, on which day."""
    values = (new_id("tmv"), tip["id"], what, tip["status"], after, reason, *by, day)
    await connection.execute(_MOVE, *values)


_IN_USE: Final = """
    SELECT id, organisation, member, label, public_key, since FROM recipient_key
    WHERE retired_on IS NULL AND organisation IN (
        SELECT organisation FROM recipient_key
        WHERE retired_on IS NULL AND (organisation = ANY($1::text[]) OR $1 = '{}')
        GROUP BY organisation HAVING count(DISTINCT member) >= $2)
    ORDER BY organisation, label, id
"""

_OF_TIP: Final = """
    SELECT key.id, key.organisation, key.member, key.label, key.public_key, key.since
    FROM recipient_key AS key
    WHERE key.organisation = ANY($2::text[]) AND key.retired_on IS NULL AND NOT EXISTS (
        SELECT 1 FROM excluded
        WHERE excluded.tip = $1 AND excluded.organisation = key.organisation
          AND excluded.member = key.member)
    ORDER BY key.organisation, key.label, key.id
"""

_ADD: Final = """
    INSERT INTO piece (tip, number, kind, content, "on", wrote, once, file, index, last)
    SELECT $1::text, coalesce(max(number), 0) + 1,
           $2, $3, $4::date, $5, $6::bytea, $7, $8::int, $9::bool
    FROM piece WHERE tip = $1
    RETURNING number
"""

_SEAL: Final = """
    INSERT INTO seal (tip, number, key, sealed)
    SELECT $1, $2::int, key, sealed FROM unnest($3::text[], $4::bytea[]) AS new (key, sealed)
"""

_MOVE: Final = """
    INSERT INTO move (id, tip, what, before, after, reason, organisation, member, "on")
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
