"""A portal that is down is left alone: after five failures in a row only single trials are made."""

import asyncio
from typing import Final, Literal

from ingestor.sources.goszakup.portal.failures import PortalAwayError
from ingestor.sources.goszakup.portal.timer import Timer

THRESHOLD: Final = 5  # failures in a row
COOL_DOWN: Final = 30.0  # seconds until the first trial; doubled after each that fails
LONGEST: Final = 600.0
TRIALS: Final = 4  # failed in a row, then the run is given up: about seven minutes

State = Literal["closed", "open", "half_open"]


class Breaker:
    """Stands between all who ask and the portal."""

    def __init__(self, timer: Timer) -> None:
        self.state: State = "closed"
        self._timer = timer
        self._failures = 0
        self._failed_trials = 0
        self._opens_at = 0.0
        self._changed = asyncio.Event()

    async def admit(self) -> bool:
        """Wait until the portal may be asked, and tell whether that is a single trial.

        Raises PortalAwayError where the portal stays away.
        """
        while self.state != "closed":
            if self._failed_trials >= TRIALS:
                self._failed_trials = 0
                raise PortalAwayError("The portal does not answer; the next run tries again")
            if self.state == "half_open":
                self._changed.clear()
                await self._changed.wait()
            elif (wait := self._opens_at - self._timer.now()) > 0:
                await self._timer.sleep(wait)
            else:
                self.state = "half_open"
                return True
        return False

    def gave_up(self) -> None:
        """Let somebody else make the trial: it was broken off, and says nothing of the portal."""
        if self.state == "half_open":
            self.state = "open"
            self._changed.set()

    def succeeded(self) -> None:
        """Note a good answer: the way is free."""
        self.state = "closed"
        self._failures = self._failed_trials = 0
        self._changed.set()

    def failed(self) -> None:
        """Note a failure of the portal."""
        self._failures += 1
        trial_failed = self.state == "half_open"
        if trial_failed or (self.state == "closed" and self._failures >= THRESHOLD):
            self._failed_trials += trial_failed
            pause = min(LONGEST, COOL_DOWN * 2**self._failed_trials)
            self._opens_at = self._timer.now() + pause
            self.state = "open"
            self._changed.set()
