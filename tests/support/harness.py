"""How a test takes part in the harness: the check it guards, its seed, and the figure it measured.

A figure that belongs to one of several checks names it: `figure("0 of 2,000 lost", "F2")`.
"""

import os
from typing import Protocol

import pytest

MARKS = (
    "check(id, tier, limit): guards a check of tests/harness/checks.yaml within a limit",
    "long: takes minutes; only `make harness TIER=2` or 3 runs it",
)


class Figure(Protocol):
    """Takes what was measured, and the check it is told for if it is not told for all."""

    def __call__(self, told: str, check: str | None = None) -> None: ...


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marks."""
    for mark in MARKS:
        config.addinivalue_line("markers", mark)


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Figure:
    """Tell what was measured."""

    def tell(told: str, check: str | None = None) -> None:
        request.node.user_properties.append((f"figure {check}" if check else "figure", told))

    return tell


@pytest.fixture
def seed() -> int:
    """The number that every fault and every choice of this run comes from (SEED)."""
    return int(os.environ.get("SEED", "1"))
