"""The public score document: numbers, bands and one line per indicator, as bytes ready to serve.

Texts are not here, they come from the catalogue by language. What would differ between two runs
over the same facts (when, from which feed position, why) stands at the end and stays out of the
digest, so that a score is written anew only where something in it has changed.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

import msgspec

from scoring.score import (
    AWAITED,
    CLEAR,
    FLAGGED,
    NOT_APPLICABLE,
    UNCOMPUTED,
    UNITS,
    Composer,
    Composition,
    Sign,
    Weight,
    raised,
    strength,
)
from shared.contracts.scores import (
    Evidence,
    IndicatorResult,
    Portfolio,
    Range,
    Subject,
    Value,
)

RANKS: Final = {FLAGGED: 0, **dict.fromkeys(UNCOMPUTED, 1), CLEAR: 2, NOT_APPLICABLE: 3}
"""Order of the lines: what was found, what is not known, what is clear, what does not apply."""

LETTERS: Final = {
    FLAGGED: "f",
    CLEAR: "c",
    NOT_APPLICABLE: "n",
    "not_computable": "m",
    "insufficient_sample": "s",
    "error": "e",
    AWAITED: "a",
}
STATUSES: Final = {letter: status for status, letter in LETTERS.items()}


class Judgement(msgspec.Struct, frozen=True, gc=False):
    """What one indicator says of one subject; a flag of a party carries that party as context.

    `certain` is false where its record leaves open what the indicator takes as settled.
    """

    code: str
    status: str
    value: float | None = None
    threshold: float | None = None
    evidence: tuple[Evidence, ...] = ()
    missing: tuple[str, ...] = ()
    context: Subject | None = None
    certain: bool = True
    again_on: date | None = None


class Content(msgspec.Struct, frozen=True, gc=False):
    """The part of a document that a digest covers."""

    subject: Subject
    score: Range
    points: Range
    coverage: float
    band: str | None
    provisional: bool
    awaiting: int
    value: Value | None
    indicators: list[IndicatorResult]
    method_version: str
    profile: str
    portfolio: Portfolio | None
    at_risk: Value | None
    recheck_on: date | None


@dataclass(frozen=True, slots=True)
class Method:
    """By what a subject is judged: the catalogue's weights, the base rates, and their names."""

    weights: Mapping[str, Weight]
    composer: Composer
    version: str
    profile: str


@dataclass(frozen=True, slots=True)
class Scored:
    """A composed score with its encoded content and the digest of it.

    `flags` are the codes of flagged lines that count, the heaviest first; `statuses` the result of
    every own indicator, one letter each ("R003:c R018:f"); `recheck_on` the first day on
    which one of them may say something else although no data changes.
    """

    subject: Subject
    composition: Composition
    content: bytes
    digest: bytes
    statuses: str
    flags: tuple[str, ...]
    recheck_on: date | None

    def document(
        self,
        *,
        data_date: datetime | None,
        data_seq: int,
        computed_at: datetime,
        as_of: date | None,
        cause: str,
    ) -> bytes:
        """Finish the public bytes with what the content leaves out."""
        tail = {
            "data_date": data_date,
            "data_seq": data_seq,
            "computed_at": computed_at,
            "as_of": as_of,
            "cause": cause,
        }
        return self.content[:-1] + b"," + _encode(tail)[1:]


_encode = msgspec.json.Encoder().encode


def score(
    subject: Subject,
    judgements: Sequence[Judgement],
    method: Method,
    *,
    value: Value | None = None,
    data_date: datetime | None = None,
    awaiting: int = 0,
    portfolio: Portfolio | None = None,
) -> Scored:
    """Compose, explain and encode the score of one subject; the order of judgements is no matter.

    `awaiting` indicators have yet to judge the newest data; what they said before is among them.

    `portfolio` is that of an organisation. `data_date` belongs to the digest of a purchase; that of
    an organisation would move with every purchase anywhere, and is given to the document alone.
    """
    ordered = sorted(judgements, key=_name)
    signs = tuple(_sign(judgement, method.weights) for judgement in ordered)
    composition = method.composer.compose(signs)
    if portfolio is not None and portfolio.share is not None:
        composition = raised(composition, portfolio.share)
    lines = _lines(ordered, signs, composition, method.weights)
    recheck_on = min((one.again_on for one in ordered if one.again_on), default=None)
    content = Content(
        subject=subject,
        score=Range(*composition.score),
        points=Range(*(units / UNITS for units in composition.points)),
        coverage=composition.coverage,
        band=composition.band,
        provisional=composition.provisional or awaiting > 0,
        awaiting=awaiting,
        value=value,
        indicators=lines,
        method_version=method.version,
        profile=method.profile,
        portfolio=portfolio,
        at_risk=value and _at_risk(ordered, method.weights, value.currency),
        recheck_on=recheck_on,
    )
    encoded = _encode(content)
    return Scored(
        subject=subject,
        composition=composition,
        content=encoded,
        digest=hashlib.blake2b(encoded + _encode(data_date), digest_size=16).digest(),
        statuses=" ".join([f"{s.code}:{LETTERS[s.status]}" for s in signs if not s.context]),
        flags=tuple(
            [
                line.code
                for line in lines
                if line.status == FLAGGED and line.context is None and not line.held
            ]
        ),
        recheck_on=recheck_on,
    )


def statuses(text: str) -> dict[str, str]:
    """Read back the results of a score's own indicators: "R003:c R018:f".

    >>> statuses("R003:c R018:f")
    {'R003': 'clear', 'R018': 'flagged'}
    """
    pairs = (word.rsplit(":", 1) for word in text.split())
    return {code: STATUSES[letter] for code, letter in pairs}


def _at_risk(
    judgements: Iterable[Judgement], weights: Mapping[str, Weight], currency: str
) -> Value | None:
    """Return the greatest sum that a flag of the purchase itself says is at risk."""
    sums = [
        one.value
        for one in judgements
        if one.status == FLAGGED
        and one.context is None
        and one.value is not None
        and weights[one.code].value_at_risk
    ]
    return Value(Decimal(f"{max(sums):.2f}"), currency) if sums else None


def _name(judgement: Judgement) -> tuple[str, str]:
    return judgement.code, judgement.context.type if judgement.context else ""


def _sign(judgement: Judgement, weights: Mapping[str, Weight]) -> Sign:
    context = judgement.context.type if judgement.context else ""
    if judgement.status != FLAGGED:
        return Sign(judgement.code, judgement.status, 1.0, context)
    extreme = weights[judgement.code].extreme
    degree = strength(judgement.value, judgement.threshold, extreme)
    return Sign(judgement.code, FLAGGED, degree, context, judgement.certain)


def _lines(
    judgements: Sequence[Judgement],
    signs: Sequence[Sign],
    composition: Composition,
    weights: Mapping[str, Weight],
) -> list[IndicatorResult]:
    """Write one line per judgement, what weighs most first."""
    order = sorted(
        range(len(signs)),
        key=lambda n: (
            RANKS[signs[n].status],
            -composition.counted[n],
            -composition.awaited[n],
            n,
        ),
    )
    return [_line(judgements[n], signs[n], composition, n, weights[signs[n].code]) for n in order]


def _line(
    judgement: Judgement, sign: Sign, composition: Composition, n: int, weight: Weight
) -> IndicatorResult:
    flagged = sign.status == FLAGGED
    waiting = sign.status in UNCOMPUTED
    return IndicatorResult(
        code=sign.code,
        status=sign.status,
        kind=weight.kind,
        family=weight.family,
        value=judgement.value,
        threshold=judgement.threshold,
        strength=sign.strength if flagged else None,
        points=weight.counting,
        discount=composition.discounts[n],
        counted=composition.counted[n] / UNITS,
        expected_points=composition.awaited[n] / UNITS if waiting else None,
        evidence=list(judgement.evidence),
        missing=list(judgement.missing),
        context=judgement.context,
        certain=flagged and weight.certain and sign.certain,
        held=weight.held,
    )
