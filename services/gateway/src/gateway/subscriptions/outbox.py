"""Messages that are to be sent: claimed by a sender, and what came of each.

As with webhooks a claim is a time, and a message whose sender died between sending and noting is
sent again under its id.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

import asyncpg

from gateway.push.outbox import FAILING
from gateway.push.schedule import Reply, Verdict
from shared.vocabulary.text import Language

LEASE: Final = timedelta(seconds=120)
"""Longer than any try takes."""

KEPT: Final = timedelta(days=30)
ADDRESS_KEPT: Final = timedelta(days=1)


class Claimed(NamedTuple):
    """A message to be sent now, with what its subscription says of how."""

    id: str
    kind: str
    subject: str
    body: str
    tries: int
    created_at: datetime
    subscription: str
    organisation: str
    owner: str
    name: str
    language: Language
    address: str
    code_asked_at: datetime


class Done(NamedTuple):
    """A try that is over."""

    message: Claimed
    reply: Reply
    verdict: Verdict


_CLAIM: Final = """
    WITH due AS (
        SELECT message.id FROM subscription_message AS message
        JOIN subscription ON subscription.id = message.subscription_id
        WHERE message.state = 'pending' AND message.due_at <= $2 AND channel = $1
          AND subscription.deleted_at IS NULL
          AND subscription.state = CASE message.kind WHEN 'confirmation' THEN 'unconfirmed'
                                   ELSE 'active' END
        ORDER BY message.due_at LIMIT $4 FOR UPDATE OF message SKIP LOCKED
    ), claimed AS (
        UPDATE subscription_message AS message SET due_at = $3, tries = tries + 1
        FROM due WHERE message.id = due.id RETURNING message.*
    )
    SELECT claimed.id, claimed.kind, claimed.subject, claimed.body, tries, claimed.created_at,
           subscription.id, organisation_id, organisation.name, subscription.name, language,
           address, code_asked_at
    FROM claimed JOIN subscription ON subscription.id = claimed.subscription_id
    JOIN organisation ON organisation.id = organisation_id
"""
_RECORD: Final = """
    UPDATE subscription_message AS message
    SET state = done.state, due_at = done.due_at, status = done.status, fault = done.fault
    FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::int[], $5::text[])
        AS done (id, state, due_at, status, fault)
    WHERE message.id = done.id AND message.state = 'pending'
"""
# `due` is since when the first of them waits for us: never tried, and somebody still wants it.
_BACKLOG: Final = f"""
    WITH {FAILING}
    SELECT channel, count(*) AS number, min(message.due_at) FILTER (WHERE tries = 0
            AND subscription.deleted_at IS NULL AND subscription.state =
                CASE kind WHEN 'confirmation' THEN 'unconfirmed' ELSE 'active' END) AS due
    FROM subscription_message AS message
    JOIN subscription ON subscription.id = message.subscription_id
    WHERE message.state = 'pending' GROUP BY channel
    UNION ALL
    SELECT 'webhook', count(*), min(due_at) FILTER (WHERE tries = 0 AND enabled
            AND deleted_at IS NULL AND (spared_until IS NULL OR spared_until <= $1)
            AND endpoint_id NOT IN (SELECT endpoint_id FROM failing))
    FROM delivery JOIN endpoint ON endpoint.id = endpoint_id WHERE state = 'pending'
"""


class Waiting(NamedTuple):
    """How much of a channel is still to be sent, and for how long the first of it waits for us."""

    number: int = 0
    seconds: float = 0.0


async def claim(
    connection: asyncpg.Connection, channel: str, *, now: datetime, limit: int
) -> list[Claimed]:
    """Take messages of a channel that are due."""
    rows = await connection.fetch(_CLAIM, channel, now, now + LEASE, limit)
    return [Claimed(*row.values()) for row in rows]


async def record(connection: asyncpg.Connection, done: Sequence[Done]) -> None:
    """Write down what came of some tries."""
    await connection.execute(
        _RECORD,
        [each.message.id for each in done],
        [each.verdict.state for each in done],
        [each.verdict.due_at for each in done],
        [each.reply.status for each in done],
        [each.reply.fault for each in done],
    )


async def backlog(connection: asyncpg.Connection, now: datetime) -> dict[str, Waiting]:
    """Return what of each channel is still to be sent."""
    rows: list[Any] = await connection.fetch(_BACKLOG, now)
    return {
        row["channel"]: Waiting(
            row["number"], max(0.0, (now - (row["due"] or now)).total_seconds())
        )
        for row in rows
    }


async def forget_old(connection: asyncpg.Connection, now: datetime) -> None:
    """Drop what was sent long ago, and the addresses of subscriptions that are deleted."""
    await connection.execute(
        "DELETE FROM subscription_message WHERE state <> 'pending' AND created_at < $1", now - KEPT
    )
    await connection.execute(
        "UPDATE subscription SET address = '' WHERE deleted_at < $1 AND address <> ''",
        now - ADDRESS_KEPT,
    )
