"""Several processes kept together: begun in their order, ended in the opposite one."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from signal import SIGINT, SIGTERM

from deploy.local.children import Child, Plan
from deploy.local.console import say
from deploy.local.place import Place

END_WITHIN = (2.5, 1.5)
"""Seconds that programs, and then the servers they use, are given to end by themselves."""


class Family:
    """The processes of one data folder."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._generations: list[list[Child]] = []

    async def up(self, plans: Iterable[Plan]) -> None:
        """Start processes that need the ones before; wait until all can work.

        Raises Refusal with the last words of a process that cannot start.
        """
        children = [Child(plan, self._place.logs, self._note) for plan in plans]
        self._generations.append(children)
        for child in children:
            child.start()
        await asyncio.gather(*(child.wait_ready() for child in children))

    def _note(self) -> None:
        everyone = [child for generation in self._generations for child in generation]
        self._place.note_children({c.plan.name: c.pid for c in everyone if c.pid})

    async def stop(self) -> None:
        """End everybody, the youngest first; who does not end in time is killed."""
        patience: Sequence[float] = END_WITHIN
        for generation in reversed(self._generations):
            for child in reversed(generation):
                child.ask_to_end()
            await asyncio.gather(*(child.ended(patience[0]) for child in generation))
            patience = patience[1:] or patience
        self._place.note_children({})


async def keep(family: Family, start: Callable[[], Awaitable[None]]) -> None:
    """Start, then stay until Ctrl-C or SIGTERM; whatever happens, leave nothing running."""
    asked_to_end = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (SIGINT, SIGTERM):
        loop.add_signal_handler(number, asked_to_end.set)
    starting = asyncio.ensure_future(start())
    asking = asyncio.create_task(asked_to_end.wait())
    try:
        await asyncio.wait([starting, asking], return_when=asyncio.FIRST_COMPLETED)
        if not asking.done():
            await starting
            await asking
        say("\nending…")
    finally:
        asking.cancel()
        starting.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await starting
        await family.stop()
