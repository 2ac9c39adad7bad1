"""Running the worked examples of an indicator through the real loader and the real queries."""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from scoring.declared import tables
from scoring.evaluate import bulk
from scoring.example_facts import load_example
from scoring.facts import Facts
from scoring.indicator import Example, Expected, Indicator
from scoring.judgements import Evidence, Judgement
from scoring.normal import load_normal
from scoring.profiles import Profile, load_profile
from scoring.raw import load_raw
from scoring.score import FLAGGED

TENTH = 10
"""Copies that share one `{m}`."""


@dataclass(frozen=True)
class Outcome:
    """What the indicator said of every subject of an example."""

    judgements: Sequence[Judgement]
    evidence: Sequence[Evidence]

    def of(self, expected: Expected) -> Judgement | None:
        """Find the judgement that the example speaks of."""
        for judgement in self.judgements:
            if judgement.subject == expected.subject and expected.kind in {None, judgement.kind}:
                return judgement
        return None

    def paths(self, judgement: Judgement) -> list[str]:
        """List the paths of its evidence."""
        wanted = (judgement.kind, judgement.number)
        return sorted(one.path for one in self.evidence if (one.kind, one.number) == wanted)


class Desk:
    """Facts that examples are laid on one after the other, each on facts that hold nothing else.

    What all examples under one profile need alike (the tables, the law) is made once.
    """

    def __init__(self) -> None:
        self._facts: dict[str, Facts] = {}
        self._filled: dict[str, frozenset[str] | None] = {}

    def run(self, indicator: Indicator, example: Example) -> Outcome:
        """Load the releases and facts of an example and judge them by one indicator."""
        name = example.profile
        if name not in self._facts:
            self._facts[name] = Facts.open(":memory:", threads=1)
        facts = self._facts[name]
        filled = self._filled.pop(name, None)
        _empty(facts, _not_empty(facts) if filled is None else filled)
        released = _load_releases(facts, example)
        filled = load_example(facts, example_tables(example))
        outcome = _judged(facts, indicator, _profile(indicator, example), example.as_of)
        self._filled[name] = None if released else filled
        return outcome

    def close(self) -> None:
        """Close what was opened."""
        for facts in self._facts.values():
            facts.close()


def _load_releases(facts: Facts, example: Example) -> bool:
    """Load the releases of an example as files are loaded; say whether it has any."""
    if not (example.releases or example.repeat):
        return False
    with tempfile.TemporaryDirectory(prefix="qadaga-") as folder:
        file = Path(folder) / "example.jsonl"
        file.write_bytes(b"".join(msgspec.json.encode(one) + b"\n" for one in copies(example)))
        if example.profile == "cardinal":
            load_raw(facts, [str(file)], load_profile(example.profile))
        else:
            load_normal(facts, [str(file)])
    return True


def _profile(indicator: Indicator, example: Example) -> Profile:
    return msgspec.structs.replace(
        load_profile(example.profile),
        enabled=[indicator.code],
        parameters={indicator.code: example.parameters},
    )


def _judged(facts: Facts, indicator: Indicator, profile: Profile, as_of: date | None) -> Outcome:
    (judgements,) = bulk(facts, {indicator.code: indicator}, profile, as_of=as_of)
    if judgements.error is not None:
        raise ValueError(judgements.error)
    rows = list(judgements.rows())
    flagged = any(row.status == FLAGGED for row in rows)
    return Outcome(rows, list(judgements.evidence()) if flagged else [])


def _empty(facts: Facts, filled: Iterable[str]) -> None:
    for name in filled:
        facts.connection.execute(f"DELETE FROM {name}")


def _not_empty(facts: Facts) -> list[str]:
    named = [name for name in tables() if name != "progress"]
    asked = " UNION ALL ".join(f"(SELECT '{name}' FROM {name} LIMIT 1)" for name in named)
    return [name for (name,) in facts.connection.execute(asked).fetchall()]


def copies(example: Example) -> Iterator[Any]:
    """Give the releases of an example, those that make the crowd first."""
    for number in range(example.times if example.repeat else 0):
        for release in example.repeat:
            yield _copy(release, number)
    yield from example.releases


def example_tables(example: Example) -> dict[str, list[Any]]:
    """Give the facts of an example; a row with `{n}` or `{m}` in it stands for a crowd."""
    return {
        name: [
            copy
            for row in rows
            for copy in (
                [_copy(row, number) for number in range(example.times)] if _is_crowd(row) else [row]
            )
        ]
        for name, rows in example.facts.items()
    }


def _copy(value: Any, number: int) -> Any:
    text = msgspec.json.encode(value).decode()
    text = text.replace("{n}", str(number)).replace("{m}", str(number // TENTH))
    return msgspec.json.decode(text)


def _is_crowd(row: Any) -> bool:
    text = msgspec.json.encode(row)
    return b"{n}" in text or b"{m}" in text
