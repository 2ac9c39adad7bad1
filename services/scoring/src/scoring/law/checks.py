"""What must hold between the entries of a table: no rule twice on one day, no unknown words."""

from collections import defaultdict
from collections.abc import Hashable, Iterator
from typing import Any

from scoring.law.rows import Law
from shared.law.entries import Period
from shared.law.reading import LawFileError

REGIMES = {"any", "quasi_state"}
"""Words for all methods of a regime."""


def refuse_contradictory(law: Law) -> None:
    """Raise LawFileError where two entries say something of the same thing on the same day."""
    _refuse_unknown_methods(law)
    _refuse_unknown_readings(law)
    _refuse_twice("terms.yaml", _terms(law))


def _refuse_unknown_methods(law: Law) -> None:
    known = {one.value.method for _, one in law.methods.periods()} | REGIMES
    for file in ("terms", "failures", "floors"):
        for key, one in law.tables()[file].periods():
            for method in one.value.methods:
                if method not in known:
                    raise LawFileError(f"{file}.yaml: {key}: there is no method {method!r}")


def _refuse_unknown_readings(law: Law) -> None:
    issues = {key: one.value for key, one in law.contradictions.periods()}
    for key, issue in issues.items():
        if issue.chosen not in issue.readings:
            raise LawFileError(
                f"contradictions.yaml: {key}: {issue.chosen!r} is none of its readings"
            )
    for file, table in law.tables().items():
        for key, one in table.periods():
            of = issues.get(one.issue or "")
            others = set(of.readings) - {of.chosen} if of else set()
            if not set(one.otherwise) <= others:
                raise LawFileError(f"{file}.yaml: {key}: {one.issue} has no such other readings")


def _terms(law: Law) -> Iterator[tuple[Hashable, str, Period[Any]]]:
    for key, one in law.terms.periods():
        for method in one.value.methods:
            yield (one.value.term, method), key, one


def _refuse_twice(file: str, said: Iterator[tuple[Hashable, str, Period[Any]]]) -> None:
    found: dict[Hashable, list[tuple[str, Period[Any]]]] = defaultdict(list)
    for what, key, one in said:
        for other, before in found[what]:
            if before.covers(one.valid_from) or one.covers(before.valid_from):
                raise LawFileError(f"{file}: {key} and {other} both speak of {what} on one day")
        found[what].append((key, one))
