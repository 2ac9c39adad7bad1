"""Judging what is judged already: a new method, population, flag, register or day asks for it.

What is asked for stands in PostgreSQL until it is judged. It makes way for new releases, but not
for ever; while a load brings one page after the other, it waits for the end of the load.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import Final, TypeVar

from scoring import store
from scoring.facts import Facts
from scoring.judging import Case, GaveWay, Judged, compose, judge_processes
from scoring.purchases import Purchase, numbers
from scoring.recording import Occasion
from scoring.standing import Standing

WRITTEN: Final = 6_000
"""Processes scored and written in one transaction: half a million results."""

MOST_ANEW: Final = 4 * WRITTEN
"""Processes judged anew together while nothing else comes.

Planning and reading the tables takes some three seconds however few they are.
"""

FEW_ANEW: Final = 1_000
"""Of those judged anew while releases come."""

PATIENCE: Final = 10.0
"""Seconds for which what is judged anew makes way for new releases."""

MANY: Final = 500
"""Processes from which DuckDB works with all its threads, and a load is what they come from."""

T = TypeVar("T")


def never() -> bool:
    """Make way for nothing."""
    return False


class Anew(Standing):
    """The part of an engine's work that nobody published anything for.

    `rung`: somebody has published something since.
    """

    rung: threading.Event
    _owed_since: float | None = None
    _gave_way = False

    @property
    def overdue(self) -> bool:
        """Whether judging anew has waited for new releases long enough."""
        since = self._owed_since
        return since is not None and time.monotonic() - since > PATIENCE

    def owe(self) -> None:
        """Note that something waits to be judged anew."""
        self.waiting = True
        if self._owed_since is None:
            self._owed_since = time.monotonic()

    async def judge_waiting(self, *, calm: bool) -> None:
        """Judge some of what waits: many together where it is `calm`.

        Makes way for new releases between two indicators and two transactions, unless it did for
        too long.
        """
        overdue = self.overdue
        async with self.database.connection() as connection:
            demanded = await store.demanded(connection, self._most(calm=calm, overdue=overdue))
        self.waiting = bool(demanded)
        try:
            await self.judge_demanded(demanded, never if overdue else self.rung.is_set)
        except GaveWay:
            self._gave_way = True
            self.owe()
        else:
            self._gave_way = False
            self._owed_since = time.monotonic() if self.waiting else None

    def _most(self, *, calm: bool, overdue: bool) -> int:
        """Choose how many to judge: the fewer, the sooner news would break them off."""
        if not calm:
            return FEW_ANEW
        return WRITTEN if overdue or self._gave_way else MOST_ANEW

    async def demanded_among(self, keys: Sequence[str]) -> Mapping[str, str]:
        """Name those of some processes that wait for another cause than new data, and the cause."""
        async with self.database.connection() as connection:
            return await store.demanded_among(connection, keys)

    async def judge_demanded(
        self, demanded: Mapping[str, str], give_way: Callable[[], bool]
    ) -> None:
        """Judge processes for the cause of each. Raises GaveWay; the rest of them then waits on."""
        by_cause: dict[str, list[str]] = defaultdict(list)
        for subject_id, cause in demanded.items():
            by_cause[cause].append(subject_id)
        for cause, ids in sorted(by_cause.items()):
            for some in _parts(ids, MOST_ANEW):
                await self._judge_for(cause, some, give_way)

    async def _judge_for(
        self, cause: str, ids: Sequence[str], give_way: Callable[[], bool]
    ) -> None:
        chosen = await self.facts(partial(numbers, ids=ids))
        judged = await self._judged(list(chosen), give_way)
        occasion = Occasion(cause, self.clock.now(), self.standard, as_of=self.day)
        for some, settled in _portions(judged.purchases, ids):
            cases = await self.facts(partial(self._composed, judged, some))
            await self.write(cases, occasion, {}, settled=settled)
            if self._owed_since is not None:
                self._owed_since = time.monotonic()
            if give_way():
                raise GaveWay

    async def judged(self, chosen: Mapping[int, str]) -> list[Case]:
        """Judge and score processes by all indicators."""
        judged = await self._judged(list(chosen), never)
        return await self.facts(partial(self._composed, judged, judged.purchases))

    async def _judged(self, pids: Sequence[int], give_way: Callable[[], bool]) -> Judged:
        if not pids:
            return Judged((), {}, {})
        return await self.facts(
            lambda facts: judge_processes(
                facts, self.standard, pids, as_of=self.day, give_way=give_way
            ),
            many=len(pids) >= MANY,
        )

    def _composed(self, judged: Judged, some: Sequence[Purchase], _: Facts) -> list[Case]:
        return compose(judged, some, self.standard, self.flags)


def _portions(
    purchases: Sequence[Purchase], ids: Collection[str]
) -> Iterator[tuple[Sequence[Purchase], list[str]]]:
    """Part processes into what is written at once, each with the ids that are settled by it.

    What nothing is known of any more has no purchase, and is settled in the end.
    """
    for some in _parts(purchases, WRITTEN):
        yield some, [one.id for one in some]
    if unknown := set(ids).difference(one.id for one in purchases):
        yield (), sorted(unknown)


def _parts(all_: Sequence[T], most: int) -> Iterator[Sequence[T]]:
    return (all_[first : first + most] for first in range(0, len(all_), most))
