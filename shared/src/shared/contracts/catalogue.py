"""Feed "catalogue" (scoring to gateway): what each indicator is, why, and by which law.

Key: the indicator code. Codes, kinds and families are open strings: a new one breaks no client.
"""

from datetime import date, datetime
from typing import Any

from msgspec import Struct


class Trilingual(Struct, frozen=True, gc=False):
    """A text for people, in Kazakh, Russian and English."""

    kk: str
    ru: str
    en: str


class LegalBasis(Struct, frozen=True):
    """An article an indicator rests on, and when it was in force (ISO dates, null = open)."""

    article: Trilingual
    valid_from: str | None = None
    valid_to: str | None = None
    source: str | None = None


class Parameter(Struct, frozen=True):
    """A number the indicator works with: its unit, default and where it comes from.

    A unit or an origin that is a plain text has no wording in other languages yet.
    """

    name: str
    unit: Trilingual | str
    default: Any
    origin: Trilingual | str


class Measured(Struct, frozen=True):
    """How an indicator did on an invented world with planted schemes and innocent look-alikes.

    seed, size, missing    which world: contracts a year, and the share of its fields left out
    labels, recall         schemes it should find, and the share it found; null without any
    flags, precision       flags it raised, and the share of the true among those that count
    hit_rate               the share of flags among what it could judge
    look_alikes            names of the innocent stories that it flagged
    """

    seed: int
    size: int
    missing: float
    version: str
    labels: int
    recall: float | None
    flags: int
    precision: float | None
    hit_rate: float | None
    look_alikes: list[str]


class HeldBack(Struct, frozen=True):
    """Why the flags of an indicator count no points: `why` is rate or retracted.

    rate, bound, judged    of so many that it judged it flagged this share, more than its bound
    reason                 of a person who retracted it, or who lifted the hold (`lifted_at`)
    """

    why: str
    since: datetime
    rate: float | None
    bound: float | None
    judged: int | None
    reason: str | None
    lifted_at: datetime | None


class Bounds(Struct, frozen=True):
    """Between which values a share lies with 95 % confidence (Wilson's score interval)."""

    lower: float
    upper: float


class InPractice(Struct, frozen=True):
    """What people found of the purchases that an indicator flagged; each purchase counts once.

    handled                purchases of which anything was found
    dismissed              those whose alert was closed without a case, by reason
    unfounded              those whose case was closed as such
    refuted, confirmed     those with an outcome of which a second person said so
    decided                confirmed, refuted, unfounded, or dismissed because the data were wrong,
                           the law allows it, or the pattern is explained
    insufficient           fewer than ten were decided: no share of them means anything yet
    precision, interval    the share of the confirmed among the decided, with its bounds
    as_of                  the day of the last verdict that counts

    Who looks chooses what to look at: these are no random sample of flags.
    """

    handled: int
    dismissed: dict[str, int]
    unfounded: int
    refuted: int
    confirmed: int
    decided: int
    insufficient: bool
    precision: float | None
    interval: Bounds | None
    as_of: date


class Indicator(Struct, frozen=True):
    """The public face of one indicator file: everything but its query and examples.

    `fields` name what it cannot be computed without: a field of the compiled release, as a path
    without array positions ("contracts.x_acts.amount"); a register, as "registers.vat_payers";
    plan points that no purchase has taken up, as "plans"; or an entry of the law, as "law.mci".
    `life` tells how far it can be trusted: experimental, tested or stable. `measured` is null until
    it was measured; its `version` is that of the indicator then. `publication` tells to whom it may
    name a supplier before a person has looked: partner or public. `held_back` is null unless it
    flags too large a share of what it judges, or was retracted. `in_practice` is null until
    somebody has said something of one of its flags.
    """

    code: str
    version: str
    title: Trilingual
    meaning: Trilingual
    why_it_matters: Trilingual
    innocent_explanations: Trilingual
    how_to_check: Trilingual
    what_would_clear_it: Trilingual
    subject: str
    kind: str
    stage: str
    family: str
    severity: str
    points: float
    parameters: list[Parameter]
    legal_basis: list[LegalBasis]
    cross_references: dict[str, str]
    fields: list[str]
    life: str = "experimental"
    measured: Measured | None = None
    publication: str = "partner"
    held_back: HeldBack | None = None
    in_practice: InPractice | None = None
