"""How fast the portal is asked: never above the agreed rate, slower for as long as it struggles.

The portal documents no limit. The rate is halved when it refuses or fails, and creeps back after a
run of good answers; what it asks for in Retry-After is waited for by everyone. Turns are handed out
by a ledger, so that several processes that ask with one token wait for each other.
"""

import asyncio
from typing import Final

from ingestor.sources.goszakup.portal.timer import Timer
from ingestor.sources.goszakup.portal.turns import Ledger, OwnLedger

SLOWEST: Final = 1 / 60  # requests a second: one a minute, so that a recovery is noticed
SLOW_DOWN: Final = 0.5
SPEED_UP: Final = 1.25
GOOD_IN_A_ROW: Final = 20  # good answers before the rate is raised
BEHIND: Final = 3  # turns left to whoever follows, for each that history takes meanwhile


class Pace:
    """Lets one request after another go. `rate` is the most requests a second; 0 is no limit."""

    def __init__(self, rate: float, timer: Timer, ledger: Ledger | None = None) -> None:
        self._most = rate
        self._rate = rate
        self._timer = timer
        self._ledger = ledger or OwnLedger(timer)
        self._held_until = timer.now()
        self._followed = False
        self._good = 0
        self._turns = asyncio.Lock()
        self._behind = asyncio.Lock()

    @property
    def rate(self) -> float:
        """The present rate in requests a second; 0 is no limit."""
        return self._rate

    async def turn(self, *, aside: bool = False) -> None:
        """Wait until the next request may go."""
        async with self._turns:
            while True:
                while (wait := self._held_until - self._timer.now()) > 0:
                    await self._timer.sleep(wait)
                if self._rate:
                    turn = await self._ledger.reserve(1 / self._rate, aside=aside)
                    self._followed = turn.followed
                    await self._timer.sleep(turn.wait)
                if self._held_until <= self._timer.now():  # it may be put off meanwhile
                    return

    async def let_others_go_first(self) -> None:
        """Wait, where somebody follows what happens now, until he has had his turns."""
        async with self._behind:
            if self._rate and self._followed:
                await self._timer.sleep(BEHIND / self._rate)

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

    def back_to(self, rate: float) -> None:
        """Ask as fast as before one question that alone was answered badly."""
        self._rate = max(self._rate, rate)

    async def hold(self, seconds: float) -> None:
        """Let nobody ask before so many seconds have passed, in this process or another."""
        self._held_until = max(self._held_until, self._timer.now() + seconds)
        if self._rate and seconds:
            await self._ledger.hold(seconds)
