"""How the judgements on one subject become one score that a reader can check by adding up.

Every flag brings its indicator's points times its strength. Within a family the largest counts
fully, the second half, the third a quarter, the others nothing, so that five signs of the same
weakness do not read as five weaknesses. What could not be computed is no zero: three numbers say
what is known (lower), what is to be expected from like purchases (expected), and what is possible
at most (upper). Points are counted in whole thousandths, so that the lines add up exactly.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

UNITS: Final = 1000
"""Thousandths of a point: all sums are of whole numbers of these."""

FAMILY_SHARES: Final = (1.0, 0.5, 0.25)
"""What the largest, second and third of a family count; the others count nothing."""

CONTEXT_SHARE: Final = 0.5
"""What a flag of the buyer or of a supplier counts in the score of a purchase."""

HALVING: Final = 40.0
"""Points that halve the distance to 100: 40 points are 50, 80 are 75, 120 are 87.5."""

BANDS: Final = ((75.0, "critical"), (50.0, "high"), (25.0, "medium"), (0.0, "low"))
BAND_ORDER: Final[Mapping[str | None, int]] = {
    None: 0,
    "low": 1,
    "medium": 2,
    "high": 3,
    "critical": 4,
}

NO_BAND_BELOW: Final = 0.4
PROVISIONAL_BELOW: Final = 0.7
"""Coverage: under the first no band is named, under the second it is provisional."""

MOST_SHARE: Final = 0.99
"""Share of an organisation's money above which its points do not grow: all of it has no measure."""

WEAKEST: Final = 0.5
"""Strength of a flag that lies exactly at its threshold."""

FLAGGED: Final = "flagged"
CLEAR: Final = "clear"
NOT_APPLICABLE: Final = "not_applicable"
AWAITED: Final = "awaited"
"""An indicator that is judged a moment later than others; until then nothing is known of it."""

UNCOMPUTED: Final = frozenset({"not_computable", "insufficient_sample", "error", AWAITED})


@dataclass(frozen=True, slots=True)
class Weight:
    """What the score must know of an indicator, as its file declares it.

    `extreme` is the value at which a flag has its full strength; without it every flag has.
    `overlaps` names indicators that see the same fact: of those flagged together, one counts.
    `certain`: a register or record settles the fact alone, unless a sign says that it did not.
    """

    code: str
    kind: str
    family: str
    severity: str
    points: float
    extreme: float | None = None
    overlaps: frozenset[str] = frozenset()
    certain: bool = False
    value_at_risk: bool = False
    held: bool = False

    @property
    def critical_fact(self) -> bool:
        """Say whether one flag, where it is certain, shows at least as "high"."""
        return self.certain and self.severity == "critical" and not self.held

    @property
    def counting(self) -> float:
        """Return the points that a flag counts at most: none while its indicator is held back."""
        return 0.0 if self.held else self.points


class Part(NamedTuple):
    """One indicator's part in a score: `size` in thousandths, before the family's discount."""

    size: int
    family: str
    group: str
    name: str


@dataclass(frozen=True, slots=True)
class Composition:
    """A score with the share of every line, in the order the judgements were given.

    `discounts` and `counted` belong to the flagged (others 0), `awaited` to the uncomputed (others
    0): sum(counted) is points.lower, sum(counted) + sum(awaited) is points.expected, thousandths.
    """

    points: tuple[int, int, int]
    score: tuple[float, float, float]
    coverage: float
    band: str | None
    provisional: bool
    discounts: tuple[float, ...]
    counted: tuple[int, ...]
    awaited: tuple[int, ...]


class Sign(NamedTuple):
    """A judgement reduced to what the score depends on; `context` marks a flag of a party.

    `certain` is false where the record leaves open what its indicator takes as settled.
    """

    code: str
    status: str
    strength: float = 1.0
    context: str = ""
    certain: bool = True


def strength(value: float | None, threshold: float | None, extreme: float | None) -> float:
    """Return how far a flagged value goes from its threshold (0.5) to the extreme (1.0).

    >>> strength(3.0, 15.0, 0.0)
    0.9
    """
    if value is None or threshold is None or extreme is None or extreme == threshold:
        return 1.0
    way = min(1.0, max(0.0, (value - threshold) / (extreme - threshold)))
    return round(WEAKEST + (1 - WEAKEST) * way, 3)


def to_score(units: int) -> float:
    """Turn points (thousandths) into a score from 0 to 100, two decimals."""
    return round(100 * (1 - 2 ** (-units / (UNITS * HALVING))), 2)


def share_points(share: float) -> int:
    """Return the points (thousandths) whose score is this share of 100; no share is all of it.

    >>> to_score(share_points(0.25))
    25.0
    """
    return round(-UNITS * HALVING * math.log2(1 - min(max(share, 0.0), MOST_SHARE)))


def raised(composition: Composition, share: float) -> Composition:
    """Add to the flags of an organisation what share of its money is at risk.

    Without a flag of its own the band follows from that share, and from nothing that is expected.
    """
    extra = share_points(share)
    lower, expected, upper = (units + extra for units in composition.points)
    score = (to_score(lower), to_score(expected), to_score(upper))
    band = composition.band
    if band is not None:
        named = _named(score[1] if composition.points[0] else to_score(extra))
        band = max(band, named, key=BAND_ORDER.__getitem__)
    return replace(composition, points=(lower, expected, upper), score=score, band=band)


def shares(parts: Iterable[Part]) -> dict[str, float]:
    """Return the share of each part by name: its place in its family, 0 where an overlap counts.

    Order does not matter: equal sizes are ranked by name.
    """
    places: dict[str, int] = {}
    seen: set[tuple[str, str]] = set()
    result: dict[str, float] = {}
    for part in sorted(parts, key=lambda part: (-part.size, part.name)):
        again = (part.family, part.group) in seen
        seen.add((part.family, part.group))
        place = places.get(part.family, 0)
        result[part.name] = 0.0 if again or place >= len(FAMILY_SHARES) else FAMILY_SHARES[place]
        places[part.family] = place + (not again)
    return result


def total(parts: Sequence[Part]) -> int:
    """Add up what the parts count after discounts, in thousandths."""
    share = shares(parts)
    return sum(round(part.size * share[part.name]) for part in parts)


class Composer:
    """Composes scores for one catalogue and one set of base rates.

    A base rate is the share of flags among like subjects that could be computed. Purchases repeat
    each other: the same signs give the same composition, so it is remembered.
    """

    REMEMBERED: Final = 50_000

    def __init__(self, weights: Iterable[Weight], base_rates: Mapping[str, float]) -> None:
        self._weights = {weight.code: weight for weight in weights}
        self._base_rates = base_rates
        self._groups = _overlap_groups(self._weights)
        self._memory: dict[tuple[Sign, ...], Composition] = {}

    def compose(self, signs: tuple[Sign, ...]) -> Composition:
        """Compose the score of one subject from the signs of all its indicators."""
        known = self._memory.get(signs)
        if known is None:
            if len(self._memory) >= self.REMEMBERED:
                self._memory.clear()
            known = self._memory[signs] = self._compose(signs)
        return known

    def _compose(self, signs: tuple[Sign, ...]) -> Composition:
        flags = {n: self._part(s, s.strength) for n, s in enumerate(signs) if s.status == FLAGGED}
        waiting = {n: s for n, s in enumerate(signs) if s.status in UNCOMPUTED}
        share = shares(flags.values())
        discounts = {n: share[part.name] * _context(signs[n]) for n, part in flags.items()}
        counted = {n: round(part.size * share[part.name]) for n, part in flags.items()}
        known = list(flags.values())
        expected = {n: self._part(s, self._base_rate(s.code)) for n, s in waiting.items()}
        awaited = _increments(known, expected)
        lower = sum(counted.values())
        at_most = [*known, *(self._part(s, 1.0) for s in waiting.values())]
        points = (lower, lower + sum(awaited.values()), total(at_most))
        score = (to_score(points[0]), to_score(points[1]), to_score(points[2]))
        coverage = self._coverage(signs)
        span = range(len(signs))
        return Composition(
            points=points,
            score=score,
            coverage=coverage,
            band=self._band(signs, score[1], coverage),
            provisional=coverage < PROVISIONAL_BELOW,
            discounts=tuple(discounts.get(n, 0.0) for n in span),
            counted=tuple(counted.get(n, 0) for n in span),
            awaited=tuple(awaited.get(n, 0) for n in span),
        )

    def _part(self, sign: Sign, factor: float) -> Part:
        weight = self._weights[sign.code]
        size = round(weight.counting * UNITS * factor * _context(sign))
        name = f"{sign.code}/{sign.context}"
        group = self._groups.get(sign.code, sign.code) + (
            f"/{sign.context}" if sign.context else ""
        )
        return Part(size, weight.family, group, name)

    def _base_rate(self, code: str) -> float:
        return min(1.0, max(0.0, self._base_rates.get(code, 0.0)))

    def _coverage(self, signs: Iterable[Sign]) -> float:
        """Return the share of the applicable points that could be computed, parties left out."""
        own = [sign for sign in signs if not sign.context and sign.status != NOT_APPLICABLE]
        applicable = sum(self._weights[sign.code].counting for sign in own)
        computed = sum(self._weights[s.code].counting for s in own if s.status not in UNCOMPUTED)
        return round(computed / applicable, 4) if applicable else 0.0

    def _band(self, signs: Iterable[Sign], expected: float, coverage: float) -> str | None:
        own = [
            sign
            for sign in signs
            if sign.status == FLAGGED and not sign.context and not self._weights[sign.code].held
        ]
        if any(sign.certain and self._weights[sign.code].critical_fact for sign in own):
            return "critical" if expected >= BANDS[0][0] else "high"
        if coverage < NO_BAND_BELOW:
            return None
        return _named(expected) if own else "low"


def _named(expected: float) -> str:
    return next(name for floor, name in BANDS if expected >= floor)


def _context(sign: Sign) -> float:
    return CONTEXT_SHARE if sign.context else 1.0


def _increments(known: Sequence[Part], waiting: Mapping[int, Part]) -> dict[int, int]:
    """Return what each uncomputed part adds, the largest first: the increments add up exactly."""
    parts = list(known)
    before = total(parts)
    result = {}
    for number, part in sorted(waiting.items(), key=lambda item: (-item[1].size, item[1].name)):
        parts.append(part)
        after = total(parts)
        result[number], before = after - before, after
    return result


def _overlap_groups(weights: Mapping[str, Weight]) -> dict[str, str]:
    """Name each group of overlapping indicators after its first code; groups stay in a family.

    Across families the rule "one counts" could let a new flag lower the score.
    """
    groups = {code: code for code in weights}
    for code in sorted(weights):
        for other in weights[code].overlaps & weights.keys():
            if weights[other].family == weights[code].family:
                first, second = sorted((groups[code], groups[other]))
                groups = {c: first if g == second else g for c, g in groups.items()}
    return groups
