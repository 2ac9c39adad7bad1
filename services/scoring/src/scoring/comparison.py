"""What needs all facts at once: populations, base rates, and the record of buyers and suppliers.

Done in bulk when there is time: at once when a load has ended, at the latest after a few minutes.
A population that has moved becomes a new version, by which every purchase is judged anew; a party
whose flags have changed has its purchases judged anew. Neither raises an alert.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import structlog

from scoring import held, portfolio, recording, store
from scoring.document import Judgement
from scoring.judging import Case, judge_parties, take_populations
from scoring.measures import judged_seconds, show_tally
from scoring.method import base_rates, differs
from scoring.purchases import Key, ids_of_parties, size
from scoring.recording import Occasion
from scoring.score import FLAGGED
from scoring.session import BATCH, Session
from scoring.standing import METHOD_CHANGED
from scoring.store import PopulationRow
from shared.contracts.scores import Portfolio, Subject

CALM: Final = 0.3
"""Seconds without a new release after which a load has ended."""

GROWTH: Final = 0.1
"""Share of new or changed purchases that is compared as soon as the load has ended."""

PAUSE: Final = 10.0
"""Least seconds between two comparisons of less."""

SHARE_OF_TIME: Final = 20
"""A comparison that took one second is not made again within this many, but after a load."""

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class Comparison:
    """Compares over all facts, no more often than it is worth."""

    def __init__(self, session: Session, *, every: float) -> None:
        self._session = session
        self._every = every
        self._last = time.monotonic() - every
        self._took = 0.0
        self._mark: str | None = None
        self._looked = 0
        self._moved = False

    @property
    def overdue(self) -> bool:
        """Whether a comparison can wait no longer although releases keep coming."""
        session = self._session
        waited = time.monotonic() - self._last
        return session.level and self._news and waited > max(self._every, self._worth_waiting)

    @property
    def _worth_waiting(self) -> float:
        """Seconds between two comparisons, by how long the last one took."""
        return SHARE_OF_TIME * self._took

    @property
    def _news(self) -> bool:
        """Whether any feed has brought something since the last comparison."""
        session, state = self._session, self._session.state
        seen = (state.compared_seq, state.compared_registers, state.compared_plans)
        return session.facts_seq > 0 and seen != (
            session.facts_seq,
            session.registers.seq,
            session.plans.seq,
        )

    async def due_in(self) -> float | None:
        """Seconds until the next comparison; None when nothing has changed since the last."""
        session = self._session
        if not session.level or not session.complete:
            return None
        if not self._news and not await self._bands_moved():
            return None
        now = time.monotonic()
        calm = CALM - now + session.loaded_at
        if await self._grown():
            return calm
        pause = max(PAUSE, self._worth_waiting)
        return max(calm, pause - now + self._last)

    async def compare(self) -> None:
        """Take populations and base rates anew, then judge every buyer and supplier."""
        session = self._session
        began, seq = time.monotonic(), session.facts_seq
        beside = {
            "compared_registers": session.registers.seq,
            "compared_plans": session.plans.seq,
        }
        cause = await self._adopt_populations()
        if await self._hold_back() or session.state.compared_seq == METHOD_CHANGED:
            cause = "method"
        await self._judge_parties(cause)
        now = session.clock.now()
        changes: dict[str, Any] = {"compared_seq": seq, "compared_at": now, **beside}
        async with session.database.transaction() as connection:
            await store.claim(connection, session.state)
            await store.advance(connection, changes)
            show_tally(await store.tally(connection), session.standard.held)
        session.state = replace(session.state, **changes)
        self._last = time.monotonic()
        self._took = self._last - began
        judged_seconds.labels("compare").observe(self._took)

    async def _bands_moved(self) -> bool:
        """Whether other purchases are of high risk than organisations were compared by.

        All scores are looked through, so only where some were written since the last look.
        """
        session = self._session
        if self._mark is None or session.waiting:
            return False
        if session.written != self._looked:
            async with session.database.connection() as connection:
                self._moved = await portfolio.mark(connection) != self._mark
            self._looked = session.written
        return self._moved

    async def _grown(self) -> bool:
        session = self._session
        if session.state.compared_seq <= 0:
            return True
        purchases = await session.facts(size)
        return session.facts_seq - session.state.compared_seq >= GROWTH * purchases

    async def _adopt_populations(self) -> str:
        """Make a new version where the population has moved; return the cause of what follows."""
        session = self._session
        standard = session.standard
        found = await session.facts(lambda facts: take_populations(facts, standard), many=True)
        rows = sorted(
            PopulationRow(row.code, row.peer, row.n, row.q1, row.q3, row.low, row.high)
            for row in found
        )
        version = session.state.population_version
        async with session.database.transaction() as connection:
            await store.claim(connection, session.state)
            rates = base_rates(await store.tally(connection), standard.catalogue)
            old_rates = await store.base_rates(connection, version)
            old_rows = await store.populations(connection, version)
            if not differs(old_rows, rows, old_rates, rates):
                return "data"
            version += 1
            await store.put_populations(connection, version, rows, rates)
            await store.advance(connection, {"population_version": version})
            await store.demand_all(connection, "population")
            await session.adopt(connection, version)
        session.state = replace(session.state, population_version=version)
        session.waiting = True
        log.info("new population", version=version, groups=len(rows))
        return "population"

    async def _hold_back(self) -> bool:
        """Hold back what flags too much, let count what no longer does; say whether any changed."""
        session = self._session
        async with session.database.transaction() as connection:
            await store.claim(connection, session.state)
            known = await held.read(connection)
            tally, catalogue = await store.tally(connection), session.standard.catalogue
            holds = held.reviewed(catalogue, tally, known, session.clock.now())
            if holds == session.holds:
                return False
            head = await session.hold(connection, holds)
            changes: dict[str, Any] = {"method": session.standard.version}
            await store.advance(connection, changes)
            await store.demand_all(connection, "method")
        session.state = replace(session.state, **changes)
        session.waiting = True
        await session.tell("catalogue", head)
        log.warning("indicators held back", codes=sorted(session.standard.held))
        return True

    async def _judge_parties(self, cause: str) -> None:
        session = self._session
        standard, seq = session.standard, session.facts_seq
        shares = await self._portfolios()
        cases, failed = await session.facts(
            lambda facts: judge_parties(facts, standard, seq, shares), many=True
        )
        occasion = Occasion(cause, session.clock.now(), standard, as_of=session.day)
        for subject_type in ("buyer", "supplier"):
            some = [case for case in cases if case.key[0] == subject_type]
            for first in range(0, len(some), BATCH):
                await self._write(some[first : first + BATCH], occasion)
            if not failed:
                await self._withdraw(subject_type, some, occasion)

    async def _portfolios(self) -> dict[Key, Portfolio]:
        """Add up what every organisation bought or sold, and draw its share to that of its like."""
        session, file = self._session, self._session.folder / "bands.csv"
        async with session.database.connection() as connection:
            self._mark = await portfolio.write_bands(connection, file)
        self._moved = False
        found = await session.facts(lambda facts: portfolio.holdings(facts, file), many=True)
        async with session.database.transaction() as connection:
            await store.claim(connection, session.state)
            groups = await portfolio.adopt(connection, found)
        return portfolio.portfolios(found, groups)

    async def _write(self, cases: Sequence[Case], occasion: Occasion) -> None:
        """Write some parties, and ask for the purchases of those whose flags have changed."""
        session = self._session
        flags = {case.key: _flags(case) for case in cases}
        affected = await self._affected(flags)
        async with session.database.transaction() as connection:
            heads = await recording.record(connection, session.state, cases, occasion, {})
            await store.demand(connection, "context", affected)
        self._note(flags, affected)
        await session.ring(heads)

    async def _withdraw(self, subject_type: str, cases: Sequence[Case], occasion: Occasion) -> None:
        """Withdraw parties that appear in no purchase any more."""
        session = self._session
        present = {case.key[1] for case in cases}
        async with session.database.connection() as connection:
            gone = sorted(await store.scored_subjects(connection, subject_type) - present)
        if not gone:
            return
        flags: dict[Key, list[Judgement]] = {(subject_type, one): [] for one in gone}
        affected = await self._affected(flags)
        async with session.database.transaction() as connection:
            await store.claim(connection, session.state)
            head = await recording.withdraw(connection, subject_type, gone, occasion.now)
            await store.demand(connection, "context", affected)
        self._note(flags, affected)
        await session.ring(recording.Heads(scores=head))

    async def _affected(self, flags: Mapping[Key, list[Judgement]]) -> list[str]:
        known = self._session.flags
        changed = [key for key, now in flags.items() if known.get(key, []) != now]
        if not changed:
            return []
        return await self._session.facts(lambda facts: ids_of_parties(facts, changed))

    def _note(self, flags: Mapping[Key, list[Judgement]], affected: Sequence[str]) -> None:
        session = self._session
        for key, now in flags.items():
            if now:
                session.flags[key] = now
            else:
                session.flags.pop(key, None)
        session.waiting = session.waiting or bool(affected)


def _flags(case: Case) -> list[Judgement]:
    """The flags of a party as they appear in the scores of its purchases, by code."""
    context = Subject(*case.key)
    return [
        Judgement(one.indicator, FLAGGED, one.value, one.threshold, context=context)
        for one in sorted(case.findings, key=lambda one: one.indicator)
        if one.status == FLAGGED
    ]
