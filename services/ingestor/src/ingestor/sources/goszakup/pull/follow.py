"""The loop forward: what changed at the portal since the last look, root by root."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from msgspec.structs import replace

from ingestor.patience import asked, done
from ingestor.sources.goszakup.payload import Report, read
from ingestor.sources.goszakup.portal.client import PORTAL_TIME
from ingestor.sources.goszakup.portal.failures import (
    PortalAwayError,
    PortalError,
    TokenRefusedError,
)
from ingestor.sources.goszakup.pull import journal, lapsed, store
from ingestor.sources.goszakup.pull.apart import apart
from ingestor.sources.goszakup.pull.connector import Connector, Session, run
from ingestor.sources.goszakup.pull.deliver import Parcel
from ingestor.sources.goszakup.pull.leader import leading
from ingestor.sources.goszakup.pull.reading import begun, close, place_of, read_slice
from ingestor.sources.goszakup.pull.records import KINDS, changed_at
from ingestor.sources.goszakup.pull.windows import (
    DESCENDED,
    FOLLOWED,
    Slice,
    following,
    next_floor,
)

JOB: Final = "follow"
BEGINNING: Final = timedelta(days=1)  # before the first round, where nobody says
BIDS_AT_ONCE: Final = 50  # notices whose bids are asked for and stored together
MOST_BIDS: Final = 600  # notices in one round: ten minutes at the polite rate
FAR: Final = 2**63 - 1  # every id lies below it
ID_OVERLAP: Final = 2_000  # ids of lists without dates that are read again, for late arrivals


async def follow(connector: Connector) -> bool:
    """Make one round; False where another scheduler is making it. The run tells how it went."""
    async with leading(connector.desk.database, JOB) as leads:
        if leads:
            await run(connector, JOB, "live", _round)
        return leads


async def _round(session: Session) -> None:
    """Look at every root; what is wrong with one does not keep the others from being read."""
    for root in FOLLOWED:
        await attempt(session, root, partial(_follow, session, root))
    for one in DESCENDED:
        await attempt(session, one.name, partial(_descend, session, one))
    await attempt(session, "bids", partial(_ask_for_bids, session))
    await attempt(session, "lapsed", partial(_complete_lapsed, session))
    await attempt(session, "journal", partial(journal.read, session, JOB))


async def attempt(session: Session, name: str, step: Callable[[], Awaitable[None]]) -> None:
    """Take one step; raises only what would stop every other step too."""
    try:
        await step()
    except (TokenRefusedError, PortalAwayError):
        raise
    except PortalError as fault:
        session.faults.append(f"{name}: {fault}")


async def _follow(session: Session, root: str) -> None:
    """Read what changed at a root since it was last read to its end.

    REST shows only what changed near the top of its list, so GraphQL is asked for the same time
    again once it answers.
    """
    clock = session.reader.clock
    place = begun(await place_of(session.counter, JOB, root), clock.now())
    started, floor = place.started_at, place.floor or await _beginning(session, root)
    assert started is not None
    outcome = await read_slice(
        session.reader, session.counter, following(root, floor), replace(place, floor=floor)
    )
    session.add(root, outcome)
    if outcome.place.newest is not None and root not in session.reader.detours:
        overlap = session.connector.overlap
        floor = max(floor, next_floor(outcome.place.newest, started, clock.now(), overlap))
    await close(session.counter, replace(outcome.place, floor=floor, done=True))


async def _descend(session: Session, one: Slice) -> None:
    """Read a list without dates from its newest id down to what is known; the first time, one page.

    What lies below came with its contract, or comes with a back-fill.
    """
    place = begun(await place_of(session.counter, JOB, one.name), session.reader.clock.now())
    bottom = FAR if place.bottom is None else place.bottom - ID_OVERLAP
    outcome = await read_slice(session.reader, session.counter, one, place, bottom=bottom)
    session.add(one.name, outcome)
    known = [top for top in (outcome.place.top, place.bottom) if top is not None]
    await close(session.counter, replace(outcome.place, bottom=max(known, default=None), done=True))


async def _ask_for_bids(session: Session) -> None:
    """Ask for the bids on notices whose results were due since they were last read."""
    counter, now = session.counter, session.reader.clock.now()
    source = session.connector.source
    waiting = await asked(counter.desk.database, lambda c: store.to_ask(c, source, now, MOST_BIDS))
    for at in range(0, len(waiting), BIDS_AT_ONCE):
        await _ask_for_some(session, waiting[at : at + BIDS_AT_ONCE], proven=at > 0)


async def _ask_for_some(
    session: Session, waiting: Sequence[tuple[int, datetime]], *, proven: bool
) -> None:
    """Ask for the bids on some notices; one whose bids do not come waits behind all others."""
    reader = session.reader
    parted = await apart(
        waiting, lambda some: reader.bids(dict(some)), reader.doubted(), proven=proven
    )
    for _, parcel in parted.whole:
        await _store(session, "bids", parcel)
    for (notice, _), fault in parted.alone:
        session.faults.append(f"bids on {notice}: {fault}")
        await _store(session, "bids", reader.without_bids(notice, fault))


async def _complete_lapsed(session: Session) -> None:
    """Ask anew for purchases of which something has passed its date in the vault."""
    reader, counter = session.reader, session.counter
    waiting = await asked(counter.desk.database, lapsed.waiting)
    if not waiting:
        return
    parted = await apart(waiting, lambda some: reader.anew(_named(some)), reader.doubted())
    for some, parcel in parted.whole:
        await _store(session, "lapsed", parcel)
        came = partial(lapsed.done, asked=some)
        await done(counter.desk.database, came, "purchases asked anew")
    for one, fault in parted.alone:
        session.faults.append(f"lapsed {one.root} {one.id}: {fault}")
    if failed := [one for one, _ in parted.alone]:
        later = partial(lapsed.put_off, failed=failed)
        await done(counter.desk.database, later, "purchases to be asked anew later")


def _named(waiting: Iterable[lapsed.Waiting]) -> dict[str, list[int]]:
    named: dict[str, list[int]] = {}
    for one in waiting:
        named.setdefault(one.root, []).append(one.id)
    return named


async def _store(session: Session, name: str, parcel: Parcel) -> None:
    place = await place_of(session.counter, JOB, name)
    await session.counter.store(parcel, replace(place, received=place.received + parcel.rows))


async def _beginning(session: Session, root: str) -> datetime:
    """Return where following a root begins the first time: a day before its newest record.

    By the portal's own clock, which need not be ours.
    """
    since, now = session.connector.since, session.reader.clock.now()
    if since is not None:
        return datetime(since.year, since.month, since.day, tzinfo=PORTAL_TIME).astimezone(UTC)
    page = await session.reader.detours.asking(session.reader.portal, root, {})(None)
    dates = [changed_at(read(KINDS[root], row, Report())) for row in page.rows[:1]]
    return min([now, *(date for date in dates if date is not None)]) - BEGINNING
