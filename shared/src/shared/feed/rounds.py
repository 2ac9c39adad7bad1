"""Rounds over the feeds that a worker follows: what no bell told of is found by looking."""

import asyncio
from collections.abc import Callable, Collection, Coroutine
from typing import Any, Final

import httpx

from shared import logs
from shared.database import transient

PATIENCE: Final = 2.0
"""Seconds a round waits for feeds that have more to tell."""

_log = logs.logger(__name__)


class Rounds:
    """Reads feeds to their end, each beside the others.

    One that does not answer holds up no other. Nor does one that has very much to tell: it is read
    on while later rounds look at the rest.
    """

    def __init__(
        self, read: Callable[[str], Coroutine[Any, Any, None]], feeds: Collection[str]
    ) -> None:
        self._read = read
        self._feeds = frozenset(feeds)
        self._reading: dict[str, asyncio.Task[None]] = {}

    async def look(self, patience: float | None = PATIENCE) -> None:
        """Begin to read what is not being read; wait so long, or until all is, for the ends.

        Raises what is no fault in passing.
        """
        for name in self._feeds - self._reading.keys():
            self._reading[name] = asyncio.create_task(self._read(name))
        ended, _ = await asyncio.wait(self._reading.values(), timeout=patience)
        self._reading = {name: one for name, one in self._reading.items() if one not in ended}
        results = [one.exception() for one in ended]
        faults = [result for result in results if isinstance(result, Exception)]
        for fault in faults:
            if not (transient(fault) or isinstance(fault, httpx.HTTPError)):
                raise fault
        if faults:
            _log.warning("feeds_away", faults=[type(fault).__name__ for fault in faults])

    async def end(self) -> None:
        """Break off what is still being read: it is read again in the next life."""
        for one in self._reading.values():
            one.cancel()
        await asyncio.gather(*self._reading.values(), return_exceptions=True)
