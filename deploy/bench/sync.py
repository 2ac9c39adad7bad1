"""What a mobile's look for changes costs one gateway process, beside an empty FastAPI route.

Of several thousand purchases a hundred have changed since it looked last. Three questions: what
changed (gzip), what changed where nothing did, and the same again by who has that answer (304).
"""

import asyncio
from contextlib import ExitStack
from datetime import UTC, datetime
from decimal import Decimal

from deploy.bench.read import (
    ROUNDS,
    compare,
    empty_route,
    etag,
    gateway_at,
    measure,
    score_entry,
    subject,
)
from deploy.bench.running import filling, key_for, view
from gateway.view import apply, changes, store
from gateway.view.rows import ProcessRow
from shared.database import Database

PURCHASES = 5_000
CHANGED = 100
SQUEEZED = "Accept-Encoding: gzip"
GOAL_DELTA = 0.05
"""A hundred rows read from the database and squeezed, against nothing at all."""


def run() -> None:
    """Print all sides; what is compared is the answer to who is level, the most frequent one."""
    with ExitStack() as stack:
        url, redis_url = stack.enter_context(view())
        before, now, key = asyncio.run(_fill(url))
        gateway = stack.enter_context(gateway_at(url, redis_url))
        empty = stack.enter_context(empty_route())
        delta, level = f"/v1/sync?since={before}", f"/v1/sync?since={now}"
        known = f"{level}\tIf-None-Match: {etag(gateway, level, key)}"
        rounds = [
            (
                measure(empty, ["/"], key),
                measure(gateway, [f"{delta}\t{SQUEEZED}"], key, told="changes"),
                measure(gateway, [f"{level}\t{SQUEEZED}"], key, told="level"),
                measure(gateway, [known], key, status="304", told="level"),
            )
            for _ in range(ROUNDS)
        ]
    sides = list(zip(*rounds, strict=True))
    print(f"  {CHANGED} changed of {PURCHASES}:")
    compare("sync_delta", list(sides[0]), list(sides[1]), GOAL_DELTA)
    print("  nothing changed:")
    compare("sync", list(sides[0]), list(sides[2]))


async def _fill(url: str) -> tuple[int, int, str]:
    """Put purchases and scores into the view; return its number before and after, and a key."""
    async with filling(url) as database:
        async with database.transaction() as connection:
            seq = await changes.take_number(connection)
            await store.put_processes(connection, seq, [_row(n) for n in range(PURCHASES)], [])
            await changes.record(connection, seq, "process", None)
        before = 0
        for count in (PURCHASES, CHANGED):
            before = await _head(database)
            entries = [score_entry(number, 20.0 + count / PURCHASES) for number in range(count)]
            async with database.transaction() as connection:
                await apply.scores(connection, entries)
        return before, await _head(database), await key_for(database, ["scores:read"])


async def _head(database: Database) -> int:
    async with database.connection() as connection:
        head: int = await connection.fetchval("SELECT seq FROM change_head")
    return head


def _row(number: int) -> ProcessRow:
    moment = datetime(2026, 2, 1, tzinfo=UTC)
    return ProcessRow(
        id=subject(number),
        source="bench",
        ocid=f"o-{number}",
        date=moment,
        published=moment,
        method="open",
        amount=Decimal(1000),
        currency="KZT",
        search="",
        revision="1",
        brief=b"{}",
        detail=b"{}",
        release=b"{}",
        buyer_region="75 7511",
        delivery_region="75 7511",
    )
