"""A list worked off from both its ends at once, what comes of it given in the order of the list.

DuckDB lets go of Python while it works; so two connections judge in half the time on two cores.
"""

from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def from_both_ends(
    ones: Sequence[T], here: Callable[[T], R], beside: Callable[[T], R]
) -> Generator[R]:
    """Do the first ones `here`, each when it is asked for, and the last ones in another thread.

    Who stops asking stops the other thread as well. A fault there is raised once its turn comes.
    """
    waiting = deque(ones)
    done: list[R] = []

    def help_along() -> None:
        while waiting:
            done.extend(map(beside, _next(waiting.pop)))

    with ThreadPoolExecutor(1, thread_name_prefix="beside") as pool:
        helping = pool.submit(help_along)
        try:
            while waiting:
                yield from map(here, _next(waiting.popleft))
            helping.result()
            yield from reversed(done)
        finally:
            waiting.clear()


def _next(take: Callable[[], T]) -> list[T]:
    """Take one, or none where the other thread was faster."""
    try:
        return [take()]
    except IndexError:
        return []
