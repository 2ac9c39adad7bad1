"""Judging: every indicator over all facts, or over the processes that changed, by one query text.

The signatures are the agreement with the scoring service:

    populations = compute_populations(facts, catalogue(), profile)       # fences, versioned
    for judgements in bulk(facts, catalogue(), profile, populations=populations): ...
    for judgements in incremental(facts, catalogue(), profile, pids, populations): ...

Each `Judgements` is one indicator and is valid until the next one is asked for.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from scoring.facts import Facts
from scoring.indicator import Indicator, Status
from scoring.profiles import Profile


@dataclass(frozen=True)
class Population:
    """What the members of one group look like: size, quartiles (type 8) and Tukey's fences."""

    code: str
    peer: str
    n: int
    q1: float | None
    q3: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Populations:
    """All groups of one moment; findings name the version they were judged against."""

    version: str
    rows: Sequence[Population]


@dataclass(frozen=True)
class Judgement:
    """One indicator's word on one subject.

    kind     process, buyer, entity (procuring entity) or supplier
    number   pid or party number; subject: the public id (process key or organisation id)
    """

    kind: str
    number: int
    subject: str
    status: Status
    value: float | None
    threshold: float | None
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Evidence:
    """Where in which stored release a number or text stands that the flag rests on."""

    kind: str
    number: int
    process: str
    path: str
    value: str | float | int | None


@dataclass(frozen=True)
class Involved:
    """An organisation that a flag concerns beside its subject, with the value Cardinal gives."""

    kind: str
    number: int
    party: str
    value: float


class Judgements:
    """The judgements of one indicator, lying in the temp table `judgement` of the connection."""

    indicator: Indicator
    population_version: str | None

    def counts(self) -> Mapping[Status, int]:
        """How many subjects got which status."""
        raise NotImplementedError

    def rows(self, statuses: Iterable[Status] | None = None) -> Iterator[Judgement]:
        """Stream the judgements, or only those with one of the statuses."""
        raise NotImplementedError

    def evidence(self) -> Iterator[Evidence]:
        """Stream the evidence of the flagged subjects."""
        raise NotImplementedError

    def involved(self) -> Iterator[Involved]:
        """Stream the organisations that the flags concern beside their subjects."""
        raise NotImplementedError


def compute_populations(
    facts: Facts, catalogue: Mapping[str, Indicator], profile: Profile
) -> Populations:
    """Take every group's fences over all facts."""
    raise NotImplementedError


def bulk(
    facts: Facts,
    catalogue: Mapping[str, Indicator],
    profile: Profile,
    *,
    populations: Populations | None = None,
) -> Iterator[Judgements]:
    """Judge everything, one indicator after the other."""
    raise NotImplementedError


def incremental(
    facts: Facts,
    catalogue: Mapping[str, Indicator],
    profile: Profile,
    pids: Sequence[int],
    populations: Populations,
) -> Iterator[Judgements]:
    """Judge the processes given by the indicators of scope `process`."""
    raise NotImplementedError
