"""How fast the portal is asked: never above the agreed rate, slower for as long as it struggles.

The portal documents no limit. The rate is halved when it refuses or fails, and creeps back after a
run of good answers; what it asks for in Retry-After is waited for by everyone.
"""

import asyncio
from typing import Final

from ingestor.sources.goszakup.portal.timer import Timer

SLOWEST: Final = 1 / 60  # requests a second: one a minute, so that a recovery is noticed
SLOW_DOWN: Final = 0.5
SPEED_UP: Final = 1.25
GOOD_IN_A_ROW: Final = 20  # good answers before the rate is raised


class Pace:
    """Lets one request after another go. `rate` is the most requests a second; 0 is no limit."""

    def __init__(self, rate: float, timer: Timer) -> None:
        self._most = rate
        self._rate = rate
        self._timer = timer
        self._next = timer.now()
        self._good = 0
        self._turns = asyncio.Lock()

    @property
    def rate(self) -> float:
        """The present rate in requests a second; 0 is no limit."""
        return self._rate

    async def turn(self) -> None:
        """Wait until the next request may go."""
        async with self._turns:
            while (wait := self._next - self._timer.now()) > 0:  # it may be put off meanwhile
                await self._timer.sleep(wait)
            if self._rate:
                self._next = self._timer.now() + 1 / self._rate

    def went_well(self) -> None:
        """Note a good answer."""
        if self._rate >= self._most:
            return
        self._good += 1
        if self._good >= GOOD_IN_A_ROW:
            self._good = 0
            self._rate = min(self._most, self._rate * SPEED_UP)

    def went_badly(self) -> None:
        """Note that the portal struggles."""
        self._good = 0
        self._rate = max(min(SLOWEST, self._most), self._rate * SLOW_DOWN)

    def hold(self, seconds: float) -> None:
        """Let nobody ask before so many seconds have passed."""
        self._next = max(self._next, self._timer.now() + seconds)
