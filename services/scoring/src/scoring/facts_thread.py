"""The one thread that may touch the facts, so that feeds and PostgreSQL are served meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

import duckdb

from scoring.facts import Facts

T = TypeVar("T")
V = TypeVar("V")


class FactsThread:
    """Calls functions with the facts, one after the other, outside the event loop.

    DuckDB gets one thread of its own for a few processes, all of `threads` for many: work on a few
    is nearly all planning, and a second thread doubles its time on a busy machine (measured: 133
    and 55 ms for one release).
    """

    def __init__(self, facts: Facts, *, threads: int) -> None:
        self._facts = facts
        self._most = threads
        self._threads = 0
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="facts")

    async def __call__(self, work: Callable[[Facts], T], *, many: bool = False) -> T:
        """Do some work with the facts and return what it gives."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, self._do, work, self._most if many else 1)

    def awaiting(self, act: Callable[[V], Awaitable[None]]) -> Callable[[V], None]:
        """Return a way for work with the facts to have the event loop do something, and wait."""
        loop = asyncio.get_running_loop()

        async def acted(value: V) -> None:
            await act(value)

        return lambda value: asyncio.run_coroutine_threadsafe(acted(value), loop).result()

    def _do(self, work: Callable[[Facts], T], threads: int) -> T:
        if threads != self._threads:
            self._facts.connection.execute(f"SET threads = {threads}")
            self._threads = threads
        return work(self._facts)

    async def close(self) -> None:
        """Break off what is running and close the file; what was not committed is undone."""
        with suppress(duckdb.Error):
            self._facts.interrupt()
        await asyncio.to_thread(self._pool.shutdown, cancel_futures=True)
        self._facts.close()
