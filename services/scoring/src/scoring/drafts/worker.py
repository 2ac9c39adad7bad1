"""Trying drafts: a worker of its own, with a queue of its own, that scoring never waits for.

What is to be done stands in the table `back_test`; a ring only says "look now". A worker that is
killed leaves its back-test to the next one, and takes the process with the query along. Beside
them it hears what people found of flags (`scoring.hearing`), which nobody waits for either.
"""

import asyncio
from datetime import datetime
from typing import Any, Final

import asyncpg
import msgspec
import structlog

from scoring.drafts import jobs, keeper
from scoring.drafts.confined import Answer, Task
from scoring.drafts.documents import result_of
from scoring.drafts.lending import borrow, lent
from scoring.drafts.limits import Limits
from scoring.drafts.sql import Flaw
from scoring.hearing import HEAR_EVERY, hearing
from scoring.indicator import Indicator
from scoring.settings import Settings
from shared import kept_answers
from shared.clock import Clock
from shared.database import Database
from shared.queue import Periodic, run_worker

QUEUE: Final = "scoring"
WHAT: Final = "back_tests"
MONITOR_LOOK: Final = 10.0
FORGET_EVERY: Final = 3600.0

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class Trier:
    """Does one back-test after the other."""

    def __init__(self, settings: Settings, database: Database, clock: Clock) -> None:
        self._settings = settings
        self._database = database
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()
        self._borrowed_at: datetime | None = None

    async def work(self) -> None:
        """Do what waits, until nothing does or the engine lends no facts."""
        async with self._one_at_a_time:
            while (asked := await self._newest()) is not None:
                if not await self._facts_since(asked) or not await self._one():
                    return

    async def monitor(self) -> None:
        """Ask for a round of every draft on watch that is due."""
        async with self._database.transaction() as connection:
            seq = await connection.fetchval("SELECT facts_seq FROM engine")
            now = self._clock.now()
            every = self._settings.monitor_every
            await jobs.demand_monitoring(connection, now, every, seq)

    async def forget(self) -> None:
        """Forget the answers to commands that nobody can send again."""
        async with self._database.transaction() as connection:
            await kept_answers.purge(connection, now=self._clock.now())

    async def _newest(self) -> datetime | None:
        async with self._database.connection() as connection:
            found: datetime | None = await connection.fetchval(
                "SELECT max(asked_at) FROM back_test WHERE state IN ('queued', 'running')"
            )
        return found

    async def _facts_since(self, asked: datetime) -> bool:
        """Have a copy of the facts that is no older than the question."""
        path = self._settings.facts_path
        if self._borrowed_at and self._borrowed_at >= asked and lent(path).exists():
            return True
        now = self._clock.now()
        if not await borrow(path):
            log.warning("the engine lends no facts")
            return False
        self._borrowed_at = now
        return True

    async def _one(self) -> bool:
        """Take one and bring it to its end; the lock lives as long as this connection."""
        async with self._database.connection() as connection:
            row = await jobs.take(connection, self._clock.now())
            if row is None:
                return False
            try:
                await self._do(connection, row)
            finally:
                await jobs.release(connection, row["id"])
        return True

    async def _do(self, connection: asyncpg.Connection, row: asyncpg.Record) -> None:
        document = await connection.fetchval(
            "SELECT document FROM draft_version WHERE draft = $1 AND version = $2",
            row["draft"],
            row["version"],
        )
        indicator = msgspec.json.decode(document, type=Indicator)
        task = task_of(indicator, row["asked"], self._settings)
        answer = await keeper.run(task)
        state, result, reason = await self._ended(connection, task, answer)
        now = self._clock.now()
        await jobs.finish(connection, row["id"], state, now, result=result, reason=reason)
        log.info("back-test ended", id=row["id"], state=state, reason=reason)

    async def _ended(
        self, connection: asyncpg.Connection, task: Task, answer: Answer
    ) -> tuple[str, dict[str, Any] | None, str | None]:
        if answer.flaws:
            return "refused", None, in_words(answer.flaws)
        if answer.result is None:
            return "failed", None, f"The draft was stopped: {keeper.explain(answer, task)}."
        flagged = answer.result["flagged"]
        overlap = await overlap_of(connection, task.indicator.subject, flagged)
        return "done", result_of(answer.result, overlap), None


def task_of(indicator: Indicator, asked: bytes, settings: Settings) -> Task:
    """Return what the confined process is to do for a back-test."""
    question = msgspec.json.decode(asked, type=jobs.Asked)
    return Task(
        kind="back_test",
        indicator=indicator,
        limits=limits_of(settings),
        profile=settings.profile,
        path=str(lent(settings.facts_path).resolve()),
        first=question.first,
        last=question.last,
        sample=question.sample,
        truth=question.truth,
    )


def limits_of(settings: Settings) -> Limits:
    """Return what one draft may use over all facts."""
    return Limits(
        memory_mb=settings.draft_memory_mb,
        cpu_seconds=settings.draft_cpu_seconds,
        wall_seconds=settings.draft_seconds,
        threads=settings.draft_threads,
    )


def in_words(flaws: list[Flaw]) -> str:
    """Say what a draft does wrong, in one line."""
    return "; ".join(f"{flaw.pointer.removeprefix('/body/')}: {flaw.message}" for flaw in flaws)


async def overlap_of(
    connection: asyncpg.Connection, subject: str, flagged: list[str]
) -> list[dict[str, Any]]:
    """Count which live indicators flag the same subjects, the most alike first."""
    types = ["process"] if subject == "process" else ["buyer", "supplier", "entity"]
    rows = await connection.fetch(_OVERLAP, types, flagged)
    return [
        {
            "indicator": row["indicator"],
            "both": row["shared"],
            "flagged_by_indicator": row["of_all"],
            "share_of_draft": round(row["shared"] / len(flagged), 6),
        }
        for row in rows
    ]


async def run(settings: Settings, stop: asyncio.Event, clock: Clock) -> None:
    """Try drafts until told to end."""
    database = Database(settings.database_url, application="scoring-trier")
    await database.open(patience=60)
    trier = Trier(settings, database, clock)

    async def hear(what: str, number: int) -> None:
        del what, number
        await trier.work()

    try:
        async with hearing(settings, database, clock) as verdicts:
            await run_worker(
                redis_url=settings.redis_url,
                queue=QUEUE,
                on_bell=hear,
                sweep=trier.work,
                cron=[
                    Periodic("monitor", MONITOR_LOOK, trier.monitor),
                    Periodic("forget", FORGET_EVERY, trier.forget),
                    Periodic("hear_verdicts", HEAR_EVERY, verdicts.hear),
                ],
                long=True,
                stop=stop,
            )
    finally:
        await database.close()


_OVERLAP: Final = """
SELECT f.indicator, count(DISTINCT f.subject_id) AS shared,
  coalesce((SELECT sum(t.n) FROM tally t
    WHERE t.indicator = f.indicator AND t.status = 'flagged'), 0)::bigint AS of_all
FROM finding f JOIN unnest($2::text[]) AS mine (id) ON mine.id = f.subject_id
WHERE f.closed_at IS NULL AND f.status = 'flagged' AND f.subject_type = ANY($1)
GROUP BY f.indicator ORDER BY shared DESC, f.indicator LIMIT 50"""
