"""One parcel of the portal's records, stored with all that it changes, or not at all.

Records, the processes put together anew, the feeds, the checkpoint and the run's count are one
transaction. Whoever is killed in between begins again where the last one ended.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

import asyncpg
from prometheus_client import Histogram

from ingestor import runs
from ingestor import store as intake_store
from ingestor.batch import FEED, Occasion, Stored, store_batch
from ingestor.intake import Accepted, Batch, Origin, Refused
from ingestor.load import Desk
from ingestor.patience import patiently
from ingestor.raw.cipher import Sealed
from ingestor.sources.goszakup.pull import checkpoints, heads, lapsed, plan_feed, store, vault
from ingestor.sources.goszakup.pull.assemble import (
    Assembler,
    bundle_of,
    exists,
    participants,
    stamped,
)
from ingestor.sources.goszakup.pull.checkpoints import Checkpoint
from ingestor.sources.goszakup.pull.heads import Head
from ingestor.sources.goszakup.pull.records import Record
from ingestor.sources.goszakup.pull.store import Kept
from ingestor.sources.goszakup.pull.vault import NOTHING, Bodies, Place
from ingestor.sources.goszakup.pull.workshop import WORTH, Order, Workshop
from ingestor.withdraw import withdraw
from shared.vocabulary.identifiers import process_id

LETTERS: Final = {"notice": "", "contract": "c", "plan": "p"}
"""What stands before the number in an ocid."""

MOVED: Final = "What made it belongs to another purchase at the portal now"

TICK: Final = timedelta(microseconds=1)

LAST_VERSIONS: Final = """
    SELECT process, max(date) AS date FROM source_record WHERE process = ANY($1) GROUP BY process
"""

results_seconds = Histogram(
    "portal_results_seconds",
    "From the publication of results at the portal until they are in the feed",
    buckets=(300, 900, 1800, 3600, 7200, 21600, 86400),
)


@dataclass(slots=True)
class Parcel:
    """Records that came together, and the sealed pages they came in, by their hash.

    `sealed` are those of the records that were sealed as they came; the others are by their turn.
    `asked` are the notices whose bids were asked for, whether there were any or not, each with when
    its results were published. `rows` is how many records of the list being read the parcel holds.
    """

    fetched_at: datetime
    records: list[Record] = field(default_factory=list)
    pages: dict[bytes, Sealed] = field(default_factory=dict)
    sealed: dict[Place, Sealed] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)
    asked: dict[int, datetime] = field(default_factory=dict)
    rows: int = 0


@dataclass(frozen=True, slots=True)
class Counter:
    """Stores parcels for one run, one after the other: a source is written by one at a time."""

    desk: Desk
    assembler: Assembler
    source: str
    run: int
    origin: Origin
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    workshop: Workshop | None = None

    async def store(self, parcel: Parcel, place: Checkpoint) -> Checkpoint:
        """Store a parcel and the place reached with it, patient with a PostgreSQL that restarts.

        Raises OvertakenError where another scheduler has gone on from the same place.
        """
        attempt = partial(self._stored, parcel, place)
        async with self.turn:
            saved, released, planned = await patiently(attempt, f"parcel of run {self.run}")
        self._measure(parcel)
        if released is not None:
            await self.desk.bell.ring(FEED, released)
        if planned is not None:
            await self.desk.bell.ring(plan_feed.FEED, planned)
        return saved

    def _measure(self, parcel: Parcel) -> None:
        """Measure how long after their publication results are in the feed."""
        if self.origin == "live":
            now = self.desk.clock.now()
            for published in parcel.asked.values():
                results_seconds.observe((now - published).total_seconds())

    async def _stored(
        self, parcel: Parcel, place: Checkpoint
    ) -> tuple[Checkpoint, int | None, int | None]:
        now = self.desk.clock.now()
        occasion = Occasion(self.run, self.origin, now, (now + self.desk.retention).date())
        async with self.desk.database.transaction() as connection:
            await intake_store.lock_sources(connection, [self.source])
            there = await checkpoints.read(connection, place.job, place.slice)
            if (there.step, there.run) == (place.step + 1, self.run):
                return there, None, None  # a try whose answer was lost has done it
            saved = await checkpoints.save(connection, place, self.run)
            touched = await self._keep(connection, parcel, occasion)
            bodies = {(one.root, one.id, one.hash): one.body for one in parcel.records}
            stored, planned = await self.publish(
                connection, touched, occasion, refused=parcel.refused, fresh=bodies
            )
            await runs.add(connection, self.run, replace(stored.tally, received=parcel.rows))
        return saved, stored.head, planned

    async def _keep(
        self, connection: asyncpg.Connection, parcel: Parcel, occasion: Occasion
    ) -> set[Head]:
        """Keep pages in the vault and records in their table; returns the processes touched."""
        pages = [(self.source, page) for page in parcel.pages.values()]
        await intake_store.add_payloads(connection, pages, occasion.expires_on)
        changed = await store.keep(connection, parcel.records, parcel.fetched_at)
        seen = await store.seen(connection, parcel.records, parcel.fetched_at)
        kept = [*(one for one in changed if isinstance(one, Record)), *seen]
        bodies = {(one.root, one.id, one.hash): one.body for one in kept}
        await vault.add(connection, self.desk.cipher, bodies, occasion.expires_on, parcel.sealed)
        await store.asked(connection, parcel.asked)
        touched = await heads.touched(connection, changed)
        return touched | {Head("notice", notice) for notice in parcel.asked}

    async def publish(
        self,
        connection: asyncpg.Connection,
        touched: set[Head],
        occasion: Occasion,
        *,
        refused: Sequence[Refused] = (),
        reason: str = MOVED,
        fresh: Mapping[Place, bytes] = NOTHING,
    ) -> tuple[Stored, int | None]:
        """Put processes together anew and publish those that say something new.

        One that has lost what made it leaves the feed, for the reason given. `fresh` are bodies
        that this transaction has added to the vault.
        """
        bodies = self._bodies(fresh, occasion)
        purchases = {one for one in touched if one.kind != "plan"}
        whole = await self._whole(connection, purchases)
        judged = await self._judged(connection, whole, bodies)
        accepted = [one for one in judged if isinstance(one, Accepted)]
        changed = await _new_to_the_feed(connection, accepted)
        unusable = [*refused, *(one for one in judged if isinstance(one, Refused))]
        batch = Batch(await _dated(connection, changed, occasion.now), unusable)
        stored = await store_batch(connection, batch, occasion)
        tally = replace(stored.tally, unchanged=len(accepted) - len(changed))
        plans = {one.id for one in touched if one.kind == "plan"}
        planned = await self._plans(connection, plans, occasion, bodies) if plans else None
        left = await self._withdrawn(connection, purchases - whole.keys(), reason)
        return Stored(tally, left or stored.head), planned

    def _bodies(self, fresh: Mapping[Place, bytes], occasion: Occasion) -> Bodies:
        assert self.desk.vault is not None, "who puts purchases together reads the vault"
        return Bodies(self.desk.vault, self.desk.cipher, fresh, occasion.expires_on)

    async def _whole(
        self, connection: asyncpg.Connection, touched: set[Head]
    ) -> dict[Head, list[Kept]]:
        """Return what is held of those processes of which there is what makes them."""
        found = await heads.held(connection, touched)
        return {head: kept for head, kept in found.items() if exists(head, kept)}

    async def _withdrawn(
        self, connection: asyncpg.Connection, lost: set[Head], reason: str
    ) -> int | None:
        """Take back what was published of processes; returns the feed's last number if any was."""
        ocids = {process_id(self.source, ocid): ocid for ocid in map(self._ocid, sorted(lost))}
        newest = None
        for process in await intake_store.known_processes(connection, ocids):
            newest = await withdraw(connection, self.source, ocids[process], reason) or newest
        return newest

    def _ocid(self, head: Head) -> str:
        return f"{self.assembler.prefix}-{LETTERS[head.kind]}{head.id}"

    async def _judged(
        self, connection: asyncpg.Connection, whole: dict[Head, list[Kept]], bodies: Bodies
    ) -> list[Accepted | Refused]:
        """Translate and judge processes."""
        await _with_plans(connection, whole)
        told = await lapsed.told_whole(connection, bodies, whole)
        named = {head: participants(kept) for head, kept in told.items()}
        numbers = set[int]().union(*named.values())
        subjects = await bodies.of(await heads.subjects(connection, numbers))
        known = {one.id: one for one in subjects}
        parts = {
            head: [*told[head], *(known[n] for n in sorted(own) if n in known)]
            for head, own in named.items()
        }
        half = {h: kept for h, kept in parts.items() if any(one.body is None for one in kept)}
        await lapsed.note(connection, half)
        await bodies.renew(connection, (one for kept in parts.values() for one in kept))
        return await self._releases([one for one in parts.items() if one[0] not in half])

    async def _releases(self, orders: Sequence[Order]) -> list[Accepted | Refused]:
        """Make releases side by side, or here one by one: in between the next answers come in.

        A thread would only fight the event loop for the interpreter, answer by answer.
        """
        if self.workshop is not None and len(orders) >= WORTH:
            return await self.workshop.releases(self.assembler, orders)
        made = []
        for head, kept in orders:
            made.append(self.assembler.release(head, bundle_of(kept), kept))
            await asyncio.sleep(0)
        return made

    async def _plans(
        self,
        connection: asyncpg.Connection,
        plans: set[int],
        occasion: Occasion,
        bodies: Bodies,
    ) -> int | None:
        """Publish plan points that nothing has taken up, and take back those that something has."""
        taken = await heads.named_plans(connection, plans)
        kept: dict[Head, list[Kept]] = {}
        for one in await heads.families(connection, ["Plans"], plans - taken):
            kept.setdefault(Head("plan", one.family or 0), []).append(one)
        told = await lapsed.told_whole(connection, bodies, kept)
        await bodies.renew(connection, (one for points in told.values() for one in points))
        judged: dict[int, Any] = {
            head.id: self.assembler.release(head, bundle_of(points), points)
            for head, points in told.items()
        }
        content = {root: one for root, one in judged.items() if isinstance(one, Accepted)}
        waiting = {head.id for head in kept.keys() - told.keys()}
        gone = plans - content.keys() - waiting
        return await plan_feed.publish(connection, content, gone, occasion)


async def _with_plans(connection: asyncpg.Connection, whole: dict[Head, list[Kept]]) -> None:
    """Add to the records of each process the plan points that they name."""
    roots = {plan for kept in whole.values() for one in kept for plan in one.plans}
    points: dict[int, list[Kept]] = {}
    for one in await heads.families(connection, ["Plans"], roots):
        points.setdefault(one.family or 0, []).append(one)
    for kept in whole.values():
        named = {plan for one in kept for plan in one.plans}
        kept += [one for plan in sorted(named) for one in points.get(plan, ())]


async def _dated(
    connection: asyncpg.Connection, fresh: Sequence[Accepted], now: datetime
) -> list[Accepted]:
    """Date each version after all versions of its process, also by a clock that was set back."""
    rows = await connection.fetch(LAST_VERSIONS, [one.process for one in fresh])
    last = {row["process"]: row["date"] for row in rows}
    return [
        stamped(one, max(now, last[one.process] + TICK) if last.get(one.process) else now)
        for one in fresh
    ]


async def _new_to_the_feed(
    connection: asyncpg.Connection, accepted: Sequence[Accepted]
) -> list[Accepted]:
    """Leave out what the feed says already."""
    known = await intake_store.known_processes(connection, [one.process for one in accepted])
    return [one for one in accepted if _is_new(one, known.get(one.process))]


def _is_new(one: Accepted, known: intake_store.Known | None) -> bool:
    return known is None or known.withdrawn or known.hash != one.content.hash
