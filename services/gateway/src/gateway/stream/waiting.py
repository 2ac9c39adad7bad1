"""Waiting for a stream to grow, without a connection to anything.

Whoever waits takes a ticket first and reads then: what comes between the two is not missed.
"""

import asyncio
from collections.abc import Iterable
from typing import Final

MOST_WAITING: Final = 2_000
"""How many questions one process holds open; further ones are answered at once."""


class Waiting:
    """The open questions of one API process, by stream."""

    def __init__(self) -> None:
        self.open = 0
        self._tickets: dict[str, asyncio.Event] = {}

    def ticket(self, stream: str) -> asyncio.Event:
        """Return what is set when the stream grows next."""
        return self._tickets.setdefault(stream, asyncio.Event())

    def wake(self, streams: Iterable[str] | None) -> None:
        """Wake those who wait for these streams; None: all."""
        for stream in [*self._tickets] if streams is None else streams:
            if (ticket := self._tickets.pop(stream, None)) is not None:
                ticket.set()

    async def wait(self, ticket: asyncio.Event, seconds: float) -> bool:
        """Wait for a ticket; whether it was set in time."""
        if self.open >= MOST_WAITING:
            return False
        self.open += 1
        try:
            async with asyncio.timeout(seconds):
                await ticket.wait()
        except TimeoutError:
            return False
        finally:
            self.open -= 1
        return True
