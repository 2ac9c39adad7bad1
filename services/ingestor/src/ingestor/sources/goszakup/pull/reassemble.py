"""Every process put together anew out of what is held, for a translation that has learnt more."""

from dataclasses import replace
from functools import partial
from typing import Final

import asyncpg

from ingestor import runs
from ingestor import store as intake_store
from ingestor.batch import FEED, Occasion, Stored
from ingestor.patience import asked, done
from ingestor.sources.goszakup.pull import plan_feed
from ingestor.sources.goszakup.pull.connector import Connector, Session, run
from ingestor.sources.goszakup.pull.heads import Head
from ingestor.sources.goszakup.pull.leader import leading

JOB: Final = "reassemble"
AT_ONCE: Final = 200  # processes in one transaction

NOTICES: Final = """
    SELECT id FROM portal_record WHERE root = 'TrdBuy' AND id > $1 AND gone_at IS NULL
    ORDER BY id LIMIT $2
"""
CONTRACTS: Final = """
    SELECT DISTINCT family FROM portal_record
    WHERE root = 'Contract' AND notice IS NULL AND family > $1 AND gone_at IS NULL
    ORDER BY family LIMIT $2
"""
PLANS: Final = """
    SELECT DISTINCT family FROM portal_record
    WHERE root = 'Plans' AND family > $1 AND gone_at IS NULL ORDER BY family LIMIT $2
"""


async def reassemble(connector: Connector) -> bool:
    """Put everything together anew; False where another process is doing it. Asks nobody."""
    async with leading(connector.desk.database, JOB) as leads:
        if leads:
            await run(connector, JOB, "backfill", _everything, offline=True)
        return leads


async def _everything(session: Session) -> None:
    await _all(session, "notice", NOTICES)
    await _all(session, "contract", CONTRACTS)
    await _all(session, "plan", PLANS)


async def _all(session: Session, kind: str, statement: str) -> None:
    after = 0
    while True:
        rows = await asked(session.counter.desk.database, partial(_next, statement, after))
        if not rows:
            return
        await _some(session, {Head(kind, row[0]) for row in rows})  # type: ignore[arg-type]  # of the three kinds
        after = rows[-1][0]


async def _next(statement: str, after: int, connection: asyncpg.Connection) -> list[asyncpg.Record]:
    return list(await connection.fetch(statement, after, AT_ONCE))


async def _some(session: Session, heads: set[Head]) -> None:
    counter, desk = session.counter, session.counter.desk
    now = desk.clock.now()
    occasion = Occasion(counter.run, counter.origin, now, (now + desk.retention).date())

    async def put_together(connection: asyncpg.Connection) -> tuple[Stored, int | None]:
        await intake_store.lock_sources(connection, [counter.source])
        stored, planned = await counter.publish(connection, heads, occasion)
        await runs.add(connection, counter.run, replace(stored.tally, received=len(heads)))
        return stored, planned

    stored, planned = await done(desk.database, put_together, "processes put together anew")
    session.received += len(heads)
    session.expected += len(heads)
    if stored.head is not None:
        await desk.bell.ring(FEED, stored.head)
    if planned is not None:
        await desk.bell.ring(plan_feed.FEED, planned)
