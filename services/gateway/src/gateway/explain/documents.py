"""What an explanation consists of. One line per indicator; the lines add up to the points."""

from datetime import datetime
from typing import Any

from msgspec import Struct

from gateway.withheld import Withheld
from shared.contracts.scores import Portfolio, Range, Subject, Value


class ShownEvidence(Struct, frozen=True):
    """A value the judgement rests on: its JSON pointer in the release, and where that is."""

    path: str
    value: Any
    release: str | None


class ShownParameter(Struct, frozen=True):
    """A number the indicator works with, and where it comes from."""

    name: str
    value: Any
    unit: str | None
    origin: str | None


class ExplanationLine(Struct, frozen=True, kw_only=True):
    """What one indicator says of the subject, and what that means.

    `counted` = what the line adds to `points.lower`; `expected_points`, where it could not be
    computed, = what it adds to `points.expected` beyond that. `status` is an open word, `state` its
    wording. `certain` marks a flag that a register or record settles alone; the points of a `held`
    indicator count nothing. `context` names the party whose own flag the line of a purchase
    repeats. Texts are null for an indicator that is no longer in the catalogue.
    """

    code: str
    version: str | None
    title: str | None
    status: str
    state: str
    kind: str
    family: str
    certain: bool
    held: bool
    context: Subject | None
    value: float | None
    threshold: float | None
    threshold_origin: list[ShownParameter]
    points: float
    discount: float
    counted: float
    expected_points: float | None
    evidence: list[ShownEvidence]
    missing: list[str]
    meaning: str | None
    why_it_matters: str | None
    innocent_explanations: str | None
    how_to_check: str | None
    what_would_clear_it: str | None
    legal_basis: list[str]


class ExplainedPortfolio(Portfolio, frozen=True, kw_only=True):
    """What share of an organisation's money lies in purchases of high risk, in words as well."""

    text: str


class Sums(Struct, frozen=True, gc=False):
    """All lines added up, those that are withheld too.

    `counted` and `of_portfolio` together are `points.lower`.
    """

    counted: float
    expected_of_uncomputed: float
    of_portfolio: float


class Reply(Struct, frozen=True):
    """The explanation of the named organisation; `text` is null while none was received."""

    text: str | None
    state: str


class Explanation(Struct, frozen=True, kw_only=True):
    """A score explained: flagged lines first, then what could not be computed, then the rest.

    `awaiting` indicators have yet to judge the newest data; until then their last word stands.
    """

    subject: Subject
    language: str
    band: str | None
    band_label: str | None
    provisional: bool
    awaiting: int
    coverage: float
    score: Range
    points: Range
    value: Value | None
    lines: list[ExplanationLine]
    withheld: Withheld | None
    portfolio: ExplainedPortfolio | None
    sums: Sums
    notice: str
    disclaimer: str
    data_date: datetime | None
    computed_at: datetime
    method_version: str
    profile: str
    reply: Reply
    links: dict[str, str]
