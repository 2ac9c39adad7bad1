"""Time as it passes between two requests, handed over so that a test can let it pass at once."""

import asyncio
import time
from typing import Protocol


class Timer(Protocol):
    """Something that measures time and waits."""

    def now(self) -> float:
        """Return seconds since some moment in the past."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class SystemTimer:
    """The time of the machine."""

    def now(self) -> float:
        """Return the seconds of the monotonic clock."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait in the event loop."""
        await asyncio.sleep(seconds)
