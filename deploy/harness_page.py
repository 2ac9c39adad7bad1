"""The page of the harness: every check, what it promises, which tests guard it, or why none."""

from itertools import groupby
from typing import Final

from tests.harness.checks import TIERS, Check, Mark, checks, marks

HEAD: Final = """# What is promised, and what shows it

Generated from `tests/harness/checks.yaml` and the marks of the tests by `make docs`. `make harness`
runs the checks (`TIER=1`, `2` or `3`; `SEED=` any number; `CHECKS="F2 W9"` only these) and prints
one line for each with its figure and limit, then how many passed and failed. Faults come after
counted events drawn from the seed, so that a run can be repeated. Whatever is broken meanwhile, the
measure is the set of ids that the platform accepted."""


QUICK: Final = "make test"


def page() -> str:
    """Write the page."""
    found = marks()
    groups = [
        _group(name, list(rows), found)
        for name, rows in groupby(checks().values(), lambda check: check.group)
    ]
    tiers = "; ".join(f"{tier}: {when}" for tier, when in TIERS.items())
    guarded = len({mark.id for mark in found})
    quick = len({mark.id for mark in found if mark.runs_in == QUICK})
    count = (
        f"Tiers: {tiers}. Of {len(checks())} checks {guarded} are guarded by tests; the others say "
        f"why not. Tests run in `{QUICK}`, which so guards {quick} checks, or where it is written "
        "behind them: `make test-rest` runs before every landing as well, and what is left to "
        "`make harness` only there."
    )
    return "\n\n".join([HEAD, count, *groups]) + "\n"


def _group(name: str, rows: list[Check], found: tuple[Mark, ...]) -> str:
    lines = [_row(check, [mark for mark in found if mark.id == check.id]) for check in rows]
    table = "| id | promise | tier | limit | test |\n|---|---|---|---|---|"
    return "\n".join([f"## {name}\n", table, *lines])


def _row(check: Check, guards: list[Mark]) -> str:
    tiers = ", ".join(sorted({str(mark.tier) for mark in guards}))
    limits = "; ".join(dict.fromkeys(mark.limit for mark in guards))
    tests = "<br>".join(f"[{_words(mark)}](../{mark.file}){_where(mark)}" for mark in guards)
    return f"| {check.id} | {check.promise} | {tiers} | {limits} | {tests or check.untested} |"


def _where(mark: Mark) -> str:
    return "" if mark.runs_in == QUICK else f" (`{mark.runs_in}`)"


def _words(mark: Mark) -> str:
    return mark.test.removeprefix("test_").replace("_", " ")
