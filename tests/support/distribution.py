"""Which test process runs which test: a file's tests stay together, and so do all journeys.

What a file's tests share is then made once, not once in each process. Files are handed out in the
order of their names: the small ones of `shared` come last, so that all processes end together.
(`--dist loadgroup` would group as well, but pytest-xdist 3.8 does not group under pytest 9.)
"""

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]  # it has none

TOGETHER = "tests/journeys/"
"""They share one platform."""


class Scheduling(LoadScopeScheduling):  # type: ignore[misc]
    """Hands out all journeys as one piece of work, and every other file as one."""

    def _split_scope(self, nodeid: str) -> str:
        return TOGETHER if nodeid.startswith(TOGETHER) else nodeid.partition("::")[0]

    def _pending_of(self, workload: dict[str, dict[str, bool]]) -> int:
        """Count what is left; what is done is forgotten, not counted after every test again."""
        for scope in [scope for scope, unit in workload.items() if all(unit.values())]:
            del workload[scope]
        return sum(list(unit.values()).count(False) for unit in workload.values())


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling:
    """Distribute with the scheduling above, whenever tests are distributed."""
    config.option.loadscopereorder = False  # it would put the files of one long test last
    return Scheduling(config, log)
