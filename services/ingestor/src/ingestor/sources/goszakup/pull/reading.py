"""One slice read to its end: page after page stored, the portal's own total compared with it."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from msgspec.structs import replace

from ingestor.patience import asked, done
from ingestor.sources.goszakup.portal.walk import Asking, Leaf, rest, walk
from ingestor.sources.goszakup.pull import checkpoints
from ingestor.sources.goszakup.pull.apart import apart
from ingestor.sources.goszakup.pull.checkpoints import Checkpoint
from ingestor.sources.goszakup.pull.closing import Reader
from ingestor.sources.goszakup.pull.deliver import Counter, Parcel
from ingestor.sources.goszakup.pull.windows import Slice
from shared.logs import logger

UNIT: Final = 50  # rows of a page stored at once at a polite pace; a kill costs no more

log = logger(__name__)


class Outcome(NamedTuple):
    """How much of a slice the portal announced, and how much of it arrived.

    `earlier` of that arrived in the run that broke off inside the slice.
    """

    place: Checkpoint
    expected: int | None
    received: int
    earlier: int = 0

    @property
    def short(self) -> bool:
        """Whether less arrived than was announced."""
        return self.expected is not None and self.received < self.expected


async def read_slice(
    reader: Reader, counter: Counter, one: Slice, place: Checkpoint, *, bottom: int | None = None
) -> Outcome:
    """Read a slice from `place` to its end and store every page on the way.

    A list that moved while it was read is looked at a second time. `bottom` is the id from which on
    a list is known already; then its total says nothing. Raises PortalError, with everything that
    came before stored.
    """
    outcome = await _read(reader, counter, one, place, bottom)
    if bottom is not None:
        return outcome._replace(expected=None)
    if outcome.short:
        log.warning("second_look", slice=one.name, expected=outcome.expected)
        again = replace(outcome.place, after=None, expected=None, received=0)
        outcome = await _read(reader, counter, one, again, bottom)
    return outcome


async def _read(
    reader: Reader, counter: Counter, one: Slice, place: Checkpoint, bottom: int | None
) -> Outcome:
    earlier = place.received
    parcels = _parcels(reader, one, place.after, bottom)
    upcoming = asyncio.ensure_future(anext(parcels, None))
    try:
        while (found := await upcoming) is not None:
            leaf, parcel = found
            upcoming = asyncio.ensure_future(anext(parcels, None))
            place = await counter.store(parcel, _after(place, leaf, parcel))
    finally:
        upcoming.cancel()
        await asyncio.wait([upcoming])
        await parcels.aclose()
    return Outcome(place, place.expected, place.received, earlier)


async def _parcels(
    reader: Reader, one: Slice, after: int | None, bottom: int | None
) -> AsyncGenerator[tuple[Leaf, Parcel]]:
    """Yield pages, cut into what is stored at once, with all that belongs to them."""
    proven = False
    async for leaf in walk(_asking(reader, one), after=after):
        for unit in _cut(leaf, None if reader.portal.unlimited else UNIT):
            for found in await _completed(reader, one.root, unit, proven=proven):
                yield found
            proven = True
        if bottom is not None and leaf.rows and max(leaf.rows) <= bottom:
            return


async def _completed(
    reader: Reader, root: str, unit: Leaf, *, proven: bool
) -> list[tuple[Leaf, Parcel]]:
    """Return a unit with all that belongs to it; rows whose own does not come are set aside.

    In parts it is stored in any order; only with the last of them its place is passed.
    """
    groups = _by_notice(unit)

    async def complete(some: Sequence[Sequence[int]]) -> Parcel:
        whole = len(some) == len(groups)
        return await reader.complete(root, unit if whole else _some(unit, some))

    parted = await apart(groups, complete, reader.doubted(), proven=proven)
    if len(parted.whole) == 1 and not parted.alone:
        return [(unit, parted.whole[0][1])]
    found = [(_some(unit, some), parcel) for some, parcel in parted.whole]
    for group, fault in parted.alone:
        log.warning("set_aside", root=root, ids=list(group), reason=str(fault))
        part = _some(unit, [group])
        found.append((part, reader.aside(root, part, fault)))
    rest, nameless = replace(unit, rows={}), Parcel(reader.clock.now())
    reader.take_unidentified(root, rest, nameless)
    return [*found, (rest, nameless)]


def _by_notice(unit: Leaf) -> list[list[int]]:
    """Keep together what one notice holds up: all its lots, all its contracts."""
    groups: dict[str, list[int]] = {}
    for number, row in unit.rows.items():
        notice = row.get("trdBuyId") or row.get("trd_buy_id")
        groups.setdefault(f"notice {notice}" if notice else f"{number}", []).append(number)
    return list(groups.values())


def _some(unit: Leaf, groups: Sequence[Sequence[int]]) -> Leaf:
    """Return some rows of a unit; whoever goes on after them reads the unit again."""
    numbers = sorted((number for group in groups for number in group), reverse=True)
    rows = {number: unit.rows[number] for number in numbers}
    return replace(unit, rows=rows, unidentified=[], after=max(unit.rows) + 1, last=False)


def _asking(reader: Reader, one: Slice) -> Asking:
    if one.path:
        return rest(reader.portal, one.path)
    return reader.detours.asking(reader.portal, one.root, one.criteria)


def _cut(leaf: Leaf, unit: int | None) -> list[Leaf]:
    """Cut a page into smaller ones; each goes on below its own lowest id."""
    rows = list(leaf.rows.items())
    if unit is None or len(rows) <= unit:
        return [leaf]
    parts = [dict(rows[at : at + unit]) for at in range(0, len(rows), unit)]
    cut = [
        replace(leaf, rows=part, unidentified=[], after=min(part), last=False)
        for part in parts[:-1]
    ]
    return [*cut, replace(leaf, rows=parts[-1])]


def _after(place: Checkpoint, leaf: Leaf, parcel: Parcel) -> Checkpoint:
    """Return the place reached with a page. Dates to come say nothing of the portal's clock."""
    now = parcel.fetched_at
    dates = (one.changed for one in parcel.records if one.id in leaf.rows)
    changed = [date for date in dates if date is not None and date <= now]
    newest = max([*changed, *([place.newest] if place.newest else [])], default=None)
    return replace(
        place,
        after=leaf.after,
        newest=newest,
        top=max([*leaf.rows, *([place.top] if place.top else [])], default=None),
        expected=place.expected if place.expected is not None else leaf.total,
        received=place.received + parcel.rows,
    )


async def place_of(counter: Counter, job: str, name: str) -> Checkpoint:
    """Return where a slice stands."""
    return await asked(counter.desk.database, lambda c: checkpoints.read(c, job, name))


def begun(place: Checkpoint, now: datetime) -> Checkpoint:
    """Return a place from which a slice is read: where it broke off, else its beginning."""
    if place.started_at is not None:
        return place
    return replace(
        place, started_at=now, after=None, newest=None, top=None, expected=None, received=0
    )


async def close(counter: Counter, place: Checkpoint) -> None:
    """Save that a slice was read to its end."""
    ended = replace(place, after=None, started_at=None)
    database, run = counter.desk.database, counter.run
    await done(database, lambda c: checkpoints.save(c, ended, run), f"end of {place.slice}")
