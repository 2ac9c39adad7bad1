"""What follows when events fit: a delivery, a message, or a place in the next digest.

All of it is written in the transaction that moves the place in the stream, so that nothing is left
out and nothing is there twice, whenever a process dies.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final, NamedTuple

import asyncpg
import msgspec

from gateway.push import outbox
from gateway.reads.priority import Weights
from gateway.stream.telling import tell
from gateway.subscriptions import items, letters, matching, store
from gateway.subscriptions.cadence import next_digest
from gateway.subscriptions.letters import MOST_ITEMS, Period
from gateway.subscriptions.matching import Filter
from gateway.view import changes
from shared import events
from shared.vocabulary.text import Language

BATCH: Final = 1000
DIGESTS_AT_A_TIME: Final = 20
MOST_RANKED: Final = 2000
"""Events of a digest that are put in order, the newest; all are counted."""

_ID_BYTES: Final = 15

_PLACE: Final = "SELECT seq FROM subscription_place WHERE id = 1 FOR UPDATE SKIP LOCKED"
_MOVE: Final = "UPDATE subscription_place SET seq = $1 WHERE id = 1"
_LIVE: Final = """
    SELECT * FROM subscription WHERE state = 'active' AND deleted_at IS NULL ORDER BY id
"""
_HOLD: Final = "SELECT FROM subscription WHERE id = ANY($1::text[]) ORDER BY id FOR UPDATE"
_HELD: Final = """
    INSERT INTO subscription_hit (subscription_id, seq)
    SELECT * FROM unnest($1::text[], $2::bigint[]) ON CONFLICT DO NOTHING
"""
_WRITE: Final = """
    INSERT INTO subscription_message (id, subscription_id, kind, subject, body, due_at, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $6) ON CONFLICT DO NOTHING
"""
_DUE: Final = f"""
    SELECT * FROM subscription
    WHERE next_at <= $1 AND state = 'active' AND deleted_at IS NULL
    ORDER BY next_at, id LIMIT {DIGESTS_AT_A_TIME} FOR UPDATE SKIP LOCKED
"""
_TAKE: Final = "DELETE FROM subscription_hit WHERE subscription_id = $1 RETURNING seq"
_AGAIN: Final = "UPDATE subscription SET next_at = $2, digest_from = $3 WHERE id = $1"
_TITLES: Final = """
    SELECT code, convert_from(body, 'UTF8')::jsonb -> 'title' ->> $2 AS title
    FROM indicator WHERE code = ANY($1::text[])
"""
_ENABLED: Final = "SELECT true FROM endpoint WHERE id = $1 AND deleted_at IS NULL"


class Wording(NamedTuple):
    """What messages are made with: where we are reached, and what the priority of alerts weighs."""

    address: str
    weights: Weights


async def match(connection: asyncpg.Connection, wording: Wording, now: datetime) -> int:
    """Look at the next events of the stream; return how many those were.

    Whoever comes second finds the place taken, and nothing to do. Where a filter is refused by now,
    its subscription is paused and no more is done, so that nothing waits for what that locks.
    """
    after: int | None = await connection.fetchval(_PLACE)
    if after is None or (newest := await matching.head(connection)) <= after:
        return 0
    live = await connection.fetch(_LIVE)
    if refused := [row["id"] for row in live if not matching.understood(_filter(row))]:
        await _pause(connection, refused)
        return len(refused)
    if not live:
        await connection.execute(_MOVE, newest)
        return newest - after
    until = min(newest, after + BATCH)
    until = await matching.settled(connection, after=after, until=until)
    if until <= after:
        return 0
    for row, told in await _fitting(connection, live, after=after, until=until):
        await _bring(connection, row, told, wording, now)
    await connection.execute(_MOVE, until)
    return until - after


async def digest(connection: asyncpg.Connection, wording: Wording, now: datetime) -> int:
    """Make the digests that are due; return how many were looked at. An empty one is not sent."""
    due = await connection.fetch(_DUE, now)
    for row in due:
        seqs = sorted(each["seq"] for each in await connection.fetch(_TAKE, row["id"]))
        if seqs:
            await _summarise(connection, row, seqs, wording, now)
        following = next_digest(now, row["cadence"], hour=row["hour"], weekday=row["weekday"])
        await connection.execute(_AGAIN, row["id"], following, now)
    return len(due)


async def _pause(connection: asyncpg.Connection, refused: Sequence[str]) -> None:
    """Pause subscriptions, their rows locked before the streams as by whoever unsubscribes."""
    await connection.execute(_HOLD, refused)
    for name in refused:
        await store.pause(connection, name, "refused")


def _filter(row: Mapping[str, Any]) -> Filter:
    return Filter(row["what"], row["filter"])


async def _fitting(
    connection: asyncpg.Connection, live: Sequence[Any], *, after: int, until: int
) -> list[tuple[Any, list[tuple[int, str]]]]:
    """Return which events (number and type) fit which subscription, each filter looked for once."""
    filters = list(dict.fromkeys(map(_filter, live)))
    told: dict[Filter, list[tuple[int, str]]] = {}
    for hit in await matching.find(connection, filters, after=after, until=until):
        told.setdefault(filters[hit.nth], []).append((hit.seq, hit.type))
    found = [
        (
            row,
            [
                (seq, kind)
                for seq, kind in told.get(_filter(row), [])
                if kind in row["events"] and seq > row["since"]
            ],
        )
        for row in live
    ]
    return [(row, fits) for row, fits in found if fits]


async def _bring(
    connection: asyncpg.Connection,
    row: Mapping[str, Any],
    told: Sequence[tuple[int, str]],
    wording: Wording,
    now: datetime,
) -> None:
    seqs = [seq for seq, _ in told]
    if row["cadence"] != "immediate":
        await connection.execute(_HELD, [row["id"]] * len(seqs), seqs)
    elif row["channel"] == "webhook":
        if await connection.fetchval(_ENABLED, row["address"]):
            await outbox.add(connection, row["address"], "public", told, now)
    else:
        message = await _message(connection, row, seqs, wording)
        await _write(connection, (row["id"], "immediate", seqs[-1]), message, now)


async def _summarise(
    connection: asyncpg.Connection,
    row: Mapping[str, Any],
    seqs: Sequence[int],
    wording: Wording,
    now: datetime,
) -> None:
    counts = await items.counts(connection, seqs)
    if row["channel"] != "webhook":
        over = Period(row["digest_from"], now)
        message = await _message(connection, row, seqs, wording, over=over, counts=counts)
        await _write(connection, (row["id"], "digest", seqs[-1]), message, now)
        return
    top = await items.top(connection, seqs[-MOST_RANKED:], wording.weights, most=MOST_ITEMS)
    data = {
        "subscription": row["id"],
        "from": row["digest_from"],
        "to": now,
        "events": len(seqs),
        "counts": [msgspec.to_builtins(each) for each in counts],
        "top": [msgspec.to_builtins(each.item) for each in top],
        "link": f"/v1/subscriptions/{row['id']}",
    }
    await _tell(connection, row, seqs[-1], data, now)


async def _tell(
    connection: asyncpg.Connection,
    row: Mapping[str, Any],
    last: int,
    data: Mapping[str, Any],
    now: datetime,
) -> None:
    """Tell a digest in the own stream, and have its endpoint sent it whatever types it takes."""
    stream = events.organisation(row["organisation_id"])
    seq = await changes.take_number(connection)
    kind = "subscription.digest"
    await tell(connection, stream, [(f"{kind}/{row['id']}/{last}", kind, data)], seq=seq)
    number = await events.head(connection, stream)
    if await connection.fetchval(_ENABLED, row["address"]):
        await outbox.add(connection, row["address"], "own", [(number, kind)], now)


async def _message(
    connection: asyncpg.Connection,
    row: Mapping[str, Any],
    seqs: Sequence[int],
    wording: Wording,
    **digest: Any,
) -> letters.Message:
    language: Language = row["language"]
    top = await items.top(connection, seqs[-MOST_RANKED:], wording.weights, most=MOST_ITEMS)
    codes = sorted({code for each in top for code in each.item.indicators})
    titles = {
        each["code"]: each["title"] for each in await connection.fetch(_TITLES, codes, language)
    }
    return letters.found(
        top,
        name=row["name"],
        number=len(seqs),
        language=language,
        titles=titles,
        address=wording.address,
        **digest,
    )


async def _write(
    connection: asyncpg.Connection,
    of: tuple[str, str, int],
    message: letters.Message,
    now: datetime,
) -> None:
    """Have a message sent; `of`: its subscription, kind and last event, which are its id."""
    subscription, kind, last = of
    told = f"{subscription}/{kind}/{last}".encode()
    name = f"ntf_{blake2b(told, digest_size=_ID_BYTES).hexdigest()}"
    await connection.execute(_WRITE, name, subscription, kind, *message, now)
