"""Feed "scores" (scoring to gateway): the public score documents, ready to be served.

Key: "<subject_type>/<id>". Texts are not here; they come from the catalogue by language.
The `counted` points of flagged indicators, and those of an organisation's `portfolio`, add up to
`points.lower`.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from msgspec import Struct

Band = Literal["low", "medium", "high", "critical"]
SubjectType = Literal["process", "buyer", "supplier"]
Status = Literal[
    "flagged",
    "clear",
    "not_applicable",
    "not_computable",
    "insufficient_sample",
    "awaited",
    "error",
]
"""The words there are, as they are asked for; documents name theirs by open strings."""


class Subject(Struct, frozen=True, gc=False):
    """What is judged: "process", "buyer" or "supplier". Organisations have no source and ocid."""

    type: str
    id: str
    source: str | None = None
    ocid: str | None = None


class Range(Struct, frozen=True, gc=False):
    """What is known (missing data adds nothing), what is expected, and what is possible at most."""

    lower: float
    expected: float
    upper: float


class Value(Struct, frozen=True, gc=False):
    """Money at stake, as exact decimal text in JSON."""

    amount: Decimal
    currency: str


class Evidence(Struct, frozen=True):
    """One value the judgement rests on: its JSON pointer in the stored release.

    Where a rule counts days, the value is the day (UTC+5) of the moment that stands there.
    `process` is set where the subject is an organisation.
    """

    path: str
    value: Any
    process: str | None = None


class IndicatorResult(Struct, frozen=True):
    """What one indicator says of the subject; `missing` names the fields it would need.

    `status` and `code` are open strings. An uncomputed indicator carries `expected_points`. In the
    score of a purchase, `context` names the buyer or supplier whose own flag the line repeats.
    `certain` marks a flag that a register or record settles alone; a critical one is never below
    band "high". The points of a `held` indicator count nothing: it is new, or flags too much.
    """

    code: str
    status: str
    kind: str
    family: str
    value: float | None = None
    threshold: float | None = None
    strength: float | None = None
    points: float = 0.0
    discount: float = 0.0
    counted: float = 0.0
    expected_points: float | None = None
    evidence: list[Evidence] = []
    missing: list[str] = []
    context: Subject | None = None
    certain: bool = False
    held: bool = False


class Portfolio(Struct, frozen=True, gc=False):
    """What share of an organisation's money lies in purchases of band "high" or above.

    left_out          of its purchases: without a sum in `currency`, or with too little known of
    value, at_risk    of the others: their sum, and that of those of high risk
    peers             like organisations; `typical` is the median of their sums, `average` their
                      share at risk
    share             (at_risk + typical x average) / (value + typical); null without any sum
    points            what the share adds to all three `points` of the score
    """

    purchases: int
    left_out: int
    currency: str | None = None
    value: Decimal | None = None
    at_risk: Decimal | None = None
    peers: int = 0
    typical: float | None = None
    average: float | None = None
    share: float | None = None
    points: float = 0.0


class ScoreDocument(Struct, frozen=True):
    """The body of one entry: score 0-100, points, coverage 0-1, band and one line per indicator.

    `value` is that of the purchase; `at_risk` the greatest sum that one of its flags names.
    `band` is null where coverage is too low to name one. `awaiting` counts the indicators that have
    yet to judge the newest data: their lines say what they said before, or "awaited". Terms have
    passed or not `as_of` a day (UTC+5); on `recheck_on` it is judged again whatever the data.
    """

    subject: Subject
    score: Range
    points: Range
    coverage: float
    band: str | None
    provisional: bool
    value: Value | None
    indicators: list[IndicatorResult]
    method_version: str
    profile: str
    data_date: datetime | None
    data_seq: int
    computed_at: datetime
    cause: str
    portfolio: Portfolio | None = None
    at_risk: Value | None = None
    awaiting: int = 0
    as_of: date | None = None
    recheck_on: date | None = None
