"""What is to be sent: events brought to each endpoint, claimed by a sender, and what came of it.

An event becomes a delivery in the transaction that moves the endpoint's place in the stream, so
that none is left out and none is there twice. A claim is a time: who claims a delivery sets when
somebody else may; a sender that dies loses nothing but that time. A reply is recorded after it
came: between the two a crash repeats a delivery, under the same id.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any, Final, NamedTuple

import asyncpg
import msgspec

from gateway.push.schedule import Reply, Verdict
from shared import events

LEASE: Final = timedelta(seconds=60)
"""Longer than any try takes."""

MOST_PENDING: Final = 10_000
"""Deliveries of one endpoint; further events wait in the log, which keeps them anyway."""

BATCH: Final = 1000

BROUGHT: Final = 20
"""Streams looked into for endpoints between two rounds of sending."""

KEPT: Final = timedelta(days=30)
_ID_BYTES: Final = 15


class Claimed(NamedTuple):
    """A delivery to be made now, with what its endpoint says of how; it was due `since` then."""

    id: str
    endpoint: str
    organisation: str
    url: str
    signing: str
    sealed: bytes
    sealed_before: bytes | None
    stream: str
    seq: int
    type: str
    body: bytes
    tries: int
    since: datetime


class Done(NamedTuple):
    """A try that is over."""

    delivery: Claimed
    at: datetime
    milliseconds: int
    reply: Reply
    verdict: Verdict


class _Typed(msgspec.Struct, frozen=True, gc=False):
    type: str


_typed = msgspec.json.Decoder(_Typed).decode

_BEHIND: Final = """
    WITH live AS (SELECT * FROM endpoint WHERE enabled AND deleted_at IS NULL), place AS (
        SELECT id, organisation_id, 'public' AS stream, 'events/public' AS feed,
               public_seq AS after FROM live
        UNION ALL
        SELECT id, organisation_id, 'own', 'events/org:' || organisation_id, own_seq FROM live
    )
    SELECT place.* FROM place
    JOIN feed_head AS head ON head.feed = place.feed AND head.seq > place.after
    WHERE (SELECT count(*) FROM (SELECT FROM delivery WHERE endpoint_id = place.id
           AND state = 'pending' LIMIT $1) AS held) < $1
    ORDER BY row_number() OVER (PARTITION BY organisation_id ORDER BY random()), random()
    LIMIT $2
"""

FAILING: Final = """failing AS (
        SELECT DISTINCT endpoint_id FROM delivery JOIN attempt ON attempt.delivery_id = delivery.id
        WHERE state = 'pending'
    )"""
"""Endpoints that have answered a delivery with no success: what waits for them is theirs."""

_PLACE: Final = """
    SELECT types, public_seq, own_seq FROM endpoint
    WHERE id = $1 AND enabled AND deleted_at IS NULL FOR UPDATE SKIP LOCKED
"""

_ADD: Final = """
    INSERT INTO delivery (id, endpoint_id, stream, seq, type, created_at, due_at)
    SELECT id, $1, $2, seq, type, $6, $6
    FROM unnest($3::text[], $4::bigint[], $5::text[]) AS told (id, seq, type)
    ON CONFLICT (id) DO
"""
_ONCE: Final = f"{_ADD} NOTHING"
_AGAIN: Final = f"{_ADD} UPDATE SET state = 'pending', tries = 0, due_at = excluded.due_at"

# An organisation may hold as many places as are left free then: with n that could fill them all,
# each has one part of n + 1, and the last part is there for whoever comes next (dynamic thresholds:
# Choudhury and Hahne, 1998).
_CLAIM: Final = """
    WITH waiting AS (
        SELECT id, organisation_id, $4 - coalesce(($3::jsonb ->> id)::int, 0) AS places,
               coalesce(($6::jsonb ->> organisation_id)::int, 0) AS held,
               row_number() OVER (PARTITION BY organisation_id ORDER BY random()) AS turn
        FROM endpoint WHERE enabled AND deleted_at IS NULL
          AND (spared_until IS NULL OR spared_until <= $1)
          AND $4 > coalesce(($3::jsonb ->> id)::int, 0)
          AND EXISTS (SELECT FROM delivery
                      WHERE endpoint_id = endpoint.id AND state = 'pending' AND due_at <= $1)
    ), found AS (
        SELECT found.id, held, row_number() OVER (PARTITION BY organisation_id ORDER BY turn) AS nth
        FROM waiting JOIN LATERAL (
            SELECT id FROM delivery
            WHERE endpoint_id = waiting.id AND state = 'pending' AND due_at <= $1
            ORDER BY due_at LIMIT least(places, $5) FOR UPDATE SKIP LOCKED
        ) AS found ON true
        WHERE held + 2 * turn <= $5 + 1
    ), due AS (
        SELECT id FROM (
            SELECT id, held + nth AS held,
                   row_number() OVER (ORDER BY held + nth, random()) AS taken
            FROM found
        ) AS found WHERE held <= $5 - taken + 1
    ), claimed AS (
        UPDATE delivery SET due_at = $2, tries = tries + 1 FROM due WHERE delivery.id = due.id
        RETURNING delivery.*
    )
    SELECT claimed.id, endpoint.id AS endpoint, organisation_id AS organisation, url, signing,
           sealed, CASE WHEN before_until > $1 THEN sealed_before END AS sealed_before,
           stream, claimed.seq, type, coalesce(claimed.body, told.body) AS body, tries,
           (SELECT due_at FROM delivery WHERE delivery.id = claimed.id) AS since
    FROM claimed JOIN endpoint ON endpoint.id = claimed.endpoint_id
    LEFT JOIN feed_event AS told ON told.seq = claimed.seq AND claimed.body IS NULL
      AND told.feed = CASE stream WHEN 'public' THEN 'events/public'
                      ELSE 'events/org:' || organisation_id END
"""

_RECORD: Final = """
    WITH done AS (
        SELECT * FROM unnest($1::text[], $2::timestamptz[], $3::int[], $4::int[], $5::text[],
                             $6::bytea[], $7::text[], $8::timestamptz[])
            AS done (id, at, milliseconds, status, fault, reply, state, due_at)
    ), tried AS (
        INSERT INTO attempt (delivery_id, at, milliseconds, status, fault, reply)
        SELECT done.id, at, milliseconds, status, fault, reply
        FROM done JOIN delivery USING (id) ORDER BY at
    )
    UPDATE delivery SET state = done.state, due_at = done.due_at FROM done
    WHERE delivery.id = done.id AND delivery.state = 'pending'
"""

_SPARE: Final = """
    UPDATE endpoint SET spared_until = told.until
    FROM (SELECT id, max(until) AS until
          FROM unnest($1::text[], $2::timestamptz[]) AS one (id, until) GROUP BY id) AS told
    WHERE endpoint.id = told.id
"""


def message_id(endpoint: str, stream: str, seq: int) -> str:
    """Name an event for one endpoint: the same at every try, after a crash and in a replay."""
    told = f"{endpoint}/{stream}/{seq}".encode()
    return f"msg_{blake2b(told, digest_size=_ID_BYTES).hexdigest()}"


async def behind(connection: asyncpg.Connection) -> Sequence[Mapping[str, Any]]:
    """Return which streams have something new for which endpoints, some of them at a time.

    Organisations come in turn: one with many endpoints has the next only after all others.
    """
    found: Sequence[Mapping[str, Any]] = await connection.fetch(_BEHIND, MOST_PENDING, BROUGHT)
    return found


async def bring(
    connection: asyncpg.Connection, endpoint: str, organisation: str, stream: str, now: datetime
) -> int:
    """Make deliveries of what is new in a stream; how many events were looked at.

    Runs in the caller's transaction, which also moves the endpoint's place in the stream.
    """
    place = await connection.fetchrow(_PLACE, endpoint)
    if place is None:
        return 0
    name = events.PUBLIC if stream == "public" else events.organisation(organisation)
    column = "public_seq" if stream == "public" else "own_seq"
    page = await events.read(connection, name, after=place[column], limit=BATCH)
    if not page.entries:
        return 0
    told = [(entry.seq, _typed(entry.body).type) for entry in page.entries]
    wanted = [(seq, kind) for seq, kind in told if not place["types"] or kind in place["types"]]
    await add(connection, endpoint, stream, wanted, now)
    await connection.execute(
        f"UPDATE endpoint SET {column} = $2 WHERE id = $1", endpoint, page.entries[-1].seq
    )
    return len(page.entries)


async def send_again(
    connection: asyncpg.Connection,
    endpoint: Mapping[str, Any],
    stream: str,
    *,
    after: int,
    until: int,
    now: datetime,
) -> tuple[int, int]:
    """Have a range of a stream sent again, what the endpoint asks for of it.

    Returns how many events that are, and the last number looked at.
    """
    own = events.organisation(endpoint["organisation_id"])
    name = events.PUBLIC if stream == "public" else own
    page = await events.read(connection, name, after=after, limit=min(until - after, MOST_PENDING))
    told = [(entry.seq, _typed(entry.body).type) for entry in page.entries if entry.seq <= until]
    types = endpoint["types"]
    wanted = [(seq, kind) for seq, kind in told if not types or kind in types]
    await add(connection, endpoint["id"], stream, wanted, now, query=_AGAIN)
    return len(wanted), max([min(after, page.head), *(seq for seq, _ in told)])


async def add(
    connection: asyncpg.Connection,
    endpoint: str,
    stream: str,
    told: Sequence[tuple[int, str]],
    now: datetime,
    *,
    query: str = _ONCE,
) -> None:
    """Have events (number and type) of a stream sent to an endpoint, those that were not before."""
    ids = [message_id(endpoint, stream, seq) for seq, _ in told]
    await connection.execute(
        query, endpoint, stream, ids, [seq for seq, _ in told], [kind for _, kind in told], now
    )


async def claim(
    connection: asyncpg.Connection,
    *,
    now: datetime,
    busy: Mapping[str, int],
    held: Mapping[str, int],
    each: int,
    free: int,
) -> list[Claimed]:
    """Take deliveries that are due, no more of one endpoint than `each` at a time.

    `busy` says how many of each endpoint this process sends already, `held` of each organisation;
    `free` are the places left. An organisation's endpoints come in any order, so that none is
    always the last where more is due than can be sent.
    """
    rows = await connection.fetch(_CLAIM, now, now + LEASE, _json(busy), each, free, _json(held))
    return [Claimed(*row.values()) for row in rows]


def _json(numbers: Mapping[str, int]) -> str:
    return msgspec.json.encode(numbers).decode()


async def record(connection: asyncpg.Connection, done: Sequence[Done]) -> None:
    """Write down what came of some tries."""
    await connection.execute(
        _RECORD,
        [each.delivery.id for each in done],
        [each.at for each in done],
        [each.milliseconds for each in done],
        [each.reply.status for each in done],
        [each.reply.fault for each in done],
        [each.reply.body for each in done],
        [each.verdict.state for each in done],
        [each.verdict.due_at for each in done],
    )
    spared = [each for each in done if each.verdict.spare_until is not None]
    if spared:
        names = [each.delivery.endpoint for each in spared]
        await connection.execute(_SPARE, names, [each.verdict.spare_until for each in spared])


async def disable(connection: asyncpg.Connection, endpoint: str, reason: str) -> bool:
    """Send nothing more to an endpoint; whether it was not so already."""
    done = await connection.fetchval(
        "UPDATE endpoint SET enabled = false, disabled_for = $2, revision = revision + 1"
        " WHERE id = $1 AND enabled AND deleted_at IS NULL RETURNING true",
        endpoint,
        reason,
    )
    return bool(done)


async def forget_old(connection: asyncpg.Connection, now: datetime) -> None:
    """Drop what was sent long ago; the log keeps the events."""
    await connection.execute(
        "DELETE FROM delivery USING endpoint WHERE endpoint.id = endpoint_id"
        " AND (deleted_at IS NOT NULL OR state <> 'pending' AND delivery.created_at < $1)",
        now - KEPT,
    )
