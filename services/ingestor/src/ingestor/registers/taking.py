"""A list on its way into the database: batch by batch, and at its end what was missing.

Nothing is closed and no day is called known unless the list arrived whole: a cut file, rows that
do not tell whom they are about, or a list that lost too much at once leave everything open.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import asyncpg

from ingestor import runs
from ingestor import store as intake_store
from ingestor.intake import Tally
from ingestor.load import Desk
from ingestor.registers import store
from ingestor.registers.history import Entry, closed, covered, day_of, joined, stated
from ingestor.registers.judge import Statement
from ingestor.registers.listing import Listing, Reader, Rows
from ingestor.set_aside import set_aside
from shared.feed import Change, publish_state

CLOSED_AT_ONCE: Final = 1_000
FEW: Final = 20  # a list so short may lose most of itself on a day
RESOLVED: Final = """
    UPDATE quarantine SET resolved_run = $2
    WHERE source = $1 AND file = $3 AND code LIKE 'register\\_%' AND resolved_run IS NULL
      AND run < $2
"""


@dataclass(slots=True)
class Taking:
    """A list on its way into the database."""

    desk: Desk
    listing: Listing
    reader: Reader
    run: int
    received: int = 0

    @property
    def now(self) -> datetime:
        """When the list was retrieved."""
        return self.listing.retrieved

    async def all(self) -> runs.Ending:
        """Store everything, and tell how it ended."""
        if fault := await self._outdated():
            return runs.Ending("failed", fault)
        batches = iter(self.reader)
        while (batch := await asyncio.to_thread(next, batches, None)) is not None:
            await self._store(batch)
            self.received += batch.received()
        how = runs.ending(None, self.received, self.reader.usable, self.reader.broken)
        if how.status != "complete" or self.listing.mapping.extent != "complete":
            return how
        return await self._finish(how)

    async def _outdated(self) -> str | None:
        """Tell where a newer list is held already: history is told forwards only."""
        async with self.desk.database.connection() as connection:
            mapping = self.listing.mapping
            last = await connection.fetchval(store.LAST, mapping.register, self.listing.source)
        if last is not None and last > day_of(self.now):
            return f"A newer list, of {last}, is held; load lists in the order of their days"
        return None

    async def _store(self, batch: Rows) -> None:
        """Store a batch: entries, what is set aside, and what single answers cover."""
        mapping = self.listing.mapping
        expires = (self.desk.clock.now() + self.desk.retention).date()
        async with self.desk.database.transaction() as connection:
            await intake_store.lock_sources(connection, [self.listing.source])
            await set_aside(connection, self.run, batch.refused, expires)
            changed, tally = await self._changed(connection, batch)
            changes = await store.set_entries(connection, changed, self.run)
            if mapping.extent == "answers":
                changes += await self._answered(connection, batch.statements)
            if batch.spared:
                where = (mapping.register, self.listing.source, batch.spared, self.run)
                await connection.execute(store.SEEN_PARTIES, *where)
            await runs.add(connection, self.run, tally)
            head = await publish_state(connection, store.FEED, changes) if changes else None
        await self._ring(head)

    async def _changed(
        self, connection: asyncpg.Connection, batch: Rows
    ) -> tuple[list[Entry], Tally]:
        """Return the entries that now say something else, and note that all were met."""
        listed = [one for one in batch.statements if one.listed]
        held = await store.of_bases(connection, {one.base for one in listed})
        changed: dict[str, Entry] = {}
        for one in listed:
            before = held.setdefault(one.base, [])
            entry = stated(one, before, self.listing.mapping, self.listing.source, self.now)
            old = next((known for known in before if known.key == entry.key), None)
            if old is None or old.says() != entry.says():
                changed[entry.key] = entry
                held[one.base] = [*(k for k in before if k.key != entry.key), entry]
        met = [known.key for entries in held.values() for known in entries]
        await store.see(connection, met, self.run)
        tally = Tally(
            received=batch.received(),
            accepted=len(changed),
            unchanged=len(batch.statements) - len(changed),
            mended=sum(one.mended for one in batch.statements),
            quarantined=len(batch.refused),
        )
        return list(changed.values()), tally

    async def _answered(
        self, connection: asyncpg.Connection, statements: Sequence[Statement]
    ) -> list[Change]:
        """Close what answers deny, and note of which days they tell."""
        mapping, source = self.listing.mapping, self.listing.source
        now = self.now
        denied = {
            one.party: one.retrieved or day_of(now)
            for one in statements
            if not one.listed and one.party
        }
        entries = await store.open_of_parties(connection, mapping.register, source, list(denied))
        changes = await self._close(connection, [(e, denied[e.party or ""]) for e in entries])
        parties = {one.party for one in statements if one.party}
        held = await store.stretches(connection, mapping.register, source, parties)
        fates = []
        for party in parties:
            told = [covered(mapping, one, day_of(now)) for one in statements if one.party == party]
            before = held.get(party, [])
            after = joined([*before, *(one for one in told if one)], mapping.holds_days)
            fates.append((party, before, after))
        return changes + await store.set_stretches(connection, mapping.register, source, fates, now)

    async def _close(
        self, connection: asyncpg.Connection, entries: Sequence[tuple[Entry, date]]
    ) -> list[Change]:
        answered, now = self.listing.mapping.extent == "answers", self.now
        fates = [(e, closed(e, day, answered=answered, now=now)) for e, day in entries]
        ended = [after for _, after in fates if after is not None]
        gone = [before.key for before, after in fates if after is None]
        changes = await store.set_entries(connection, ended, self.run)
        return changes + await store.delete(connection, gone)

    async def _finish(self, how: runs.Ending) -> runs.Ending:
        """Close what a whole list no longer names, and note that its days are known."""
        mapping, source = self.listing.mapping, self.listing.source
        if self.reader.unreadable > mapping.unreadable_allowed:
            why = f"{self.reader.unreadable} rows do not tell whom they are about; nothing closed"
            return runs.Ending("incomplete", why, self.received)
        async with self.desk.database.connection() as connection:
            counted = await connection.fetchrow(store.COUNT, mapping.register, source, self.run)
        if self._lost_too_much(counted["open"], counted["missing"]):
            why = f"{counted['missing']} of {counted['open']} entries are missing; nothing closed"
            return runs.Ending("incomplete", f"{why}. If that is right: --shrunk", self.received)
        while await self._close_some():
            pass
        await self._cover()
        return how

    def _lost_too_much(self, held: int, missing: int) -> bool:
        lost = held >= FEW and missing > self.listing.mapping.most_lost * held
        return lost and not self.listing.shrunk

    async def _close_some(self) -> int:
        today, mapping = day_of(self.now), self.listing.mapping
        async with self.desk.database.transaction() as connection:
            await intake_store.lock_sources(connection, [self.listing.source])
            entries = await store.missing(
                connection, mapping.register, self.listing.source, self.run, CLOSED_AT_ONCE
            )
            changes = await self._close(connection, [(entry, today) for entry in entries])
            head = await publish_state(connection, store.FEED, changes) if changes else None
        await self._ring(head)
        return len(entries)

    async def _cover(self) -> None:
        now, mapping, source = self.now, self.listing.mapping, self.listing.source
        told = covered(mapping, None, day_of(now))
        assert told is not None
        async with self.desk.database.transaction() as connection:
            held = await store.stretches(connection, mapping.register, source, None)
            before = held.get(None, [])
            after = joined([*before, told], mapping.holds_days)
            changes = await store.set_stretches(
                connection, mapping.register, source, [(None, before, after)], now
            )
            await connection.execute(RESOLVED, source, self.run, self.listing.file)
            head = await publish_state(connection, store.FEED, changes) if changes else None
        await self._ring(head)

    async def _ring(self, head: int | None) -> None:
        if head is not None:
            await self.desk.bell.ring(store.FEED, head)
