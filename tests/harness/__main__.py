"""Run the checks: `python -m tests.harness [--tier 1|2|3] [--seed N] [ID ...]`.

One line per check, closing with how many passed and failed; the exit status is 1 unless all passed.
A check whose test was skipped (no proxy on this machine) is told as not run, never as passed.
"""

import argparse
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence

import pytest

from tests.harness.checks import TIERS, Mark, marks

FAILED, SKIPPED, PASSED = "FAIL", "not run", "ok"


class Result:
    """What became of one check so far, by the tests that guard it."""

    def __init__(self) -> None:
        self.limits: list[str] = []
        self.outcomes: dict[str, list[str]] = {}
        self.figures: list[str] = []
        self.seconds = 0.0

    @property
    def verdict(self) -> str:
        """The worst that any of its tests came to; a test that never ran has failed."""
        ended = [outcome for each in self.outcomes.values() for outcome in each or [FAILED]]
        return next(worst for worst in (FAILED, SKIPPED, PASSED) if worst in ended)

    @property
    def figure(self) -> str:
        """What its tests measured; how many examples held, where none measured anything."""
        ended = [outcome for each in self.outcomes.values() for outcome in each]
        return "; ".join(self.figures) or f"{ended.count(PASSED)} of {len(ended)} examples held"


class Harness:
    """A plugin of pytest: gathers what became of each check and says so when its last test ends."""

    def __init__(self, chosen: Sequence[Mark], seed: int) -> None:
        self.seed = seed
        self.results: dict[str, Result] = defaultdict(Result)
        self._names: dict[str, list[str]] = defaultdict(list)
        self._left: Counter[str] = Counter()
        self._told: set[str] = set()
        for mark in chosen:
            self._names[mark.node].append(mark.id)
            result = self.results[mark.id]
            result.outcomes[mark.node] = []
            result.limits += [mark.limit] if mark.limit not in result.limits else []

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Count the examples of each test."""
        self._left.update(_test(item.nodeid) for item in session.items)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take down one stage of one test."""
        test = _test(report.nodeid)
        for name in self._names[test]:
            result = self.results[name]
            result.seconds += report.duration
            if report.when == "call" or not report.passed:
                result.outcomes[test].append(_verdict(report))
                wanted = {"figure", f"figure {name}"}
                found = (str(told) for whose, told in report.user_properties if whose in wanted)
                result.figures += [told for told in found if told not in result.figures]
        if report.failed:
            print(f"\n{report.nodeid}\n{report.longreprtext}\n", file=sys.stderr)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Tell of every check whose last example is over."""
        self._left[_test(nodeid)] -= 1
        for name in self._names[_test(nodeid)]:
            if not any(self._left[test] for test in self.results[name].outcomes):
                self._tell(name)

    def close(self) -> int:
        """Tell of what never came to its end, then how many passed; gives the exit status."""
        for name in self.results:
            self._tell(name)
        verdicts = [result.verdict for result in self.results.values()]
        passed, failed, skipped = map(verdicts.count, (PASSED, FAILED, SKIPPED))
        print(f"{passed} passed, {failed} failed" + (f", {skipped} not run" if skipped else ""))
        return 1 if failed or not passed else 0

    def _tell(self, name: str) -> None:
        if name in self._told:
            return
        self._told.add(name)
        result = self.results[name]
        words = (f"{name:<4}seed={self.seed}", f"figure={result.figure}")
        limits = f"limit={'; '.join(result.limits)}"
        print(*words, limits, result.verdict, f"{result.seconds:.1f} s", sep="  ", flush=True)


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.harness", description=__doc__)
    parser.add_argument("--tier", type=int, choices=TIERS, help="only the tests of this tier")
    parser.add_argument("--seed", type=int, default=1, help="what every fault is drawn from")
    parser.add_argument("ids", nargs="*", metavar="ID", help="only these checks")
    asked = parser.parse_args()
    if unknown := set(asked.ids) - {mark.id for mark in marks()}:
        parser.error(f"no test guards {', '.join(sorted(unknown))}; see docs/harness.md")
    chosen = [mark for mark in marks() if _wanted(mark, asked.tier, asked.ids)]
    os.environ["SEED"] = str(asked.seed)
    harness = Harness(chosen, asked.seed)
    words = ["-p", "no:terminal", "-p", "no:cacheprovider", f"--hypothesis-seed={asked.seed}"]
    pytest.main([*words, *dict.fromkeys(mark.node for mark in chosen)], plugins=[harness])
    return harness.close()


def _wanted(mark: Mark, tier: int | None, ids: Sequence[str]) -> bool:
    return (not ids or mark.id in ids) and (tier is None or mark.tier == tier)


def _verdict(report: pytest.TestReport) -> str:
    return {"passed": PASSED, "skipped": SKIPPED}.get(report.outcome, FAILED)


def _test(node: str) -> str:
    """The test that an example belongs to."""
    return node.partition("[")[0]


if __name__ == "__main__":
    sys.exit(main())
