"""The loop backward: what lies before, slice by slice, each with its own checkpoint."""

from collections.abc import Iterable
from datetime import datetime, time
from functools import partial
from typing import Final

import asyncpg
from msgspec.structs import replace

from ingestor.patience import asked, done
from ingestor.sources.goszakup.portal.client import PORTAL_TIME
from ingestor.sources.goszakup.pull import checkpoints
from ingestor.sources.goszakup.pull.closing import together
from ingestor.sources.goszakup.pull.connector import Connector, Session, run
from ingestor.sources.goszakup.pull.follow import attempt
from ingestor.sources.goszakup.pull.leader import leading
from ingestor.sources.goszakup.pull.reading import begun, close, place_of, read_slice
from ingestor.sources.goszakup.pull.records import KINDS, REGION_DIGITS
from ingestor.sources.goszakup.pull.windows import Scope, Slice, backfill, contracts_of
from shared.database import Database

LANES: Final = 4  # slices at once: fewer than failures in a row open the breaker

CUSTOMERS_DONE: Final = "customers"  # where it is noted that the contracts of a region are here

CUSTOMERS: Final = """
    SELECT DISTINCT lot.customer FROM portal_record AS lot
    JOIN portal_record AS notice ON notice.root = 'TrdBuy' AND notice.id = lot.notice
    WHERE lot.root = 'Lots' AND lot.customer IS NOT NULL AND notice.regions && $1::varchar[]
"""


async def fill(connector: Connector, scope: Scope, *, again: bool = False) -> bool:
    """Load a scope, going on where it was left; False where somebody else is loading it.

    `again` begins anew: what is held is compared, not doubled. The run tells how it went.
    """
    async with leading(connector.desk.database, scope.job) as leads:
        if leads:
            if again:
                database = connector.desk.database
                await asked(database, lambda c: checkpoints.forget(c, scope.job))
            await run(connector, scope.job, "backfill", partial(_fill, scope))
        return leads


async def _fill(scope: Scope, session: Session) -> None:
    await _read_all(session, scope.job, backfill(scope))
    if scope.regions:
        customers = await _customers(session, scope)
        await _read_all(session, scope.job, contracts_of(customers, scope))
        await _note_customers(session, scope, customers)


async def _note_customers(session: Session, scope: Scope, customers: set[str]) -> None:
    """Note that a region has the contracts of its customers, once no slice of it is open.

    Who its customers are is known only when its notices are: nobody can ask for these slices later.
    """
    slices = [*backfill(scope), *contracts_of(customers, scope)]
    database = session.counter.desk.database
    if await asked(database, lambda c: _are_done(c, scope.job, (one.name for one in slices))):
        place = await place_of(session.counter, scope.job, CUSTOMERS_DONE)
        await close(session.counter, replace(place, done=True))


async def _read_all(session: Session, job: str, slices: Iterable[Slice]) -> None:
    """Read every slice that is not done; what is wrong with one does not stop the others.

    Of a portal that need not be spared, one is fetched while another one is stored.
    """
    if session.reader.portal.unlimited:
        for same in _by_root(slices):
            shared = iter(same)
            await together(_lane(session, job, shared) for _ in range(LANES))
    else:
        await _lane(session, job, slices)


async def _lane(session: Session, job: str, slices: Iterable[Slice]) -> None:
    for one in slices:
        await attempt(session, one.name, partial(_read, session, job, one))


def _by_root(slices: Iterable[Slice]) -> list[list[Slice]]:
    """Part notices from contracts: each brings the other along, twice if both are read at once."""
    given = list(slices)
    return [[one for one in given if one.root == root] for root in KINDS]


async def _read(session: Session, job: str, one: Slice) -> None:
    place = await place_of(session.counter, job, one.name)
    if place.done:
        return
    place = begun(place, session.reader.clock.now())
    outcome = await read_slice(session.reader, session.counter, one, place)
    session.add(one.name, outcome)
    await close(session.counter, replace(outcome.place, done=not outcome.short))


async def as_begun(database: Database, scope: Scope) -> Scope:
    """Return a scope with the end it had when it was first asked for: what is done stays done."""
    end = datetime.combine(scope.until, time(), PORTAL_TIME)
    first = await done(
        database, lambda c: checkpoints.first_end(c, scope.wish, end), "end of a back-fill"
    )
    return replace(scope, until=first.astimezone(PORTAL_TIME).date())


async def finished(connection: asyncpg.Connection, scope: Scope) -> bool:
    """Tell whether every slice of a scope was read to its end, those of its customers too."""
    names = [one.name for one in backfill(scope)]
    if scope.regions:
        names.append(CUSTOMERS_DONE)
    return await _are_done(connection, scope.job, names)


async def _are_done(connection: asyncpg.Connection, job: str, names: Iterable[str]) -> bool:
    progress = await checkpoints.progress(connection, job)
    return all(name in progress and progress[name][0] for name in names)


async def _customers(session: Session, scope: Scope) -> set[str]:
    """Name the customers who bought in these regions, as far as their notices are held."""
    regions = [code[:REGION_DIGITS] for code in scope.regions]
    rows = await asked(session.counter.desk.database, lambda c: c.fetch(CUSTOMERS, regions))
    return {row[0] for row in rows}
