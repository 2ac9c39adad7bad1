"""Processes put together side by side: of a portal that need not be spared, that takes the time.

What a release says follows from its records alone, so that other processes of ours can make it;
they have no connection of their own, and end with the one that they work for.
"""

import asyncio
import os
import pickle
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from threading import Thread
from typing import Final

from ingestor.intake import Accepted, Refused
from ingestor.sources.goszakup.pull.assemble import Assembler, bundle_of
from ingestor.sources.goszakup.pull.heads import Head
from ingestor.sources.goszakup.pull.store import Kept

Order = tuple[Head, Sequence[Kept]]
"""A process, and the records that it is made of."""

Made = list[Accepted | Refused]

MOST: Final = 4
"""Processes: more would wait for the one that fetches and stores."""

PARTS_EACH: Final = 2
"""Into which each process's share is cut: one that is slowed down leaves some to the others."""

WORTH: Final = 8
"""Orders that are given away together; fewer are made sooner than sent."""


class Workshop:
    """Makes releases in processes of its own."""

    def __init__(self, pool: ProcessPoolExecutor, hands: int) -> None:
        self._pool = pool
        self._hands = hands

    async def releases(self, assembler: Assembler, orders: Sequence[Order]) -> Made:
        """Make the releases of some processes, in their order."""
        told = _told(assembler)
        size = max(WORTH, -(-len(orders) // (self._hands * PARTS_EACH)))
        parts = [orders[first : first + size] for first in range(0, len(orders), size)]
        loop = asyncio.get_running_loop()
        made = await asyncio.gather(
            *(loop.run_in_executor(self._pool, _work, told, part) for part in parts)
        )
        return [one for part in made for one in part]


@contextmanager
def workshop() -> Iterator[Workshop]:
    """Lend a workshop; to be opened before there are threads and connections, which it would share.

    Its processes are there from the start: forked later, they would keep what is open by then.
    """
    hands = min(MOST, os.cpu_count() or 1)
    pool = ProcessPoolExecutor(hands, mp_context=get_context("fork"), initializer=_begin)
    with pool:
        pool.submit(_nothing).result()
        yield Workshop(pool, hands)


@lru_cache(maxsize=1)
def _told(assembler: Assembler) -> bytes:
    return pickle.dumps(assembler)


@lru_cache(maxsize=1)
def _learnt(told: bytes) -> Assembler:
    assembler: Assembler = pickle.loads(told)  # noqa: S301  # nosemgrep: unpacks-objects (of our own parent)
    return assembler


def _work(told: bytes, orders: Sequence[Order]) -> Made:
    assembler = _learnt(told)
    return [assembler.release(head, bundle_of(kept), kept) for head, kept in orders]


def _begin() -> None:
    """End with the parent, however it ends; what interrupts it is its own affair."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    assert parent is not None
    wait([parent.sentinel])
    os._exit(1)


def _nothing() -> None:
    """Be called, so that the processes are there."""
