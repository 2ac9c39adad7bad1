"""Once a night: whether what is held is still there, and whether all that is there is held."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from ingestor.patience import asked
from ingestor.sources.goszakup.portal.client import CAP, PORTAL_TIME
from ingestor.sources.goszakup.portal.failures import RequestError
from ingestor.sources.goszakup.portal.walk import graphql, walk
from ingestor.sources.goszakup.pull.connector import Connector, Session, run
from ingestor.sources.goszakup.pull.follow import JOB as FOLLOW
from ingestor.sources.goszakup.pull.follow import attempt
from ingestor.sources.goszakup.pull.gone import remove
from ingestor.sources.goszakup.pull.leader import leading
from ingestor.sources.goszakup.pull.reading import begun, close, place_of, read_slice
from ingestor.sources.goszakup.pull.windows import DAY, Slice, days_to_compare

JOB: Final = "nightly"
LOOK_BACK: Final = timedelta(days=30)  # how old what is looked for may be
COUNTED: Final = timedelta(days=7)  # days whose totals are compared
TOO_MANY: Final = 0.2  # share of a page missing at once: the portal's fault rather than a deletion
ADDRESSES: Final = {"TrdBuy": "/v3/trd-buy", "Contract": "/v3/contract"}
"""Roots that are looked for, and where one record of theirs is found by its id."""

HELD: Final = """
    SELECT id FROM portal_record
    WHERE root = $1 AND gone_at IS NULL AND dated >= $2 AND dated < $3 AND seen_at < $4
    ORDER BY id DESC
"""

BEGAN: Final = f"SELECT min(started_at) FROM run WHERE source = $1 AND file = '{FOLLOW}'"

COUNT: Final = """
    SELECT count(*) FROM portal_record
    WHERE root = $1 AND gone_at IS NULL AND dated >= $2 AND dated < $3
"""


async def check(connector: Connector) -> bool:
    """Look for disappeared records and compare totals; False where somebody else does."""
    async with leading(connector.desk.database, JOB) as leads:
        if leads:
            await run(connector, JOB, "backfill", _check)
        return leads


async def _check(session: Session) -> None:
    for root in ADDRESSES:
        await attempt(session, f"gone {root}", partial(_look_for, session, root))
    for one in await _days(session):
        await attempt(session, one.name, partial(_compare, session, one))


async def _look_for(session: Session, root: str) -> None:
    """Ask for everything of the last month that no round has met today."""
    now = session.reader.clock.now()
    since = now - LOOK_BACK
    unseen = now - timedelta(hours=1)
    database = session.counter.desk.database
    rows = await asked(database, lambda c: c.fetch(HELD, root, since, now, unseen))
    numbers = [row[0] for row in rows]
    for at in range(0, len(numbers), CAP):
        await _look_for_some(session, root, numbers[at : at + CAP])


async def _look_for_some(session: Session, root: str, numbers: Sequence[int]) -> None:
    asking = graphql(session.reader.portal, root, {"id": list(numbers)})
    found: set[int] = set()
    async for leaf in walk(asking):
        found |= leaf.rows.keys()
    missing = sorted(set(numbers) - found)
    session.expected += len(numbers)
    session.received += len(numbers) - len(missing)
    if len(missing) > max(1, TOO_MANY * len(numbers)):
        session.faults.append(f"{root}: {len(missing)} of {len(numbers)} are missing at once")
        return
    gone = [number for number in missing if await _is_gone(session, root, number)]
    reason = f"Not found at the portal on {session.reader.clock.now():%Y-%m-%d}"
    session.received += await remove(session.counter, root, gone, reason)


async def _is_gone(session: Session, root: str, number: int) -> bool:
    """Ask once more, by another way."""
    try:
        await session.reader.portal.one(f"{ADDRESSES[root]}/{number}")
    except RequestError as fault:
        if fault.reason == "not_found":
            return True
        raise
    return False


async def _days(session: Session) -> list[Slice]:
    """Name the days that the loop forward has followed whole, as slices to read again."""
    source = session.connector.source
    began = await asked(session.counter.desk.database, lambda c: c.fetchval(BEGAN, source))
    if began is None:
        return []
    last = session.reader.clock.now().astimezone(PORTAL_TIME).date() - DAY
    followed = session.connector.since or began.astimezone(PORTAL_TIME).date() + DAY
    first = max(last - COUNTED, followed)
    return list(days_to_compare(first, last)) if first <= last else []


async def _compare(session: Session, one: Slice) -> None:
    """Compare the portal's count of a day with ours; read the day again where ours is smaller."""
    page = await session.reader.portal.page(one.root, one.criteria, limit=1)
    first = datetime.fromisoformat(next(iter(one.criteria.values()))[0]).replace(tzinfo=PORTAL_TIME)
    database = session.counter.desk.database
    held = await asked(database, lambda c: c.fetchval(COUNT, one.root, first, first + DAY))
    if page.total is None or held >= page.total:
        return
    session.faults.append(f"{one.name}: {held} of {page.total} were held; the day was read again")
    place = begun(await place_of(session.counter, JOB, one.name), session.reader.clock.now())
    outcome = await read_slice(session.reader, session.counter, one, place)
    session.add(one.name, outcome)
    await close(session.counter, outcome.place)
