"""Running the worked examples of an indicator through the real loader and the real queries."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from scoring.evaluate import Evidence, Judgement, bulk
from scoring.facts import Facts
from scoring.indicator import Example, Expected, Indicator
from scoring.normal import load_normal
from scoring.profiles import load_profile
from scoring.raw import load_raw

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


def run_example(indicator: Indicator, example: Example) -> Outcome:
    """Load the releases of an example and judge them by one indicator."""
    profile = msgspec.structs.replace(
        load_profile(example.profile),
        enabled=[indicator.code],
        parameters={indicator.code: example.parameters},
    )
    facts = Facts.open(":memory:", threads=1)
    try:
        with tempfile.TemporaryDirectory(prefix="qadaga-") as folder:
            file = Path(folder) / "example.jsonl"
            file.write_bytes(b"".join(msgspec.json.encode(one) + b"\n" for one in copies(example)))
            if profile.name == "cardinal":
                load_raw(facts, [str(file)], profile)
            else:
                load_normal(facts, [str(file)])
        (judgements,) = bulk(facts, {indicator.code: indicator}, profile)
        if judgements.error is not None:
            raise ValueError(judgements.error)
        return Outcome(list(judgements.rows()), list(judgements.evidence()))
    finally:
        facts.close()


def copies(example: Example) -> Iterator[Any]:
    """Give the releases of an example, those that make the crowd first."""
    for number in range(example.times if example.repeat else 0):
        for release in example.repeat:
            text = msgspec.json.encode(release).decode()
            text = text.replace("{n}", str(number)).replace("{m}", str(number // TENTH))
            yield msgspec.json.decode(text)
    yield from example.releases
