"""The usual load: scores, lists, the feed and cases, asked for by a fixed timetable.

The timetable does not wait for answers: an answer is timed from when its question was due, so that
one that is late makes those behind it late as well, as it does for people.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from random import Random
from statistics import mean
from typing import Final
from uuid import uuid4

import httpx

from tests.support.pace import crowding, slowness

USUAL: Final = 20.0
"""Questions a second on the machine that the figures come from."""

P95, P99 = 0.2, 0.5
"""Seconds on that machine."""

SHARES: Final[Mapping[str, int]] = {"score": 70, "list": 15, "feed": 5, "write": 10}
LISTS: Final = ("/v1/processes?limit=20", "/v1/alerts?limit=20", "/v1/cases?limit=20")

_numbers = count()


@dataclass
class Taken:
    """What came of a load: seconds and statuses of each kind of question."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in SHARES})
    statuses: Counter[int] = field(default_factory=Counter)
    untold: int = 0
    """Refusals that do not say when to come back."""

    def quantile(self, part: float) -> float:
        """So many seconds or fewer were taken by this part of all answers."""
        ordered = sorted(one for each in self.seconds.values() for one in each)
        return ordered[min(len(ordered) - 1, int(len(ordered) * part))]

    def __str__(self) -> str:
        told = ", ".join(f"{n} {status}" for status, n in sorted(self.statuses.items()))
        return f"{told}, p95 {self.quantile(0.95):.3f} s, p99 {self.quantile(0.99):.3f} s"


class Machine:
    """How this machine differs from the known one: in itself, and by what others take of it."""

    def __init__(self) -> None:
        self._looks = [(slowness(), crowding())]

    @property
    def usual(self) -> float:
        """Questions a second that are the usual load here."""
        return USUAL / self._looks[0][0]

    def again(self) -> "Machine":
        """Look again, after what is measured."""
        self._looks.append((slowness(), crowding()))
        return self

    @property
    def factor(self) -> float:
        """How many times longer an answer may take here."""
        return mean(slow * crowded for slow, crowded in self._looks)


@dataclass
class Load:
    """Who asks, for which purchases."""

    client: httpx.AsyncClient
    purchases: list[str]
    rng: Random

    async def run(self, rate: float, seconds: float, **headers: str) -> Taken:
        """Ask so often for so long, and wait for the last answer."""
        taken, asking = Taken(), set[asyncio.Task[None]]()
        began = time.monotonic()
        for number in range(int(rate * seconds)):
            due = began + number / rate
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            [kind] = self.rng.choices([*SHARES], [*SHARES.values()])
            asking.add(asyncio.create_task(self._one(kind, due, taken, headers)))
        await asyncio.gather(*asking)
        return taken

    async def _one(self, kind: str, due: float, taken: Taken, headers: dict[str, str]) -> None:
        answer = await self._ask(kind, headers)
        taken.seconds[kind].append(time.monotonic() - due)
        taken.statuses[answer.status_code] += 1
        taken.untold += answer.status_code in {429, 503} and "retry-after" not in answer.headers

    async def _ask(self, kind: str, headers: dict[str, str]) -> httpx.Response:
        if kind == "write":
            said = {**headers, "Idempotency-Key": uuid4().hex}
            title = {"title": f"Load {next(_numbers)}"}
            return await self.client.post("/v1/cases", json=title, headers=said)
        path = {
            "score": f"/v1/scores/process/{self.rng.choice(self.purchases)}",
            "list": self.rng.choice(LISTS),
            "feed": "/v1/feed?limit=20",
        }[kind]
        return await self.client.get(path, headers=headers)
