"""Devices: mobiles that read scores in nobody's name, with a token of their own.

Nothing is known of a device but that it is there and on which day it last asked.
"""

from datetime import UTC, datetime, time, timedelta
from typing import Final

import asyncpg

from gateway.holders import DEVICE
from gateway.keys import NewKey, make_key
from gateway.view import changes

OVERLAP: Final = timedelta(minutes=10)
"""How long the token before is still taken: the answer with the new one may not have arrived."""

FORGOTTEN_AFTER: Final = timedelta(days=180)


async def register(connection: asyncpg.Connection, *, now: datetime) -> NewKey:
    """Make a device and return its token, seen only now."""
    made = make_key("dev")
    await connection.execute(
        "INSERT INTO device (id, secret_hash, created_at) VALUES ($1, $2, $3)",
        made.id,
        made.secret_hash,
        datetime.combine(now.date(), time.min, UTC),
    )
    return made


async def rotate(connection: asyncpg.Connection, device: str, *, now: datetime) -> NewKey:
    """Give a device another token; the one before is taken for ten minutes more."""
    made = make_key("dev", key_id=device)
    seq = await changes.take_number(connection)
    await connection.execute(
        "UPDATE device SET previous_hash = secret_hash, previous_until = $3, secret_hash = $2"
        " WHERE id = $1",
        device,
        made.secret_hash,
        now + OVERLAP,
    )
    await changes.record(connection, seq, DEVICE, [device])
    return made


async def revoke(connection: asyncpg.Connection, device: str, *, now: datetime) -> None:
    """Make a device's tokens invalid for good."""
    seq = await changes.take_number(connection)
    await connection.execute("UPDATE device SET revoked_at = $2 WHERE id = $1", device, now)
    await changes.record(connection, seq, DEVICE, [device])


async def forget_unused(connection: asyncpg.Connection, *, now: datetime) -> None:
    """Drop devices that have not asked for half a year, and those revoked as long ago."""
    await connection.execute(
        "DELETE FROM device WHERE coalesce(last_used_at, created_at) < $1", now - FORGOTTEN_AFTER
    )
