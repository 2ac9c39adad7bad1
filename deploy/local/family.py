"""Several processes kept together: begun in their order, ended in the opposite one."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import chain
from signal import SIG_IGN, SIGHUP, SIGINT, SIGTERM, getsignal

from deploy.local.children import Child, Plan
from deploy.local.console import say
from deploy.local.place import Place

END_WITHIN = (2.0, 1.5)
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

    def listen(self) -> None:
        """From now on show their warnings: all are there, so what is said is news."""
        for child in self._everybody():
            child.log.loud = True

    def _everybody(self) -> Iterator[Child]:
        return chain.from_iterable(self._generations)

    def _note(self) -> None:
        alive = {child.plan.name: child.pid for child in self._everybody() if child.pid}
        self._place.note_children(alive)

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
    """Start, then stay until Ctrl-C, SIGTERM or a closed terminal; leave nothing running."""
    asked_to_end = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (SIGINT, SIGTERM, SIGHUP):
        if number != SIGHUP or getsignal(SIGHUP) != SIG_IGN:  # nohup means what it says
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
