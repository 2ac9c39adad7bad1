"""The checks: what each promises, which tests guard it, or why none does.

`checks.yaml` declares them all. A test guards one by `@pytest.mark.check("F2", tier=1, limit="0
lost")`; marks are read off the source, so that the page of the harness needs nothing imported.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import yaml

TESTS: Final = Path(__file__).resolve().parent.parent
ROOT: Final = TESTS.parent
DECLARED: Final = Path(__file__).with_name("checks.yaml")

TIERS: Final = {
    1: "inside `make test` or `make test-rest`",
    2: "all together under ten minutes",
    3: "longer",
}

LEFT_OUT: Final = {"long": "make harness", "thorough": "make test-rest", "extra": "make test-rest"}
"""What runs the tests with a mark for which `make test` leaves them out."""


class Check(NamedTuple):
    """A row of the list: what is promised, and the reason if no test guards it."""

    id: str
    group: str
    promise: str
    untested: str | None = None


class Mark(NamedTuple):
    """What a test says of itself: which check it guards, when it runs, and the bound it holds."""

    id: str
    tier: int
    limit: str
    file: str
    test: str
    runs_in: str

    @property
    def node(self) -> str:
        """The name under which pytest knows the test."""
        return f"{self.file}::{self.test}"


@cache
def checks() -> dict[str, Check]:
    """Every check that is declared, in the order of its group and number."""
    told = yaml.safe_load(DECLARED.read_text(encoding="utf-8"))
    return {
        name: Check(name, group, **row)
        for group, rows in told.items()
        for name, row in rows.items()
    }


@cache
def marks() -> tuple[Mark, ...]:
    """Every mark of every test, in the order of the checks."""
    order = {name: place for place, name in enumerate(checks())}
    files = sorted(TESTS.rglob("test_*.py"))
    found = [mark for file in files for mark in _in(file)]
    return tuple(sorted(found, key=lambda one: (order.get(one.id, len(order)), one.node)))


def _in(file: Path) -> Iterator[Mark]:
    text = file.read_text(encoding="utf-8")
    if "mark.check(" not in text:
        return
    body = ast.parse(text).body
    of_all = " ".join(line for line in map(ast.unparse, body) if line.startswith("pytestmark"))
    for test in body:
        if isinstance(test, ast.FunctionDef | ast.AsyncFunctionDef):
            runs_in = _runs_in(" ".join([of_all, *map(ast.unparse, test.decorator_list)]))
            for decorator in test.decorator_list:
                if _is_check(decorator):
                    yield _mark(decorator, str(file.relative_to(ROOT)), test.name, runs_in)


def _runs_in(marks: str) -> str:
    """The command that runs a test with these marks, besides `make harness`."""
    left_out = (mark for mark in LEFT_OUT if f"pytest.mark.{mark}" in marks)
    return LEFT_OUT.get(next(left_out, ""), "make test")


def _is_check(decorator: ast.expr) -> bool:
    return isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.check"


def _mark(call: ast.expr, file: str, test: str, runs_in: str) -> Mark:
    assert isinstance(call, ast.Call)
    [name] = map(ast.literal_eval, call.args)
    told = {one.arg: ast.literal_eval(one.value) for one in call.keywords}
    return Mark(name, told["tier"], told["limit"], file, test, runs_in)
