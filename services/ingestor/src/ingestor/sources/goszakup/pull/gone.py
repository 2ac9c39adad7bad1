"""What the portal no longer has: noted with its reason; a process without head leaves the feed."""

from collections.abc import Iterable

import asyncpg

from ingestor import store as intake_store
from ingestor.batch import FEED, Occasion
from ingestor.patience import done
from ingestor.sources.goszakup.pull import heads, plan_feed, store
from ingestor.sources.goszakup.pull.deliver import Counter
from shared.logs import logger

log = logger(__name__)


async def remove(counter: Counter, root: str, numbers: Iterable[int], reason: str) -> int:
    """Note that records are gone and publish what that changes; returns how many were held."""
    now = counter.desk.clock.now()
    occasion = Occasion(counter.run, counter.origin, now, (now + counter.desk.retention).date())
    named = list(numbers)

    async def removed(connection: asyncpg.Connection) -> tuple[int, int | None, int | None]:
        await intake_store.lock_sources(connection, [counter.source])
        gone = await store.mark_gone(connection, root, named, now, reason)
        touched = await heads.touched(connection, gone)
        stored, planned = await counter.publish(connection, touched, occasion, reason=reason)
        return len(gone), stored.head, planned

    gone, newest, planned = await done(counter.desk.database, removed, f"removal from {root}")
    if newest is not None:
        await counter.desk.bell.ring(FEED, newest)
    if planned is not None:
        await counter.desk.bell.ring(plan_feed.FEED, planned)
    if gone:
        log.info("records_gone", root=root, count=gone, reason=reason)
    return gone
