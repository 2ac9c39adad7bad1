"""The worked examples of a draft, run by the real loader and judged by its own queries, confined.

The checks are those that the files of the catalogue pass: every example comes out as it says.
"""

import math
import tempfile
from datetime import date
from pathlib import Path
from typing import Any, Final

import msgspec

from scoring.drafts.confined import StoppedError, Task, WrongError, interrupt_after
from scoring.drafts.copy import confine
from scoring.drafts.shape import check_shape
from scoring.drafts.sql import Flaw
from scoring.evaluate import bulk
from scoring.example_facts import load_example
from scoring.examples import Outcome, copies, example_tables
from scoring.facts import Facts
from scoring.indicator import Example, Expected, Indicator
from scoring.judgements import Judgement
from scoring.normal import load_normal
from scoring.profiles import Profile, load_profile
from scoring.raw import load_raw

MEMORY: Final = "300MB"


def examples(task: Task) -> dict[str, Any]:
    """Run every example. Raises WrongError naming those that do not come out as they say."""
    flaws: list[Flaw] = []
    for number, example in enumerate(task.indicator.examples):
        outcome = run(task, example, number)
        flaws += flaws_of(outcome, example, f"/body/examples/{number}")
    if flaws:
        raise WrongError(*flaws)
    return {"examples": len(task.indicator.examples)}


def run(task: Task, example: Example, number: int = 0) -> Outcome:
    """Judge one example. Raises WrongError for facts that cannot be loaded."""
    indicator = task.indicator
    profile = msgspec.structs.replace(
        load_profile(example.profile),
        enabled=[indicator.code],
        parameters={indicator.code: example.parameters},
    )
    facts = Facts.open(":memory:", memory=MEMORY, threads=1)
    timer = interrupt_after(facts.connection, task.limits.wall_seconds)
    try:
        _load(facts, example, profile, number)
        confine(facts.connection, task.limits)
        return _outcome(facts, indicator, profile, example.as_of)
    finally:
        timer.cancel()
        facts.close()


def flaws_of(outcome: Outcome, example: Example, pointer: str) -> list[Flaw]:
    """Compare what was said of every subject with what the example expects."""
    found = []
    for number, expected in enumerate(example.expected):
        said = _differs(outcome, expected, outcome.of(expected))
        if said is not None:
            found.append(Flaw(f"{pointer}/expected/{number}", "example_differs", said))
    return found


def _load_releases(facts: Facts, lines: bytes, profile: Profile) -> None:
    with tempfile.TemporaryDirectory(prefix="qadaga-") as folder:
        file = Path(folder) / "example.jsonl"
        file.write_bytes(lines)
        if profile.name == "cardinal":
            load_raw(facts, [str(file)], profile)
        else:
            load_normal(facts, [str(file)])


def _load(facts: Facts, example: Example, profile: Profile, number: int) -> None:
    try:
        lines = b"".join(msgspec.json.encode(one) + b"\n" for one in copies(example))
        if lines:
            _load_releases(facts, lines, profile)
        load_example(facts, example_tables(example))
    except (ValueError, KeyError, TypeError, OSError, AssertionError) as fault:
        said = f"cannot be loaded: {fault}"[:300]
        raise WrongError(Flaw(f"/body/examples/{number}", "facts_unusable", said)) from fault


def _outcome(facts: Facts, indicator: Indicator, profile: Profile, as_of: date | None) -> Outcome:
    (judgements,) = bulk(facts, {indicator.code: indicator}, profile, as_of=as_of)
    if judgements.error is not None:
        raise_for(judgements.error)
    check_shape(facts.connection, indicator)
    return Outcome(list(judgements.rows()), list(judgements.evidence()))


def raise_for(error: str) -> None:
    """Tell a query that cannot be bound, which its author can mend, from one that was stopped."""
    if error.startswith(("Binder Error", "Catalog Error", "Parser Error", "Not implemented")):
        raise WrongError(Flaw("/body/query", "query_fails", error[:300]))
    raise StoppedError(error)


def _differs(outcome: Outcome, expected: Expected, judgement: Judgement | None) -> str | None:
    if judgement is None:
        return f"nothing is said of {expected.subject!r}"
    if judgement.status != expected.status:
        return f"{expected.subject!r} is {judgement.status}, expected {expected.status}"
    if expected.value is not None and not _near(judgement.value, expected.value):
        return f"the value of {expected.subject!r} is {judgement.value}, expected {expected.value}"
    if expected.missing is not None and list(judgement.missing) != expected.missing:
        return f"missing of {expected.subject!r} are {list(judgement.missing)}"
    return _rests_otherwise(outcome, expected, judgement)


def _rests_otherwise(outcome: Outcome, expected: Expected, judgement: Judgement) -> str | None:
    if expected.evidence is not None and outcome.paths(judgement) != sorted(expected.evidence):
        return f"the evidence of {expected.subject!r} is {outcome.paths(judgement)}"
    if expected.certain not in {None, judgement.certain}:
        return f"{expected.subject!r} is{'' if judgement.certain else ' not'} certain"
    if expected.again_on not in {None, judgement.again_on}:
        return f"{expected.subject!r} is judged again on {judgement.again_on}"
    return None


def _near(value: float | None, expected: float) -> bool:
    return value is not None and math.isclose(value, expected, rel_tol=1e-6, abs_tol=1e-12)
