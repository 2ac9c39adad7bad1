"""By what is judged: the catalogue under a profile, weighed, and against which population.

The version of the method names the indicators, their parameters, the law's tables and the rules of
the score. The population version names fences and base rates; both stand with what was judged by
them.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from scoring import law
from scoring.document import Method
from scoring.fences import Population
from scoring.indicator import Indicator
from scoring.judgements import Populations
from scoring.profiles import Profile
from scoring.publication import UNTRIED
from scoring.reading import JUDGING_DAY, by_the_clock
from scoring.relations import value_of
from scoring.score import Composer, Weight
from scoring.store import PopulationRow, Tally

SCORE_RULES: Final = "3"
"""Version of the rules in score.py; raised when the same signs would give another score."""

SUBJECT_TYPES: Final = ("process", "buyer", "supplier")

PRIOR_RATE: Final = 0.1
PRIOR_SUBJECTS: Final = 20
"""An indicator of which nothing is known is taken to flag one in ten, as if seen on twenty."""

TOLERANCE: Final = 0.01
"""A population differs when a quartile or fence moved by this share, or a rate by this much."""

Rates = Mapping[tuple[str, str], float]
"""Base rates by subject type and indicator."""


@dataclass(frozen=True, slots=True)
class Standard:
    """Everything a judgement depends on beside the facts; `drafts` are watched while they run."""

    catalogue: Mapping[str, Indicator]
    profile: Profile
    populations: Populations
    population_version: int
    methods: Mapping[str, Method]
    parameters: Mapping[str, str]
    held: Collection[str] = ()
    drafts: Collection[str] = ()

    @property
    def version(self) -> str:
        """The version of the method."""
        return self.methods["process"].version

    def indicators(self, scope: str) -> dict[str, Indicator]:
        """Return the indicators of one scope: "process" follows at once, "all" in bulk."""
        return {code: one for code, one in self.catalogue.items() if one.scope == scope}

    def asked_of(self, source: str | None) -> dict[str, Indicator]:
        """Return the indicators by which purchases of a source are judged.

        Others could only say, purchase by purchase, that the source does not tell such things.
        """
        national, prompt = self.profile.national, self.profile.prompt or ()
        everything = national is None or source in national
        return {
            code: one
            for code, one in self.indicators("process").items()
            if everything or code in prompt or not one.national
        }

    @property
    def later(self) -> frozenset[str]:
        """Codes of purchases' indicators that are judged a moment after the prompt ones."""
        prompt = self.profile.prompt or self.catalogue
        return frozenset(self.indicators("process")).difference(prompt)


def standard(
    catalogue: Mapping[str, Indicator],
    profile: Profile,
    *,
    population_version: int,
    rows: Sequence[PopulationRow],
    rates: Rates,
    held: Collection[str] = (),
    drafts: Collection[str] = (),
) -> Standard:
    """Put a catalogue, a profile and a population together.

    Raises ValueError for an indicator of purchases that needs all facts: it would be judged late,
    and its purchase with it; and for one that goes by the clock and is not of purchases, or
    compares with others by it: only purchases have a day on which they are judged again.
    """
    for one in catalogue.values():
        if by_the_clock(one) and (one.scope != "process" or JUDGING_DAY in (one.population or "")):
            raise ValueError(f"{one.code}: only what is said of one purchase goes by the clock")
        if (one.subject == "process") != (one.scope == "process"):
            raise ValueError(f"{one.code}: subject {one.subject} does not go with {one.scope}")
    parameters = {code: parameter_text(one, profile) for code, one in catalogue.items()}
    version = _version(catalogue, profile, parameters, held)
    weights = {code: weight(one, held=code in held) for code, one in catalogue.items()}
    return Standard(
        catalogue=catalogue,
        profile=profile,
        populations=Populations(str(population_version), [Population(*row) for row in rows]),
        population_version=population_version,
        methods={
            subject_type: Method(
                weights,
                Composer(weights.values(), _rates(rates, subject_type)),
                version,
                profile.name,
            )
            for subject_type in SUBJECT_TYPES
        },
        parameters=parameters,
        held=held,
        drafts=drafts,
    )


def weight(one: Indicator, *, held: bool = False) -> Weight:
    """Take from an indicator what the score must know of it; one on trial counts nothing either."""
    return Weight(
        code=one.code,
        kind=one.kind,
        family=one.family,
        severity=one.severity,
        points=float(one.points),
        extreme=one.extreme,
        overlaps=frozenset(one.overlaps),
        certain=one.certain is not False,
        value_at_risk=one.value_at_risk,
        held=held or one.life in UNTRIED,
    )


def parameter_text(indicator: Indicator, profile: Profile) -> str:
    """Write down the parameters an indicator is judged with under a profile, as JSON."""
    values = {one.name: value_of(one, indicator.code, profile) for one in indicator.parameters}
    return msgspec.json.encode(values, order="sorted").decode()


def base_rates(tally: Tally, catalogue: Mapping[str, Indicator]) -> dict[tuple[str, str], float]:
    """Take the share of flags among the computed, drawn to the prior where little was seen."""
    rates = {}
    for subject_type in SUBJECT_TYPES:
        for code in catalogue:
            flagged = tally[subject_type, code, "flagged"]
            seen = flagged + tally[subject_type, code, "clear"]
            rate = (flagged + PRIOR_RATE * PRIOR_SUBJECTS) / (seen + PRIOR_SUBJECTS)
            rates[subject_type, code] = round(rate, 4)
    return rates


def differs(
    old_rows: Sequence[PopulationRow],
    new_rows: Sequence[PopulationRow],
    old_rates: Rates,
    new_rates: Rates,
) -> bool:
    """Tell whether a population has moved so far that everything must be compared anew."""
    old = {(row.indicator, row.peer): row for row in old_rows}
    new = {(row.indicator, row.peer): row for row in new_rows}
    if old.keys() != new.keys() or old_rates.keys() != new_rates.keys():
        return True
    moved = any(_moved(old[key][3:], new[key][3:]) for key in new)
    return moved or any(abs(old_rates[key] - new_rates[key]) > TOLERANCE for key in new_rates)


def _moved(old: Sequence[float | None], new: Sequence[float | None]) -> bool:
    for before, after in zip(old, new, strict=True):
        if before is None or after is None:
            if before is not after:
                return True
        elif abs(before - after) > TOLERANCE * max(abs(before), abs(after)):
            return True
    return False


def _rates(rates: Rates, subject_type: str) -> dict[str, float]:
    return {code: rate for (kind, code), rate in rates.items() if kind == subject_type}


def _version(
    catalogue: Mapping[str, Indicator],
    profile: Profile,
    parameters: Mapping[str, str],
    held: Collection[str],
) -> str:
    parts = [SCORE_RULES, law.version(), msgspec.json.encode(profile).decode()]
    parts += [f"{code} {one.version} {parameters[code]}" for code, one in sorted(catalogue.items())]
    parts += [f"held {code}" for code in sorted(held)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]
