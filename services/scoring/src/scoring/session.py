"""What the leading engine does, one step at a time: take in, judge, judge anew.

A step leaves everything committed.
"""

import threading
import time
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import asyncpg
import httpx
import msgspec
import structlog

from scoring import recording, store
from scoring.anew import MANY, WRITTEN, Anew, never
from scoring.aside import FEED, entry_of
from scoring.batches import PLANS, REGISTERS
from scoring.beside import Beside
from scoring.concerned import purchases_concerned, settle
from scoring.facts import Facts
from scoring.facts_thread import FactsThread
from scoring.indicator import Indicator
from scoring.judging import Case, judge_promptly
from scoring.measures import judged_seconds, score_age_seconds
from scoring.profiles import Profile
from scoring.purchases import changed_after, gone_after, present_ids
from scoring.recording import Heads, Occasion
from scoring.standing import day_of
from shared import telemetry
from shared.clock import Clock
from shared.database import Database
from shared.feed.client import FeedClient, RawPage
from shared.feed.entries import NO_EPOCH
from shared.queue import Bell
from shared.telemetry import Place

PAGE: Final = 5_000
"""Entries asked for at a time; a page also ends at 16 MiB."""

BATCH: Final = WRITTEN
"""Processes with new releases that are judged together, and written in one transaction."""

ENOUGH: Final = BATCH * 3 // 4
"""Processes for which a batch is worth its planning, most of a second however few it judges."""

GATHERED_FOR: Final = 3.0
"""Seconds for which a batch of many waits for more."""

FEW: Final = 100
"""Processes up to which the prompt indicators go first, and the others a moment later."""

CALM: Final = 30.0
"""Seconds without a release after which the facts are written from their log into their file.

And after which judging anew goes in large batches.
"""

ALL_ANEW: Final = 100_000
"""Purchases concerned by registers from which all are judged anew, rather than named one by one."""

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class Session(Anew):
    """One engine's time as the leader, on facts that it alone has open."""

    def __init__(
        self,
        *,
        database: Database,
        facts: FactsThread,
        client: FeedClient,
        bell: Bell,
        clock: Clock,
        catalogue: Mapping[str, Indicator],
        profile: Profile,
        folder: Path,
        drafts: Collection[str] = (),
    ) -> None:
        incoming = folder / "incoming.ndjson"
        super().__init__(
            database=database,
            facts=facts,
            bell=bell,
            clock=clock,
            catalogue=catalogue,
            profile=profile,
            incoming=incoming,
            drafts=drafts,
        )
        self.facts_seq = 0
        self.feed_head = 0
        self.loaded_at = self.level_at = self._gathers_since = time.monotonic()
        self._client = client
        self.folder = folder
        self._incoming = incoming
        self._epoch: str | None = None
        self._tidy = self._answered = True
        self._arrived: datetime | None = None
        self.rung = threading.Event()
        self.registers = Beside(REGISTERS, database, facts, client, folder)
        self.plans = Beside(PLANS, database, facts, client, folder)

    @property
    def complete(self) -> bool:
        """Whether the facts hold all that was ever judged: not while they are being rebuilt."""
        judged = self.facts_seq >= self.state.scored_seq and self.facts_seq >= self.feed_head
        return judged and self.registers_there

    @property
    def registers_there(self) -> bool:
        """Whether the facts know of registers all that was ever judged by, or all there is."""
        registers, state = self.registers, self.state
        same_feed = registers.epoch == state.registers_epoch
        return registers.level or (same_feed and registers.seq >= state.registers_seq)

    @property
    def level(self) -> bool:
        """Whether everything in the facts is judged."""
        return self.state.scored_seq >= self.facts_seq

    @property
    def gathering(self) -> bool:
        """Whether more should be taken in before it is judged, for a load brings many releases.

        More is there already and can be had, or will be within a moment.
        """
        taken_in = self.facts_seq - self.state.scored_seq
        if self.level or taken_in >= ENOUGH:
            return False
        waited = time.monotonic() - self._gathers_since
        more = self._answered and self.feed_head - self.facts_seq >= BATCH
        return more or (taken_in >= MANY and waited < GATHERED_FOR)

    @property
    def calm(self) -> bool:
        """Whether no release has come for a while."""
        return time.monotonic() - self.loaded_at > CALM

    @property
    def lag(self) -> float:
        """Seconds since everything published was judged; 0 while it is, growing until `start`.

        Who does not answer may have published much.
        """
        if self.started and self.complete and self.level and self._answered:
            self.level_at = time.monotonic()
        return time.monotonic() - self.level_at

    @property
    def unjudged(self) -> int:
        """How many places of the feed lie between what was published and what was judged."""
        return max(0, self.feed_head - self.state.scored_seq)

    async def start(self, alerts_since: Any) -> None:
        """Find out how far reading and judging have come."""
        self.facts_seq, self._epoch = await self.facts(lambda facts: facts.cursor())
        await self.registers.start()
        await self.plans.start()
        await self.begin(alerts_since)

    async def take_in(self) -> bool:
        """Load one page of a feed into the facts; say whether there may be more.

        Registers come first, so that purchases are judged by all of them; plan points come last,
        for only buyers are judged by them.
        """
        self.rung.clear()
        if await self._take_in_registers():
            return True
        if self.registers_there and await self._take_in_releases():
            return True
        return await self.plans.take_in()

    async def _take_in_registers(self) -> bool:
        if await self.registers.take_in():
            return True
        state, registers = self.state, self.registers
        place = registers.seq, registers.epoch
        if place != (state.registers_seq, state.registers_epoch) and self.registers_there:
            await self._judge_anew_whom_registers_concern()
        return False

    async def _judge_anew_whom_registers_concern(self) -> None:
        """Ask for the purchases that registers now say something else of, and note how far."""
        registers = self.registers
        since = self.state.registers_seq
        known = registers.epoch == self.state.registers_epoch and registers.seq >= since
        keys = await self.facts(
            lambda facts: purchases_concerned(facts, since if known else 0), many=True
        )
        changes: dict[str, Any] = {
            "registers_seq": registers.seq,
            "registers_epoch": registers.epoch,
        }
        async with self.database.transaction() as connection:
            await store.claim(connection, self.state)
            if len(keys) > ALL_ANEW or (not known and self.state.registers_epoch):
                await store.demand_all(connection, "data")
            else:
                await store.demand(connection, "data", keys)
            await store.advance(connection, changes)
        self.state = replace(self.state, **changes)
        self.waiting = self.waiting or bool(keys)
        await self.facts(lambda facts: settle(facts, registers.seq))

    async def _take_in_releases(self) -> bool:
        page = await self._page()
        if page is None or page.count == 0:
            return False
        self._incoming.write_bytes(page.lines)
        await self._judge_before_loading(page.lines)
        if self._arrived is None:
            self._arrived = _arrival(page.lines)
        began = time.perf_counter()
        epoch = str(page.epoch)
        keep = self.facts.awaiting(self.aside.put_releases)
        loaded = await self.facts(
            lambda facts: facts.load(
                self._incoming, last_seq=page.last_seq, epoch=epoch, keep=keep
            ),
            many=page.count >= MANY,
        )
        judged_seconds.labels("load").observe(time.perf_counter() - began)
        if self.level:
            self._gathers_since = time.monotonic()
        self.facts_seq, self.loaded_at, self._tidy = page.last_seq, time.monotonic(), False
        await self.aside.forget(loaded)
        return True

    async def judge_changes(self) -> bool:
        """Judge the next batch of processes whose releases are newer than what was judged."""
        if self.level:
            return False
        since, moment = self.state.scored_seq, telemetry.now()
        began = time.perf_counter()
        changed, gone, last = await self.facts(lambda facts: _changes(facts, since))
        upto = last if len(changed) >= BATCH else self.facts_seq
        promptly = len(changed) <= FEW and bool(self.standard.later)
        cases = await (self._judged_promptly if promptly else self.judged)(changed)
        judged_seconds.labels("judge").observe(time.perf_counter() - began)
        occasion = Occasion("data", self.clock.now(), self.standard, promptly, self.day)
        await self.write(cases, occasion, {"scored_seq": upto}, gone=gone)
        places = (Place(case.key[1], case.data_seq) for case in cases)
        telemetry.record("judge", places, moment)
        self._show_age()
        if promptly and cases:
            self.owe()
        return True

    def _show_age(self) -> None:
        """Show how long the oldest release taken in has waited, once all of them are judged."""
        if self.level and self._arrived is not None:
            waited = self.clock.now() - self._arrived
            score_age_seconds.observe(max(0.0, waited.total_seconds()))
            self._arrived = None

    async def look_at_the_clock(self) -> bool:
        """Look, but first judge as of the old day what is due on the new one and waits anyway.

        So the clock is the cause of what the new day changes, and of nothing else.
        """
        if self.complete and (day := day_of(self.clock.now())) > self.day:
            async with self.database.connection() as connection:
                due = await store.due_among_waiting(connection, day)
            await self.judge_demanded(due, never)
        return await super().look_at_the_clock()

    async def judge_anew(self) -> bool:
        """Judge some of the processes that a new population, method or flag asks for."""
        if not self.waiting or not self.complete:
            return False
        await self.judge_waiting(calm=self.calm)
        return self.waiting

    async def finish_rebuild(self) -> None:
        """Once all of a new feed is judged, withdraw what is no longer in it."""
        if not (self.complete and self.level) or self.state.epoch == self._epoch:
            return
        present = await self.facts(present_ids)
        async with self.database.transaction() as connection:
            await store.claim(connection, self.state)
            gone = await store.scored_subjects(connection, "process") - present
            now = self.clock.now()
            head = await recording.withdraw(connection, "process", sorted(gone), now)
            await store.advance(connection, {"epoch": self._epoch})
        self.state = replace(self.state, epoch=self._epoch)
        await self.ring(Heads(scores=head))

    async def tidy(self) -> None:
        """Write the facts from their log into their file while nobody waits for it."""
        if not self._tidy and self.calm:
            await self.facts(lambda facts: facts.checkpoint())
            self._tidy = True

    async def replay(self) -> bool:
        """Take in again the dead letters that somebody asked for; say whether there were any."""
        replayed = await self.aside.replay(self.facts_seq, self._epoch)
        self.waiting = self.waiting or replayed
        registers = await self.registers.replay(self._hear_registers_from)
        plans = await self.plans.replay(self._compare_again)
        return replayed or registers or plans

    async def _hear_registers_from(self, connection: asyncpg.Connection, seq: int) -> None:
        """Ask once more whom the registers concern, from a place in their feed on."""
        await self.set_back(connection, registers_seq=min(self.state.registers_seq, seq - 1))

    async def _compare_again(self, connection: asyncpg.Connection, seq: int) -> None:
        await self.set_back(connection, compared_plans=min(self.state.compared_plans, seq - 1))

    async def _page(self) -> RawPage | None:
        """Ask for the next page; a feed that began anew is read from its beginning."""
        try:
            page = await self._client.fetch(FEED, self.facts_seq, PAGE)
            if page.epoch == NO_EPOCH:
                return None
            epoch = str(page.epoch)
            if epoch != self._epoch or page.head < self.facts_seq:
                await self._begin_anew(epoch, page.head)
                page = await self._client.fetch(FEED, 0, PAGE)
        except httpx.HTTPError as fault:
            log.warning("the feed does not answer", reason=f"{type(fault).__name__}: {fault}")
            self._answered = False
            return None
        self.feed_head, self._answered = page.head, True
        return page

    async def _begin_anew(self, epoch: str, head: int) -> None:
        """Forget the facts and read the feed from its beginning.

        If the file was lost, what was judged still holds. If the feed is another one, or has been
        set back, everything in it is judged again.
        """
        tell = log.warning if self.state.epoch else log.info  # the very first time is no surprise
        tell("reading releases from the beginning", epoch=epoch, before=self._epoch)
        await self.facts(lambda facts: facts.reset(epoch))
        same_feed = self.state.epoch == epoch and head >= self.state.scored_seq
        lost_file = self._epoch is None
        self.facts_seq, self._epoch = 0, epoch
        if (lost_file and same_feed) or (self.state.epoch is None and not self.state.scored_seq):
            return
        changes: dict[str, Any] = {"scored_seq": 0, "epoch": None, "compared_seq": 0}
        async with self.database.transaction() as connection:
            await store.claim(connection, self.state)
            await store.advance(connection, changes)
        self.state = replace(self.state, **changes)

    async def _judge_before_loading(self, lines: bytes) -> None:
        """Settle what waits to be judged anew before its facts change.

        So every change of a score has one cause, and alerts are raised by data alone.
        """
        if not self.waiting:
            return
        keys = [entry_of(line).key for line in lines.splitlines() if line]
        if await self.demanded_among(keys):
            while await self.judge_changes():
                pass
            await self.judge_demanded(await self.demanded_among(keys), never)

    async def _judged_promptly(self, chosen: Mapping[int, str]) -> list[Case]:
        if not chosen:
            return []
        async with self.database.connection() as connection:
            before = await store.documents(connection, "process", list(chosen.values()))
        return await self.facts(
            lambda facts: judge_promptly(
                facts, self.standard, self.flags, list(chosen), before, self.day
            )
        )


class _Arrived(msgspec.Struct):
    received_at: datetime


class _Line(msgspec.Struct):
    body: _Arrived | None = None


_first = msgspec.json.Decoder(_Line).decode


def _arrival(lines: bytes) -> datetime | None:
    """Return when the first release of a page arrived; of a withdrawal that is not told."""
    try:
        found = _first(lines[: lines.index(b"\n")])
    except msgspec.DecodeError:  # loading it will say so
        return None
    return None if found.body is None else found.body.received_at


def _changes(facts: Facts, since: int) -> tuple[dict[int, str], list[str], int]:
    """Return the next processes to judge, what was withdrawn, and the last place among them."""
    changed, last = changed_after(facts, since, BATCH)
    return changed, gone_after(facts, since), last
