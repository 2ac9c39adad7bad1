"""Endpoints: made, changed, given a new secret, asked to be tried, and what was sent to them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import asyncpg
import msgspec

from gateway.push import outbox
from gateway.push.documents import Attempt, Delivery, Endpoint, Replay
from gateway.push.signatures import Scheme, new_secret, public_key, shown_secret
from gateway.stream.catalogue import SENT
from gateway.stream.reading import heads
from gateway.who.doing import Doing
from gateway.who.organisations import new_id
from gateway.who.refusals import flaw
from gateway.who.sealing import Seal
from shared.errors import GuardFailed, NotFound

MOST: Final = 20
"""Endpoints of one organisation."""

OVERLAP: Final = timedelta(hours=24)
PING: Final = "ping"
CHANGEABLE: Final = ("url", "description", "contact", "types", "enabled")

COLUMNS: Final = """
    endpoint.*, created_at AS at, (SELECT count(*) FROM delivery
        WHERE endpoint_id = endpoint.id AND state = 'pending') AS pending
"""
LIST: Final = f"""
    SELECT {COLUMNS} FROM endpoint WHERE organisation_id = $1 AND deleted_at IS NULL
      AND ($2::timestamptz IS NULL OR (created_at, id) > ($2, $3::text))
    ORDER BY created_at, id LIMIT $4
"""
_ONE: Final = f"""
    SELECT {COLUMNS} FROM endpoint
    WHERE id = $2 AND organisation_id = $1 AND deleted_at IS NULL FOR UPDATE
"""
_DELIVERY: Final = """
    delivery.id, endpoint_id AS endpoint, stream, seq, type, state, tries,
    CASE WHEN state = 'pending' THEN due_at END AS due_at, delivery.created_at,
    array(SELECT ROW (at, milliseconds, status, fault, reply) FROM attempt
          WHERE delivery_id = delivery.id ORDER BY attempt.id DESC LIMIT 20) AS attempts
"""
DELIVERIES: Final = f"""
    SELECT {_DELIVERY}, delivery.created_at AS at
    FROM delivery JOIN endpoint ON endpoint.id = endpoint_id
    WHERE organisation_id = $1 AND deleted_at IS NULL
      AND ($2::text[] = '{{}}' OR endpoint_id = ANY($2))
      AND ($3::text[] = '{{}}' OR state = ANY($3))
      AND ($4::text[] = '{{}}' OR type = ANY($4))
      AND ($5::timestamptz IS NULL OR (delivery.created_at, delivery.id) < ($5, $6::text))
    ORDER BY delivery.created_at DESC, delivery.id DESC LIMIT $7
"""
_ONE_DELIVERY: Final = f"""
    SELECT {_DELIVERY} FROM delivery JOIN endpoint ON endpoint.id = endpoint_id
    WHERE organisation_id = $1 AND delivery.id = $2 AND deleted_at IS NULL
"""
_ADD: Final = """
    INSERT INTO endpoint (id, organisation_id, url, description, contact, types, signing, sealed,
                          public_seq, own_seq, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
"""
_ROTATE: Final = """
    UPDATE endpoint SET sealed_before = sealed, before_until = $3, sealed = $2,
        revision = revision + 1 WHERE id = $1
"""
_PING: Final = """
    INSERT INTO delivery (id, endpoint_id, stream, seq, type, body, created_at, due_at)
    VALUES ($1, $2, 'test', 0, $3, $4, $5, $5)
"""
_AGAIN: Final = """
    UPDATE delivery SET state = 'pending', tries = 0, due_at = $2
    WHERE endpoint_id = $1 AND state <> 'delivered'
"""
_RETRY: Final = "UPDATE delivery SET state = 'pending', tries = 0, due_at = $2 WHERE id = $1"


def check_types(types: Sequence[str]) -> None:
    """Raise ValidationFailed for a type that there is not."""
    if unknown := sorted(set(types) - SENT.keys()):
        raise flaw("/body/types", "unknown", f"{unknown[0][:60]!r}; known: {', '.join(SENT)}")


async def one(connection: asyncpg.Connection, organisation: str | None, endpoint: str) -> Any:
    """Return an endpoint of an organisation and hold it. Raises NotFound."""
    row = await connection.fetchrow(_ONE, organisation, endpoint)
    if row is None:
        raise NotFound("There is no such endpoint.")
    return row


async def add(do: Doing, organisation: str, seal: Seal, *, wanted: Mapping[str, Any]) -> str:
    """Add an endpoint; it is sent what happens from now on. Raises GuardFailed for too many."""
    held = "SELECT count(*) FROM endpoint WHERE organisation_id = $1 AND deleted_at IS NULL"
    if await do.connection.fetchval(held, organisation) >= MOST:
        raise GuardFailed(f"An organisation has {MOST} endpoints at most.")
    name, scheme = new_id("whk"), wanted["signing"]
    now = await heads(do.connection, organisation)
    await do.connection.execute(
        _ADD,
        name,
        organisation,
        wanted["url"],
        wanted["description"],
        wanted["contact"],
        wanted["types"],
        scheme,
        seal.close(new_secret(scheme), of=name),
        now.public,
        now.own,
        do.now,
    )
    do.note("endpoint.added", name, url=wanted["url"])
    return name


async def change(do: Doing, row: Mapping[str, Any], changed: Mapping[str, Any]) -> None:
    """Change what is named. One that is enabled again is sent all that it missed, from now on."""
    new = {name: changed.get(name, row[name]) for name in CHANGEABLE}
    await do.connection.execute(
        "UPDATE endpoint SET url = $2, description = $3, contact = $4, types = $5, enabled = $6,"
        " disabled_for = CASE WHEN $6 THEN NULL ELSE coalesce(disabled_for, 'asked') END,"
        " spared_until = NULL, revision = revision + 1 WHERE id = $1",
        row["id"],
        *new.values(),
    )
    if new["enabled"] and not row["enabled"]:
        await do.connection.execute(_AGAIN, row["id"], do.now)
    do.note("endpoint.changed", row["id"], fields=sorted(changed))


async def remove(do: Doing, endpoint: str) -> None:
    """Delete an endpoint, with what was to be sent there and its secrets."""
    await do.connection.execute("DELETE FROM delivery WHERE endpoint_id = $1", endpoint)
    await do.connection.execute(
        "UPDATE endpoint SET deleted_at = $2, enabled = false, sealed = '', sealed_before = NULL,"
        " revision = revision + 1 WHERE id = $1",
        endpoint,
        do.now,
    )
    do.note("endpoint.deleted", endpoint)


async def rotate(do: Doing, row: Mapping[str, Any], seal: Seal) -> None:
    """Make a new secret; for a day both sign."""
    sealed = seal.close(new_secret(row["signing"]), of=row["id"])
    await do.connection.execute(_ROTATE, row["id"], sealed, do.now + OVERLAP)
    do.note("endpoint.secret_rotated", row["id"])


async def ping(do: Doing, endpoint: str) -> str:
    """Have a message sent that says nothing but that it works; return its id."""
    name = new_id("msg")
    told = {"id": name, "type": PING, "at": do.now, "data": {"endpoint": endpoint}}
    body = msgspec.json.encode(told)
    await do.connection.execute(_PING, name, endpoint, PING, body, do.now)
    return name


async def retry(do: Doing, organisation: str | None, delivery: str) -> Delivery:
    """Have a delivery made again, from the beginning of its schedule. Raises NotFound."""
    await delivered(do.connection, organisation, delivery)
    await do.connection.execute(_RETRY, delivery, do.now)
    return await delivered(do.connection, organisation, delivery)


async def replay(
    do: Doing, row: Mapping[str, Any], stream: str, *, after: int, until: int
) -> Replay:
    """Send a range of a stream again. Raises ValidationFailed for one that is none."""
    if until <= after:
        raise flaw("/body/until", "empty", "is not behind `after`")
    queued, last = await outbox.send_again(
        do.connection, row, stream, after=after, until=until, now=do.now
    )
    do.note("endpoint.replayed", row["id"], stream=stream, after=after, until=last)
    return Replay(queued=queued, last_seq=last)


async def delivered(
    connection: asyncpg.Connection, organisation: str | None, delivery: str
) -> Delivery:
    """Return a delivery with its attempts. Raises NotFound."""
    row = await connection.fetchrow(_ONE_DELIVERY, organisation, delivery)
    if row is None:
        raise NotFound("There is no such delivery.")
    return delivery_document(row)


def delivery_document(row: Mapping[str, Any]) -> Delivery:
    """Return a delivery as it is served."""
    attempts = [
        Attempt(
            at=at,
            milliseconds=milliseconds,
            status=status,
            fault=fault,
            reply=reply.decode("utf-8", "replace").replace("\0", "�"),
        )
        for at, milliseconds, status, fault, reply in row["attempts"]
    ]
    shown = {name: row[name] for name in Delivery.__struct_fields__ if name != "attempts"}
    return Delivery(**shown, attempts=attempts)


def document(
    row: Mapping[str, Any], seal: Seal, now: datetime, *, secret: bool = False
) -> Endpoint:
    """Return an endpoint as it is served; with its secret only where that was just made."""
    scheme: Scheme = row["signing"]
    opened = seal.open(row["sealed"], of=row["id"])
    until = row["before_until"]
    shown = {
        name: row[name]
        for name in Endpoint.__struct_fields__
        if name not in {"secret", "public_key", "rotates_until"}
    }
    return Endpoint(
        **shown,
        secret=shown_secret(scheme, opened) if secret else None,
        public_key=public_key(scheme, opened),
        rotates_until=until if until is not None and until > now else None,
    )
