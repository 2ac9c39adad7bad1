"""Every check of the list is guarded by a test or has its reason; the runner tells the truth."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.harness.__main__ import Harness
from tests.harness.checks import TIERS, Mark, checks, marks

REQUIRED = {
    "A": range(1, 9),
    "F": range(1, 24),
    "U": range(1, 13),
    "W": range(1, 11),
    "B": range(1, 17),
    "P": range(1, 10),
    "L": range(1, 7),
    "H": range(1, 10),
}
"""What the harness must have at least."""


def test_every_check_is_guarded_by_a_test_or_says_why_not() -> None:
    required = {f"{letter}{number}" for letter, numbers in REQUIRED.items() for number in numbers}
    guarded = {mark.id for mark in marks()}
    reasoned = {check.id for check in checks().values() if check.untested}

    assert required - checks().keys() == set()
    assert checks().keys() - guarded - reasoned == set()
    assert guarded & reasoned == set()
    assert guarded - checks().keys() == set()
    assert {mark.tier for mark in marks()} <= TIERS.keys()


def ended(
    test: str, outcome: Any, *told: tuple[str, object], when: Any = "call"
) -> pytest.TestReport:
    """How a stage of a test ended, as pytest tells it."""
    place = ("test_play.py", 1, test)
    return pytest.TestReport(
        f"test_play.py::{test}", place, {}, outcome, None, when, user_properties=told, duration=0.5
    )


def run(harness: Harness, *reports: pytest.TestReport) -> None:
    """Let the tests of these reports be collected, run and ended."""
    items = [SimpleNamespace(nodeid=report.nodeid) for report in reports]
    harness.pytest_collection_finish(cast("pytest.Session", SimpleNamespace(items=items)))
    for report in reports:
        harness.pytest_runtest_logreport(report)
        harness.pytest_runtest_logfinish(report.nodeid)


def test_a_check_holds_when_all_its_tests_do_and_what_never_ran_has_failed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    guards = [("F1", "a"), ("F1", "b"), ("F2", "b"), ("F3", "c"), ("F4", "d"), ("F5", "e")]
    chosen = [Mark(name, 1, "0 lost", "test_play.py", test, "make test") for name, test in guards]
    harness = Harness(chosen, seed=7)

    run(
        harness,
        ended("a[1]", "passed", ("figure", "3 kills")),
        ended("a[2]", "passed", ("figure", "4 kills")),
        ended("b", "passed", ("figure F2", "9 kills"), ("figure F1", "5 kills")),
        ended("c", "skipped", when="setup"),
        ended("d", "failed"),
    )
    status = harness.close()

    assert status == 1
    assert capsys.readouterr().out.splitlines() == [
        "F1  seed=7  figure=3 kills; 4 kills; 5 kills  limit=0 lost  ok  1.5 s",
        "F2  seed=7  figure=9 kills  limit=0 lost  ok  0.5 s",
        "F3  seed=7  figure=0 of 1 examples held  limit=0 lost  not run  0.5 s",
        "F4  seed=7  figure=0 of 1 examples held  limit=0 lost  FAIL  0.5 s",
        "F5  seed=7  figure=0 of 0 examples held  limit=0 lost  FAIL  0.0 s",
        "2 passed, 2 failed, 1 not run",
    ]


def test_without_any_check_that_passed_nothing_is_shown() -> None:
    assert Harness([], seed=1).close() == 1
