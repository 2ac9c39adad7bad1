"""Subscriptions: made, confirmed, changed, paused and deleted by the organisation they are of."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import asyncpg
import msgspec

from gateway.stream.telling import tell
from gateway.subscriptions import matching
from gateway.subscriptions.cadence import next_digest
from gateway.subscriptions.codes import MOST_TRIES, VALID, Codes
from gateway.subscriptions.documents import Channel, Subscription
from gateway.view import changes
from gateway.who.doing import Doing
from gateway.who.organisations import new_id
from gateway.who.refusals import flaw
from shared import events
from shared.errors import GuardFailed, NotFound, TransitionNotAllowed
from shared.vocabulary.identifiers import party_id

MOST: Final = 100
"""Subscriptions of one organisation."""

A_DAY: Final = timedelta(days=1)
MOST_CODES: Final = 20
"""Codes that one organisation has sent within a day, so that nobody sends letters through us."""

MOST_CODES_TO_ONE: Final = 3
"""Codes sent to one address within a day, whoever asks for them."""

CONFIRMED_CHANNELS: Final = frozenset({"email", "telegram"})
CHANGEABLE: Final = ("name", "filter", "events", "cadence", "hour", "weekday", "language")

COLUMNS: Final = """
    subscription.*, created_at AS at, (SELECT count(*) FROM subscription_message AS message
        WHERE message.subscription_id = subscription.id AND message.state = 'pending') AS pending
"""
LIST: Final = f"""
    SELECT {COLUMNS} FROM subscription WHERE organisation_id = $1 AND deleted_at IS NULL
      AND ($2::timestamptz IS NULL OR (created_at, id) > ($2, $3::text))
    ORDER BY created_at, id LIMIT $4
"""
_ONE: Final = f"""
    SELECT {COLUMNS} FROM subscription
    WHERE id = $2 AND organisation_id = $1 AND deleted_at IS NULL FOR UPDATE
"""
_ADD: Final = """
    INSERT INTO subscription (id, organisation_id, name, what, filter, events, cadence, hour,
        weekday, language, channel, address, state, since, next_at, digest_from, code_asked_at,
        created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $16, $16)
"""
_CHANGE: Final = """
    UPDATE subscription SET name = $2, filter = $3, events = $4, cadence = $5, hour = $6,
        weekday = $7, language = $8, next_at = $9, revision = revision + 1
    WHERE id = $1
"""
_ASK: Final = """
    INSERT INTO subscription_message (id, subscription_id, kind, subject, body, due_at, created_at)
    VALUES ($1, $2, 'confirmation', '', '', $3, $3)
"""
_CODES: Final = """
    SELECT count(*) FILTER (WHERE organisation_id = $1) AS own,
           count(*) FILTER (WHERE (channel, address) = ($2, $3)) AS there
    FROM subscription_message AS message JOIN subscription ON subscription.id = subscription_id
    WHERE kind = 'confirmation' AND message.created_at > $4
      AND (organisation_id = $1 OR (channel, address) = ($2, $3))
"""
_ALONE: Final = "SELECT pg_advisory_xact_lock(hashtextextended('codes ' || $1, 0))"
"""Whoever counts what was sent is alone with an organisation and with an address."""

_PAUSE: Final = """
    UPDATE subscription SET state = CASE state WHEN 'active' THEN 'paused' ELSE state END,
        paused_for = $2, next_at = NULL, revision = revision + 1
    WHERE id = $1 AND paused_for IS NULL AND deleted_at IS NULL
    RETURNING organisation_id, revision
"""
_RESUME: Final = """
    UPDATE subscription SET state = 'active', paused_for = NULL, since = $2, next_at = $3,
        digest_from = $4, revision = revision + 1
    WHERE id = $1
"""
_SPEAKS_FOR: Final = """
    SELECT substr(speaks_for, 5) AS bin FROM speaker
    WHERE organisation_id = $1 AND speaks_for LIKE 'bin:%'
"""


async def one(connection: asyncpg.Connection, organisation: str | None, name: str) -> Any:
    """Return a subscription of an organisation and hold it. Raises NotFound."""
    row = await connection.fetchrow(_ONE, organisation, name)
    if row is None:
        raise NotFound("Your organisation has no such subscription.")
    return row


async def add(do: Doing, organisation: str, wanted: Mapping[str, Any]) -> str:
    """Add a subscription; it is told of what happens from now on.

    `wanted` names every column that is given. An address that is not ours gets a code first.
    Raises GuardFailed for too many, ValidationFailed for an endpoint that is another's.
    """
    held = "SELECT count(*) FROM subscription WHERE organisation_id = $1 AND deleted_at IS NULL"
    if await do.connection.fetchval(held, organisation) >= MOST:
        raise GuardFailed(f"An organisation has {MOST} subscriptions at most.")
    channel, address = wanted["channel"], wanted["address"]
    if channel == "webhook":
        await _check_endpoint(do.connection, organisation, address)
    name, confirmed = new_id("sub"), channel not in CONFIRMED_CHANNELS
    await do.connection.execute(
        _ADD,
        name,
        organisation,
        wanted["name"],
        wanted["what"],
        msgspec.json.encode(wanted["filter"]),
        wanted["events"],
        wanted["cadence"],
        wanted["hour"],
        wanted["weekday"],
        wanted["language"],
        channel,
        address,
        "active" if confirmed else "unconfirmed",
        await matching.head(do.connection),
        _due(wanted, do.now) if confirmed else None,
        do.now,
    )
    if not confirmed:
        await _send_code(do, organisation, name, (channel, address))
    do.note("subscription.added", name, channel=channel, cadence=wanted["cadence"])
    return name


async def send_code(do: Doing, row: Mapping[str, Any]) -> None:
    """Send another code; the one before is void. Raises TransitionNotAllowed, GuardFailed."""
    if row["state"] != "unconfirmed":
        raise TransitionNotAllowed("This subscription is confirmed.")
    await do.connection.execute(
        "UPDATE subscription SET code_asked_at = $2, code_tries = 0, paused_for = NULL,"
        " revision = revision + 1 WHERE id = $1",
        row["id"],
        do.now,
    )
    await _send_code(do, row["organisation_id"], row["id"], (row["channel"], row["address"]))


async def confirm(do: Doing, row: Mapping[str, Any], *, valid: bool) -> bool:
    """Begin to send to an address whose code was shown; whether it was the right one, in time.

    Raises TransitionNotAllowed where nothing is to be confirmed.
    """
    if row["state"] != "unconfirmed":
        raise TransitionNotAllowed("This subscription is confirmed.")
    in_time = do.now <= row["code_asked_at"] + VALID and row["code_tries"] < MOST_TRIES
    if not (valid and in_time):
        await do.connection.execute(
            "UPDATE subscription SET code_tries = code_tries + 1 WHERE id = $1", row["id"]
        )
        return False
    await _begin(do, row)
    do.note("subscription.confirmed", row["id"])
    return True


async def change(do: Doing, row: Mapping[str, Any], changed: Mapping[str, Any]) -> None:
    """Change what is named; `paused` pauses, or resumes with what happens from now on.

    Raises GuardFailed where resuming takes a code and too many were sent.
    """
    new = {name: changed.get(name, row[name]) for name in CHANGEABLE}
    if "filter" in changed:
        new["filter"] = msgspec.json.encode(changed["filter"])
    due = _due(new, do.now) if row["state"] == "active" else None
    if row["next_at"] is not None and due is None:
        due = do.now  # what waited for a digest is told now
    await do.connection.execute(_CHANGE, row["id"], *new.values(), due)
    do.note("subscription.changed", row["id"], fields=sorted(changed))
    paused = changed.get("paused")
    if paused and row["state"] == "active":
        await pause(do.connection, row["id"], "asked")
    if paused is False and row["state"] == "paused":
        await _resume(do, row, new)


async def pause(connection: asyncpg.Connection, name: str, reason: str) -> bool:
    """Send nothing more, and drop what was to be sent; whether it was not so already.

    One that is not confirmed stays so. Whoever did not ask for it is told in the own stream: the
    reason is `unsubscribed`, `gone`, `failing` or `refused`. What one found whose filter is
    refused by now is kept, and sent once it goes on with another.
    """
    paused = await connection.fetchrow(_PAUSE, name, reason)
    if paused is None:
        return False
    if reason != "refused":
        await drop(connection, name)
    if reason != "asked":
        link = f"/v1/subscriptions/{name}"
        data = {"subscription": name, "reason": reason, "link": link}
        stream = events.organisation(paused["organisation_id"])
        key = f"subscription.paused/{name}/{paused['revision']}"
        seq = await changes.take_number(connection)
        await tell(connection, stream, [(key, "subscription.paused", data)], seq=seq)
    return True


async def remove(do: Doing, name: str) -> None:
    """Delete a subscription, with what was to be sent; its address is forgotten after a day.

    Till then it counts: who deletes and adds again sends nobody more codes.
    """
    await drop(do.connection, name)
    await do.connection.execute(
        "UPDATE subscription SET deleted_at = $2, next_at = NULL, revision = revision + 1"
        " WHERE id = $1",
        name,
        do.now,
    )
    do.note("subscription.deleted", name)


async def drop(connection: asyncpg.Connection, name: str) -> None:
    """Forget what a subscription found and was to send. A code that was sent counts on."""
    await connection.execute("DELETE FROM subscription_hit WHERE subscription_id = $1", name)
    await connection.execute(
        "UPDATE subscription_message SET state = 'dropped'"
        " WHERE subscription_id = $1 AND state = 'pending'",
        name,
    )


async def speaks_for(connection: asyncpg.Connection, organisation: str | None) -> set[str]:
    """Return the bodies (org_…) that an organisation is verified to speak for."""
    rows = await connection.fetch(_SPEAKS_FOR, organisation)
    return {party_id("", row["bin"], "").id for row in rows}


def document(row: Mapping[str, Any]) -> Subscription:
    """Return a subscription as it is served."""
    shown = {
        name: row[name]
        for name in Subscription.__struct_fields__
        if name not in {"filter", "channel"}
    }
    channel = Channel(kind=row["channel"], address=row["address"])
    return Subscription(**shown, filter=msgspec.json.decode(row["filter"]), channel=channel)


def valid_code(codes: Codes, row: Mapping[str, Any], code: str) -> bool:
    """Say whether this is the code that was sent last."""
    return codes.fits(code, "code", row["id"], row["code_asked_at"])


async def _begin(do: Doing, row: Mapping[str, Any]) -> None:
    since = await matching.head(do.connection)
    await do.connection.execute(_RESUME, row["id"], since, _due(row, do.now), do.now)


async def _resume(do: Doing, row: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    """Begin again; whoever unsubscribed, or was not there, is asked first."""
    if row["paused_for"] not in {"unsubscribed", "gone"} or row["channel"] == "webhook":
        await _begin(do, {**row, **new})
        return
    await do.connection.execute(
        "UPDATE subscription SET state = 'unconfirmed' WHERE id = $1", row["id"]
    )
    await send_code(do, {**row, "state": "unconfirmed"})


async def _send_code(do: Doing, organisation: str, name: str, address: tuple[str, str]) -> None:
    for one in sorted((organisation, "/".join(address))):
        await do.connection.execute(_ALONE, one)
    counted = await do.connection.fetchrow(_CODES, organisation, *address, do.now - A_DAY)
    if counted["own"] >= MOST_CODES or counted["there"] >= MOST_CODES_TO_ONE:
        raise GuardFailed("Too many codes were sent within a day: try again tomorrow.")
    await do.connection.execute(_ASK, new_id("ntf"), name, do.now)


async def _check_endpoint(connection: asyncpg.Connection, organisation: str, endpoint: str) -> None:
    found = await connection.fetchval(
        "SELECT true FROM endpoint WHERE id = $1 AND organisation_id = $2 AND deleted_at IS NULL",
        endpoint,
        organisation,
    )
    if not found:
        raise flaw("/body/channel/endpoint", "unknown", "is no endpoint of your organisation")


def _due(row: Mapping[str, Any], now: datetime) -> datetime | None:
    return next_digest(now, row["cadence"], hour=row["hour"], weekday=row["weekday"])
