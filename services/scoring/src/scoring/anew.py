"""Judging what is judged already: a new method, population, flag, register or day asks for it.

What is asked for stands in PostgreSQL until it is judged. It makes way for new releases, but not
for ever.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import Final

from scoring import store
from scoring.judging import Case, GaveWay, judge_processes
from scoring.purchases import numbers
from scoring.recording import Occasion
from scoring.standing import Standing

WRITTEN: Final = 6_000
"""Processes written in one transaction: half a million results."""

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


def never() -> bool:
    """Make way for nothing."""
    return False


class Anew(Standing):
    """The part of an engine's work that nobody published anything for; `rung`: somebody has."""

    rung: threading.Event
    _owed_since: float | None = None

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
            most = MOST_ANEW if calm and not overdue else FEW_ANEW
            demanded = await store.demanded(connection, most)
        self.waiting = bool(demanded)
        try:
            await self.judge_demanded(demanded, never if overdue else self.rung.is_set)
        except GaveWay:
            self.owe()
        else:
            self._owed_since = time.monotonic() if self.waiting else None

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
            chosen = await self.facts(partial(numbers, ids=ids))
            cases = await self.judged(chosen, give_way)
            occasion = Occasion(cause, self.clock.now(), self.standard, as_of=self.day)
            for some, settled in _portions(cases, ids):
                await self.write(some, occasion, {}, settled=settled)
                if give_way():
                    raise GaveWay

    async def judged(
        self, chosen: Mapping[int, str], give_way: Callable[[], bool] = never
    ) -> list[Case]:
        """Judge processes by all indicators. Raises GaveWay."""
        if not chosen:
            return []
        pids = list(chosen)
        return await self.facts(
            lambda facts: judge_processes(
                facts, self.standard, self.flags, pids, as_of=self.day, give_way=give_way
            ),
            many=len(pids) >= MANY,
        )


def _portions(
    cases: Sequence[Case], ids: Collection[str]
) -> Iterator[tuple[Sequence[Case], list[str]]]:
    """Part cases into what is written at once, each with the ids that are settled by it.

    What nothing is known of any more has no case, and is settled in the end.
    """
    left = set(ids)
    for first in range(0, len(cases), WRITTEN):
        some = cases[first : first + WRITTEN]
        settled = [case.key[1] for case in some]
        left.difference_update(settled)
        yield some, settled
    if left:
        yield [], sorted(left)
