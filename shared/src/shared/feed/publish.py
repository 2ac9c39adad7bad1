"""The feeds, seen from who publishes: numbered rows that a reader can follow without missing one.

A change is published in the transaction that makes it. Its number, `seq`, is allotted while the
row of the feed in `feed_head` is locked, and the lock is held until the commit: numbers become
visible in their order, so that a reader who has seen 7 never meets a 6 later. The row is preferred
to an advisory lock because it is the counter too: a transaction that is rolled back takes its
numbers back with it, and leaves no gap.

Each feed has an epoch, made together with that row. A producer whose tables were lost starts a new
epoch, by which readers notice that they must begin again from zero.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import asyncpg

from shared.contracts.feeds import Kind
from shared.feed.entries import Change


async def publish_state(
    connection: asyncpg.Connection, feed: str, changes: Sequence[Change]
) -> int:
    """Publish the present state of some keys and return the feed's last number.

    Runs in the caller's transaction and holds the feed's lock until that ends. Of several changes
    of one key the last counts; a body that equals the published one, and the deletion of a key that
    is not there, are left out.
    """
    head = await _locked_head(connection, feed, "state")
    latest = {change.key: change.body for change in changes}
    if not latest:
        return head
    return await _stored(connection, _PUBLISH_STATE, feed, latest)


async def publish_events(
    connection: asyncpg.Connection, feed: str, events: Sequence[Change]
) -> int:
    """Append events and return the feed's last number.

    Runs in the caller's transaction and holds the feed's lock until that ends. An event whose key
    was published before is left out, so that repeated work doubles nothing. Raises ValueError for
    an event without body.
    """
    head = await _locked_head(connection, feed, "event")
    first: dict[str, bytes | None] = {}
    for event in events:
        if event.body is None:
            raise ValueError(f"an event cannot be deleted: {event.key}")
        first.setdefault(event.key, event.body)
    if not first:
        return head
    return await _stored(connection, _PUBLISH_EVENTS, feed, first)


async def _locked_head(connection: asyncpg.Connection, feed: str, kind: Kind) -> int:
    """Lock the feed until the transaction ends and return its last number.

    A statement of its own: the one that follows sees all that was committed before the lock.
    """
    if not connection.is_in_transaction():
        raise RuntimeError("a feed is published inside a transaction, with the change it tells of")
    row = await connection.fetchrow(_LOCK, feed)
    if row is None:
        await connection.execute(_FOUND, feed, kind)
        row = await connection.fetchrow(_LOCK, feed)
    if row["kind"] != kind:
        raise ValueError(f"the feed {feed} is of the kind {row['kind']}, not {kind}")
    seq: int = row["seq"]
    return seq


async def _stored(
    connection: asyncpg.Connection, statement: str, feed: str, bodies: Mapping[str, bytes | None]
) -> int:
    seq: int = await connection.fetchval(
        statement, feed, list(bodies), [_one_line(body) for body in bodies.values()]
    )
    return seq


def _one_line(body: bytes | None) -> bytes | None:
    """A line break in JSON can only stand between tokens; in NDJSON it would end the entry."""
    if body is None or (b"\n" not in body and b"\r" not in body):
        return body
    return body.replace(b"\n", b" ").replace(b"\r", b" ")


_LOCK: Final = "SELECT seq, kind FROM feed_head WHERE feed = $1 FOR UPDATE"

_FOUND: Final = "INSERT INTO feed_head (feed, kind) VALUES ($1, $2) ON CONFLICT DO NOTHING"

_PUBLISH_STATE: Final = """
    WITH change AS (
        SELECT * FROM unnest($2::text[], $3::bytea[]) WITH ORDINALITY AS change (key, body, place)
    ), fresh AS (
        SELECT change.key, change.body, row_number() OVER (ORDER BY change.place) AS place
        FROM change LEFT JOIN feed_state AS old ON old.feed = $1 AND old.key = change.key
        WHERE change.body IS DISTINCT FROM old.body
    ), stored AS (
        INSERT INTO feed_state (feed, key, seq, body)
        SELECT $1, key, head.seq + place, body FROM fresh, feed_head AS head WHERE head.feed = $1
        ON CONFLICT (feed, key) DO UPDATE SET seq = excluded.seq, body = excluded.body
    )
    UPDATE feed_head SET seq = seq + (SELECT count(*) FROM fresh) WHERE feed = $1 RETURNING seq
"""

_PUBLISH_EVENTS: Final = """
    WITH event AS (
        SELECT * FROM unnest($2::text[], $3::bytea[]) WITH ORDINALITY AS event (key, body, place)
    ), fresh AS (
        SELECT event.key, event.body, row_number() OVER (ORDER BY event.place) AS place
        FROM event
        WHERE NOT EXISTS (SELECT FROM feed_event WHERE feed = $1 AND feed_event.key = event.key)
    ), stored AS (
        INSERT INTO feed_event (feed, key, seq, body)
        SELECT $1, key, head.seq + place, body FROM fresh, feed_head AS head WHERE head.feed = $1
    )
    UPDATE feed_head SET seq = seq + (SELECT count(*) FROM fresh) WHERE feed = $1 RETURNING seq
"""
