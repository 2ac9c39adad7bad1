"""Which test process runs which test: all journeys share one platform, so one process has them all.

(`--dist loadgroup` would say the same, but pytest-xdist 3.8 does not group under pytest 9.)
"""

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]  # it has none

TOGETHER = "tests/journeys/"


class Scheduling(LoadScopeScheduling):  # type: ignore[misc]
    """Hands out all journeys as one piece of work, the first, and every other test by itself."""

    def _split_scope(self, nodeid: str) -> str:
        return TOGETHER if nodeid.startswith(TOGETHER) else nodeid

    def _pending_of(self, workload: dict[str, dict[str, bool]]) -> int:
        """Count what is left; what is done is forgotten, not counted after every test again."""
        for scope in [scope for scope, unit in workload.items() if all(unit.values())]:
            del workload[scope]
        return sum(list(unit.values()).count(False) for unit in workload.values())


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling:
    """Distribute with the scheduling above, whenever tests are distributed."""
    return Scheduling(config, log)
