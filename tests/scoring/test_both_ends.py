"""A list worked off from both ends: each once, in its order, and no further than is asked."""

import threading
import time

import pytest

from scoring.both_ends import from_both_ends


def test_each_is_done_once_and_comes_in_its_place() -> None:
    here: list[int] = []
    beside: list[int] = []

    def do_here(one: int) -> int:
        time.sleep(0.002)
        here.append(one)
        return one

    def do_beside(one: int) -> int:
        time.sleep(0.002)
        beside.append(one)
        return one

    assert list(from_both_ends(range(40), do_here, do_beside)) == list(range(40))
    assert sorted([*here, *beside]) == list(range(40))
    assert here
    assert beside


def test_a_fault_beside_is_raised_after_what_was_done_here() -> None:
    failed = threading.Event()

    def fail(_: int) -> int:
        failed.set()
        raise ValueError("no")

    found = from_both_ends([1, 2, 3], lambda one: failed.wait() and one, fail)

    assert next(found) == 1
    assert next(found) == 2
    with pytest.raises(ValueError, match="no"):
        next(found)


def test_who_asks_no_more_stops_the_work_beside() -> None:
    begun = threading.Event()
    beside: list[int] = []

    def slowly(one: int) -> int:
        begun.set()
        time.sleep(0.01)
        beside.append(one)
        return one

    found = from_both_ends(range(1_000), lambda one: begun.wait() and one, slowly)
    next(found)
    found.close()

    done = len(beside)
    time.sleep(0.05)
    assert done == len(beside) < 500
