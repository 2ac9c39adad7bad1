"""The one thread that may touch the facts, so that feeds and PostgreSQL are served meanwhile."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

import duckdb

from scoring.facts import Facts

T = TypeVar("T")


class FactsThread:
    """Calls functions with the facts, one after the other, outside the event loop."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="facts")

    async def __call__(self, work: Callable[[Facts], T]) -> T:
        """Do some work with the facts and return what it gives."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, work, self._facts)

    async def close(self) -> None:
        """Break off what is running and close the file; what was not committed is undone."""
        with suppress(duckdb.Error):
            self._facts.connection.interrupt()
        await asyncio.to_thread(self._pool.shutdown, cancel_futures=True)
        self._facts.close()
