"""What the leading engine does, one step at a time: take in, judge, judge anew.

A step leaves everything committed. After a fault the session is refreshed from PostgreSQL, for a
commit may have arrived although its answer was lost.
"""

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import asyncpg
import httpx
import structlog

from scoring import catalogue_feed, recording, store
from scoring.aside import FEED, Aside, entry_of
from scoring.batches import PLANS, REGISTERS
from scoring.beside import Beside
from scoring.concerned import purchases_concerned, settle
from scoring.document import Judgement
from scoring.facts import Facts
from scoring.facts_thread import FactsThread
from scoring.indicator import Indicator
from scoring.judging import Case, judge_processes
from scoring.measures import judged_seconds, show_tally
from scoring.method import Standard, standard
from scoring.profiles import Profile
from scoring.purchases import Key, changed_after, gone_after, numbers, present_ids
from scoring.recording import Heads, Occasion
from scoring.score import FLAGGED
from scoring.store import State
from shared.clock import Clock
from shared.contracts.scores import Subject
from shared.database import Database, transient
from shared.feed.client import FeedClient, RawPage
from shared.feed.entries import NO_EPOCH
from shared.queue import Bell

PAGE: Final = 5_000
"""Entries asked for at a time; a page also ends at 16 MiB."""

BATCH: Final = 5_000
"""Processes judged and written in one transaction."""

BATCH_ANEW: Final = 1_000
"""Of those judged anew: a new release waits for no more than this, a third of a second."""

CALM: Final = 30.0
"""Seconds without a release after which the facts are written from their log into their file."""

MANY: Final = 500
"""Processes from which DuckDB works with all its threads."""

ALL_ANEW: Final = 100_000
"""Purchases concerned by registers from which all are judged anew, rather than named one by one."""

METHOD_CHANGED: Final = -1
"""As `compared_seq`: nothing has been compared by the present method."""

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class Session:
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
    ) -> None:
        self.database = database
        self.facts = facts
        self.clock = clock
        self.facts_seq = 0
        self.feed_head = 0
        self.loaded_at = self.level_at = time.monotonic()
        self.waiting = True
        self.started = False
        self.state: State = store.UNKNOWN
        self.standard: Standard
        self.flags: dict[Key, list[Judgement]] = {}
        self._client = client
        self._bell = bell
        self._catalogue = catalogue
        self._profile = profile
        self._incoming = folder / "incoming.ndjson"
        self._epoch: str | None = None
        self._tidy = True
        self._started = False
        self.aside = Aside(database, facts, self._incoming)
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
    def lag(self) -> float:
        """Seconds since everything published was judged; 0 while it is, growing until `start`."""
        if self._started and self.complete and self.level:
            self.level_at = time.monotonic()
        return time.monotonic() - self.level_at

    async def start(self, alerts_since: Any) -> None:
        """Find out how far judging has come; tell of a new method; publish the catalogue."""
        self.facts_seq, self._epoch = await self.facts(lambda facts: facts.cursor())
        await self.registers.start()
        await self.plans.start()
        await self.refresh()
        async with self.database.transaction() as connection:
            await store.claim(connection, self.state)
            head = await catalogue_feed.publish(connection, self._catalogue)
            changes: dict[str, Any] = {}
            if self.state.alerts_since is None or alerts_since is not None:
                changes["alerts_since"] = alerts_since or self.clock.now()
            if self.state.method != self.standard.version:
                changes |= {"method": self.standard.version}
                if self.state.method is not None:
                    changes |= {"compared_seq": METHOD_CHANGED}
                    await store.demand_all(connection, "method")
            if changes:
                await store.advance(connection, changes)
        await self.refresh()
        self.started = True
        await self._bell.ring("catalogue", head)

    async def refresh(self) -> None:
        """Read from PostgreSQL where judging stands."""
        async with self.database.transaction() as connection:
            self.state = await store.state(connection)
            await self.adopt(connection, self.state.population_version)
            parties = await store.flagged_parties(connection)
            self.flags = _flags(parties)
            show_tally(await store.tally(connection))
        self.waiting = self._started = True
        await self.aside.refresh()

    async def adopt(self, connection: asyncpg.Connection, version: int) -> None:
        """Judge by a stored population from now on."""
        self.standard = standard(
            self._catalogue,
            self._profile,
            population_version=version,
            rows=await store.populations(connection, version),
            rates=await store.base_rates(connection, version),
        )

    async def take_in(self) -> bool:
        """Load one page of a feed into the facts; say whether there may be more.

        Registers come first, so that purchases are judged by all of them; plan points come last,
        for only buyers are judged by them.
        """
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
        began = time.perf_counter()
        epoch = str(page.epoch)
        loaded = await self.facts(
            lambda facts: facts.load(self._incoming, last_seq=page.last_seq, epoch=epoch),
            many=page.count >= MANY,
        )
        judged_seconds.labels("load").observe(time.perf_counter() - began)
        self.facts_seq, self.loaded_at, self._tidy = page.last_seq, time.monotonic(), False
        if loaded.faults:
            await self.aside.put_releases(loaded.faults)
        await self.aside.forget(loaded)
        return True

    async def judge_changes(self) -> bool:
        """Judge the next batch of processes whose releases are newer than what was judged."""
        if self.level:
            return False
        since = self.state.scored_seq
        began = time.perf_counter()
        pids, gone, last = await self.facts(lambda facts: _changes(facts, since))
        upto = last if len(pids) >= BATCH else self.facts_seq
        cases = await self._judged(pids)
        judged_seconds.labels("judge").observe(time.perf_counter() - began)
        occasion = Occasion("data", self.clock.now(), self.standard)
        await self._write(cases, occasion, {"scored_seq": upto}, gone=gone)
        return True

    async def judge_anew(self) -> bool:
        """Judge the next batch of processes that a new population, method or flag asks for."""
        if not self.waiting or not self.complete:
            return False
        async with self.database.connection() as connection:
            demanded = await store.demanded(connection, BATCH_ANEW)
        self.waiting = bool(demanded)
        await self._judge_demanded(demanded)
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
        if not self._tidy and time.monotonic() - self.loaded_at > CALM:
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
        await self._set_back(connection, registers_seq=min(self.state.registers_seq, seq - 1))

    async def _compare_again(self, connection: asyncpg.Connection, seq: int) -> None:
        await self._set_back(connection, compared_plans=min(self.state.compared_plans, seq - 1))

    async def _set_back(self, connection: asyncpg.Connection, **changes: int) -> None:
        await store.claim(connection, self.state)
        await store.advance(connection, changes)
        self.state = replace(self.state, **changes)  # type: ignore[arg-type] # names of State

    async def ring(self, heads: Heads) -> None:
        """Tell who reads that there is something new."""
        if heads.scores is not None:
            await self._bell.ring("scores", heads.scores)
        if heads.alerts is not None:
            await self._bell.ring("alerts", heads.alerts)

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
            return None
        self.feed_head = page.head
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
        if not self.waiting or not self.level:
            return
        keys = [entry_of(line).key for line in lines.splitlines() if line]
        async with self.database.connection() as connection:
            demanded = await store.demanded_among(connection, keys)
        await self._judge_demanded(demanded)

    async def _judge_demanded(self, demanded: Mapping[str, str]) -> None:
        by_cause: dict[str, list[str]] = defaultdict(list)
        for subject_id, cause in demanded.items():
            by_cause[cause].append(subject_id)
        for cause, ids in sorted(by_cause.items()):
            pids = await self.facts(partial(numbers, ids=ids))
            cases = await self._judged(sorted(pids.values()))
            occasion = Occasion(cause, self.clock.now(), self.standard)
            await self._write(cases, occasion, {}, settled=ids)

    async def _judged(self, pids: Sequence[int]) -> list[Case]:
        if not pids:
            return []
        return await self.facts(
            lambda facts: judge_processes(facts, self.standard, self.flags, pids),
            many=len(pids) >= MANY,
        )

    async def _write(
        self,
        cases: Sequence[Case],
        occasion: Occasion,
        changes: Mapping[str, Any],
        *,
        gone: Sequence[str] = (),
        settled: Sequence[str] = (),
    ) -> None:
        """Write a batch; one that cannot be written is halved around the guilty case."""
        try:
            await self._commit(cases, occasion, changes, gone, settled)
        except Exception as fault:
            if transient(fault) or isinstance(fault, store.Superseded) or not cases:
                raise
            if len(cases) == 1:
                await self.aside.put_score(cases[0], fault)
                await self._commit([], occasion, changes, gone, settled)
                return
            middle = len(cases) // 2
            first = {"scored_seq": cases[middle].data_seq - 1} if changes else {}
            await self._write(cases[:middle], occasion, first, gone=gone, settled=())
            await self._write(cases[middle:], occasion, changes, settled=settled)

    async def _commit(
        self,
        cases: Sequence[Case],
        occasion: Occasion,
        changes: Mapping[str, Any],
        gone: Sequence[str],
        settled: Sequence[str],
    ) -> None:
        began = time.perf_counter()
        async with self.database.transaction() as connection:
            heads = await recording.record(connection, self.state, cases, occasion, changes)
            if gone:
                head = await recording.withdraw(connection, "process", gone, occasion.now)
                heads = replace(heads, scores=head or heads.scores)
            if settled:
                await store.settle(connection, settled)
        self.state = replace(self.state, **changes)
        judged_seconds.labels("write").observe(time.perf_counter() - began)
        await self.ring(heads)


def _changes(facts: Facts, since: int) -> tuple[list[int], list[str], int]:
    """Return the next pids to judge, the last place among them, and what was withdrawn."""
    pids, last = changed_after(facts, since, BATCH)
    return pids, gone_after(facts, since), last


def _flags(rows: Sequence[asyncpg.Record]) -> dict[Key, list[Judgement]]:
    flags: dict[Key, list[Judgement]] = defaultdict(list)
    for kind, party, code, value, threshold in rows:
        context = Subject(kind, party)
        flags[kind, party].append(Judgement(code, FLAGGED, value, threshold, context=context))
    return dict(flags)
