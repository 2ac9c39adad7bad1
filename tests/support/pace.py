"""The cost of work, counted in seconds of one known machine, so that speed tests judge the code.

A figure of seconds holds on the machine it was measured on, others are four times slower, and a
shared one changes its pace from second to second. So each run is measured between two runs of
work whose cost is known, and the best of a few is believed.
"""

import json
import time
from collections.abc import Callable

REFERENCE = 0.005
"""CPU seconds of the known work on the machine the figures in tests and documentation come from."""

_DOCUMENT = {"lots": [{"id": str(n), "sum": n * 1.5, "title": "word " * 8} for n in range(40)]}


def cost(work: Callable[[], object], runs: int = 3) -> float:
    """CPU seconds that the work takes on the reference machine, the best of some runs."""
    return min(_once(work) for _ in range(runs))


def slowness() -> float:
    """How many times longer this machine takes now than the reference; never below one."""
    return max(1.0, min(_cpu(_known) for _ in range(5)) / REFERENCE)


def crowding(looks: int = 5) -> float:
    """How many times longer than its CPU work takes here, for others want the machine as well."""
    began, before = time.perf_counter(), time.process_time()
    for _ in range(looks):
        for _ in range(10):
            _known()
        time.sleep(0.02)
    slept = looks * 0.02
    spent = time.process_time() - before
    return max(1.0, (time.perf_counter() - began - slept) / spent)


def _once(work: Callable[[], object]) -> float:
    before = slowness()
    spent = _cpu(work)
    return spent / ((before + slowness()) / 2)


def _cpu(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _known() -> None:
    seen: dict[str, int] = {}
    for _ in range(60):
        for lot in json.loads(json.dumps(_DOCUMENT))["lots"]:
            seen[lot["id"]] = seen.get(lot["id"], 0) + len(lot["title"].split())
