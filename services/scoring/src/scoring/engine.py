"""The scoring engine: follows the releases, judges what changed, and tells who reads scores.

It alone owns the file of facts, and leads alone (`scoring.leader`). A bell only wakes it; what is
to be done is told by places in feeds and by tables, so that it may be killed at any moment: what
lies between `scored_seq` (PostgreSQL) and `facts_seq` (DuckDB) is judged in its next life.
"""

import asyncio
from contextlib import suppress
from typing import Final

import duckdb
import httpx
import structlog

from scoring import held
from scoring.aside import FEED
from scoring.comparison import Comparison
from scoring.drafts.lending import lend
from scoring.drafts.promoted import Promoted, promoted, still
from scoring.drafts.watch import DraftStoppedError, stop
from scoring.evaluate import live
from scoring.facts import Facts
from scoring.facts_thread import FactsThread
from scoring.leader import leadership
from scoring.opening import open_facts
from scoring.profiles import load_profile
from scoring.session import Session
from scoring.settings import Settings
from scoring.statistics.rounds import Statistics
from scoring.store import Superseded
from shared import metrics
from shared.clock import Clock, SystemClock
from shared.database import Database, transient
from shared.feed.client import FeedClient
from shared.queue import Bell, run_worker
from shared.security import Caller, InternalAuth

QUEUE: Final = "scoring"

SWEEP = 2.0
"""Seconds after which the engine looks by itself, whether the bell was rung or not."""

PAUSE_AFTER_FAULT: Final = 0.5
HEARTBEAT: Final = 2.0

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


async def run(settings: Settings, stop: asyncio.Event, clock: Clock | None = None) -> None:
    """Lead, or wait to lead, until told to stop."""
    clock = clock or SystemClock()
    database = Database(settings.database_url, application="scoring-engine")
    await database.open(patience=60)
    bell = await Bell.connect(settings.redis_url)
    caller = Caller(None, None, "service", None, frozenset({"feeds:read"}))
    auth = InternalAuth(
        caller, issuer="scoring", audience="ingestor", key=settings.internal_key, clock=clock
    )
    try:
        async with httpx.AsyncClient(auth=auth) as client:
            engine = Engine(
                settings, database, FeedClient(settings.ingestor_url, client), bell, clock
            )
            await engine.run(stop)
    finally:
        await bell.close()
        await database.close()


class Engine:
    """Leads in turns, each with a session of its own."""

    def __init__(
        self, settings: Settings, database: Database, client: FeedClient, bell: Bell, clock: Clock
    ) -> None:
        self._settings = settings
        self._database = database
        self._client = client
        self._bell = bell
        self._clock = clock
        self._woken = asyncio.Event()
        self._drafts: Promoted = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Lead until told to stop; begin again whenever the lead or the file is lost."""
        while not stop.is_set():
            turn = asyncio.create_task(self._turn(stop))
            stopped = asyncio.create_task(stop.wait())
            await asyncio.wait([turn, stopped], return_when=asyncio.FIRST_COMPLETED)
            stopped.cancel()
            if stop.is_set():
                turn.cancel()
            try:
                await turn
            except asyncio.CancelledError:
                if not stop.is_set():
                    raise
            except (Superseded, duckdb.IOException) as fault:
                log.warning("the lead is lost", reason=f"{type(fault).__name__}: {fault}")
                await asyncio.sleep(PAUSE_AFTER_FAULT)

    async def _turn(self, stop: asyncio.Event) -> None:
        async with leadership(self._settings.database_url) as lost:
            opened = await asyncio.to_thread(self._open_facts)
            facts = FactsThread(opened, threads=self._settings.duckdb_threads)
            self._drafts = await promoted(self._database)
            session = self._session(facts)
            worker = asyncio.create_task(self._listen(session, stop))
            work = asyncio.create_task(self._work(session))
            beat = asyncio.create_task(self._beat(session))
            ended = asyncio.create_task(lost.wait())
            tasks = [worker, work, beat, ended]
            try:
                done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                if ended in done:
                    raise Superseded("the session of the lead was cut")
                for task in done:
                    task.result()
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.wait(tasks, timeout=2)
                await facts.close()

    def _open_facts(self) -> Facts:
        return open_facts(
            self._settings.facts_path,
            memory=self._settings.duckdb_memory,
            threads=self._settings.duckdb_threads,
        )

    def _session(self, facts: FactsThread) -> Session:
        profile = load_profile(self._settings.profile)
        return Session(
            database=self._database,
            facts=facts,
            client=self._client,
            bell=self._bell,
            clock=self._clock,
            catalogue={**live(profile, self._only()), **self._drafts},
            profile=profile,
            folder=self._settings.facts_path.parent,
            drafts=self._drafts.keys(),
        )

    def _only(self) -> list[str]:
        return [code.strip() for code in self._settings.indicators.split(",") if code.strip()]

    async def _listen(self, session: Session, stop: asyncio.Event) -> None:
        """Hear the bell, and wake every few seconds without it."""

        async def hear(feed: str, _seq: int) -> None:
            if feed == FEED:  # a register or a plan point breaks nothing off
                session.rung.set()
            await self._wake()

        await run_worker(
            redis_url=self._settings.redis_url,
            queue=QUEUE,
            on_bell=hear,
            sweep=self._wake,
            sweep_every=SWEEP,
            stop=stop,
        )

    async def _wake(self) -> None:
        self._woken.set()

    async def _work(self, session: Session) -> None:
        """Do step after step; a fault of a connection is waited out."""
        in_bulk: tuple[Comparison, Statistics] | None = None
        while True:
            try:
                if in_bulk is None:
                    await session.start(self._settings.alerts_since)
                    every = self._settings.compare_every
                    in_bulk = Comparison(session, every=every), Statistics(session, every=every)
                await self._steps(session, *in_bulk)
            except DraftStoppedError as stopped:
                log.warning("a draft was stopped", indicator=stopped.code, reason=stopped.reason)
                async with self._database.transaction() as connection:
                    await stop(connection, stopped, self._clock)
                raise Superseded(str(stopped)) from stopped
            except Exception as fault:
                if isinstance(fault, Superseded) or not transient(fault):
                    raise
                log.warning("put off", reason=f"{type(fault).__name__}: {fault}")
                await asyncio.sleep(PAUSE_AFTER_FAULT)
                in_bulk = None

    async def _steps(
        self, session: Session, comparison: Comparison, statistics: Statistics
    ) -> None:
        """Work until there is nothing to do, then wait to be woken."""
        while True:
            self._woken.clear()
            while await _one_step(session, comparison, statistics):
                await lend(session.facts, self._settings.facts_path)
            await lend(session.facts, self._settings.facts_path)
            await still(self._database, self._drafts)
            await held.still(self._database, session.holds)
            times = (await comparison.due_in(), statistics.due_in())
            due = min((one for one in times if one is not None), default=None)
            with suppress(TimeoutError):
                async with asyncio.timeout(None if due is None else max(due, 0.01)):
                    await self._woken.wait()

    async def _beat(self, session: Session) -> None:
        """Write down that this engine lives and how far it has come."""
        while True:
            metrics.feed_head.labels(FEED).set(session.feed_head)
            metrics.feed_applied.labels(FEED).set(session.facts_seq)
            metrics.feed_lag_seconds.labels(FEED).set(session.lag)
            metrics.outbox_pending.labels(FEED).set(session.unjudged)
            metrics.outbox_oldest_seconds.labels(FEED).set(session.lag)
            with suppress(Exception):
                await self._write_beat(session)
            await asyncio.sleep(HEARTBEAT)

    async def _write_beat(self, session: Session) -> None:
        async with self._database.connection() as connection:
            await connection.execute(
                "UPDATE engine SET heartbeat_at = $1, facts_seq = $2, feed_head = $3",
                self._clock.now(),
                session.facts_seq,
                session.feed_head,
            )


async def _one_step(session: Session, comparison: Comparison, statistics: Statistics) -> bool:
    """Judge, and make figures where there is nothing to judge, or they can wait no longer."""
    worked = await step(session, comparison)
    if worked and not statistics.overdue:
        return True
    return await statistics.step() or worked


async def step(session: Session, comparison: Comparison) -> bool:
    """Do the most urgent thing there is; say whether there was any.

    New releases come first, of many a whole batch of them; a comparison that is overdue comes
    before judging anew. What a new day changes is asked for before any of it, so that nothing else
    is taken for the cause.
    """
    await session.look_at_the_clock()
    taken = await session.take_in()
    if session.gathering:
        return taken
    while await session.judge_changes():
        pass
    if taken and not comparison.overdue and not session.overdue:
        return True
    await session.finish_rebuild()
    if await session.replay():
        return True
    due = await comparison.due_in()
    if comparison.overdue or (due is not None and due <= 0):
        await comparison.compare()
        return True
    if await session.judge_anew():
        return True
    await session.tidy()
    return False
