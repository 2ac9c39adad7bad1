"""Where judging stands, as PostgreSQL keeps it, and how it moves together with what is written.

Whatever is written names how far judging has come in the same transaction. After a fault all of it
is read anew, for a commit may have arrived although its answer was lost.
"""

import time
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import asyncpg

from scoring import catalogue_feed, held, recording, store
from scoring.aside import Aside
from scoring.document import Judgement
from scoring.facts_thread import FactsThread
from scoring.held import Holds
from scoring.indicator import Indicator
from scoring.judging import Case
from scoring.measures import judged_seconds, show_tally
from scoring.method import Standard, standard
from scoring.profiles import Profile
from scoring.purchases import Key
from scoring.recording import Heads, Occasion
from scoring.score import FLAGGED
from scoring.store import State
from shared.clock import Clock
from shared.contracts.scores import Subject
from shared.database import Database, transient
from shared.queue import Bell

KAZAKHSTAN: Final = timedelta(hours=5)
"""What the whole country's time is before UTC."""

METHOD_CHANGED: Final = -1
"""As `compared_seq`: nothing has been compared by the present method."""


class Standing:
    """The state, the standard and the flags by which is judged, and the writing of what is."""

    def __init__(
        self,
        *,
        database: Database,
        facts: FactsThread,
        bell: Bell,
        clock: Clock,
        catalogue: Mapping[str, Indicator],
        profile: Profile,
        incoming: Path,
        drafts: Collection[str] = (),
    ) -> None:
        self.database = database
        self.facts = facts
        self.clock = clock
        self.waiting = True
        self.started = False
        self.day = day_of(clock.now())
        self.state: State = store.UNKNOWN
        self.standard: Standard
        self.holds: Holds = {}
        self.written = 0
        self.flags: dict[Key, list[Judgement]] = {}
        self.aside = Aside(database, facts, incoming)
        self._bell = bell
        self._catalogue = catalogue
        self._drafts = drafts
        self._profile = profile

    async def begin(self, alerts_since: Any) -> None:
        """Find out how far judging has come; tell of a new method; publish the catalogue."""
        await self.refresh()
        async with self.database.transaction() as connection:
            await store.claim(connection, self.state)
            head = await catalogue_feed.publish(connection, self._catalogue, self.holds)
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
        self.day = day_of(self.clock.now())
        await self._ask_for_what_is_due(self.day)
        await self._bell.ring("catalogue", head)

    async def refresh(self) -> None:
        """Read from PostgreSQL where judging stands."""
        async with self.database.transaction() as connection:
            self.state = await store.state(connection)
            await self.adopt(connection, self.state.population_version)
            parties = await store.flagged_parties(connection)
            self.flags = _flags(parties)
            show_tally(await store.tally(connection), self.standard.held)
        self.waiting = self.started = True
        await self.aside.refresh()

    async def look_at_the_clock(self) -> bool:
        """Once a day: judge as of the new one, and ask for what it may change. Say whether it came.

        Nothing is judged as of a day before those whose day it is are asked for.
        """
        day = day_of(self.clock.now())
        if day <= self.day:
            return False
        await self._ask_for_what_is_due(day)
        self.day = day
        return True

    async def _ask_for_what_is_due(self, day: date) -> None:
        async with self.database.transaction() as connection:
            await store.claim(connection, self.state)
            due = await store.demand_due(connection, day)
        self.waiting = self.waiting or due

    async def adopt(self, connection: asyncpg.Connection, version: int) -> None:
        """Judge by a stored population from now on."""
        self.holds = await held.read(connection)
        self.standard = standard(
            held.judged_by(self._catalogue, self.holds),
            self._profile,
            population_version=version,
            rows=await store.populations(connection, version),
            rates=await store.base_rates(connection, version),
            held=held.counting_nothing(self._catalogue, self.holds),
            drafts=self._drafts,
        )

    async def hold(self, connection: asyncpg.Connection, holds: Holds) -> int:
        """Judge by other holds from now on; return the last number of the feed of the catalogue."""
        await held.keep(connection, holds)
        await self.adopt(connection, self.state.population_version)
        return await catalogue_feed.publish(connection, self._catalogue, holds)

    async def set_back(self, connection: asyncpg.Connection, **changes: int) -> None:
        """Say that judging has not come as far as was written down."""
        await store.claim(connection, self.state)
        await store.advance(connection, changes)
        self.state = replace(self.state, **changes)  # type: ignore[arg-type] # names of State

    async def ring(self, heads: Heads) -> None:
        """Tell who reads that there is something new."""
        if heads.scores is not None:
            await self._bell.ring("scores", heads.scores)
        if heads.alerts is not None:
            await self._bell.ring("alerts", heads.alerts)

    async def tell(self, feed: str, head: int) -> None:
        """Tell who reads a feed that there is something new."""
        await self._bell.ring(feed, head)

    async def write(
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
            await self.write(cases[:middle], occasion, first, gone=gone, settled=())
            await self.write(cases[middle:], occasion, changes, settled=settled)

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
            if occasion.owing:
                await store.owe(connection, [case.key[1] for case in cases])
        self.state = replace(self.state, **changes)
        self.written += 1
        judged_seconds.labels("write").observe(time.perf_counter() - began)
        await self.ring(heads)


def day_of(moment: datetime) -> date:
    """Return the country's day of a moment."""
    return (moment.astimezone(UTC) + KAZAKHSTAN).date()


def _flags(rows: Sequence[asyncpg.Record]) -> dict[Key, list[Judgement]]:
    flags: dict[Key, list[Judgement]] = defaultdict(list)
    for kind, party, code, value, threshold in rows:
        context = Subject(kind, party)
        flags[kind, party].append(Judgement(code, FLAGGED, value, threshold, context=context))
    return dict(flags)
