"""Impact: what all the work came to, each number with its definition and the list behind it.

Everything is counted from the event log alone. Embargoed cases add nothing; cases that ever rested
on a tip add to what their own organisation reads.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from msgspec import Struct

from shared.contracts.casework.operation import Filter, Operation
from shared.contracts.casework.workflows import Texts


class Figure(Struct, frozen=True):
    """One number. What is only claimed stands apart; null where nothing of the kind is claimed.

    `amount` is tenge, exact, as decimal text: the sum of those whose amount is known. `list` are
    the things that are counted, `csv` the same as a file.
    """

    code: str
    unit: str
    title: Texts
    definition: Texts
    number: int
    amount: Decimal
    claimed_number: int | None
    claimed_amount: Decimal | None
    list: str
    csv: str


class Slice(Struct, frozen=True):
    """One figure of one part: a month, a region, an organisation, a campaign, an indicator.

    `part` is null for what belongs to none. What two organisations report is counted once in the
    whole, and once for each of them in its own part.
    """

    part: str | None
    figure: str
    number: int
    amount: Decimal
    claimed_number: int | None
    claimed_amount: Decimal | None


class Impact(Struct, frozen=True):
    """The figures, and the same by part if it was asked for."""

    as_of: datetime
    figures: list[Figure]
    by: str | None
    parts: list[Slice]


class ImpactItem(Struct, frozen=True):
    """One thing that is counted. `claimed`: not confirmed by a second person yet.

    Which purchase another organisation works on is not told: of a purchase that it looks at, of its
    case or complaint, the day and the region alone are.
    """

    object: str
    id: str | None
    organisation: str | None
    day: date
    region: str | None
    campaign: str | None
    indicators: list[str]
    kind: str | None
    amount: Decimal | None
    claimed: bool


_TEXTS: Final = {"kk": "…", "ru": "…", "en": "…"}
EXAMPLE: Final[dict[str, Any]] = {
    "as_of": "2026-03-02T04:00:00Z",
    "figures": [
        {
            "code": "money_returned",
            "unit": "outcome",
            "title": {**_TEXTS, "en": "Money returned to the budget"},
            "definition": {
                **_TEXTS,
                "en": "The sum whose return somebody other than who claimed it confirmed.",
            },
            "number": 1,
            "amount": "4500000.00",
            "claimed_number": 0,
            "claimed_amount": "0",
            "list": "/v1/stats/impact/money_returned",
            "csv": "/v1/stats/impact/money_returned/csv",
        }
    ],
    "by": "region",
    "parts": [
        {
            "part": "75",
            "figure": "money_returned",
            "number": 1,
            "amount": "4500000.00",
            "claimed_number": 0,
            "claimed_amount": "0",
        }
    ],
}
COUNTED: Final[dict[str, Any]] = {
    "object": "outcome",
    "id": "out_5f0c1d2e3b4a59687766554433",
    "organisation": "own_a",
    "day": "2026-02-22",
    "region": "75",
    "campaign": None,
    "indicators": ["R018"],
    "kind": "money_returned",
    "amount": "4500000.00",
    "claimed": False,
}

FILTERS: Final = (
    Filter("since", "day", "First day that is counted (UTC+5)."),
    Filter("until", "day", "Last day that is counted (UTC+5)."),
    Filter("region", "words", "KATO code: all within it."),
    Filter("organisation", "words", "Whose work."),
    Filter("campaign", "words", "Id of a campaign."),
    Filter("indicator", "words", "Code of an indicator that led there."),
)

OPERATIONS: Final = (
    Operation(
        name="read_impact",
        method="GET",
        path="/stats/impact",
        tag="cases",
        summary="Read the impact",
        description="What the work of all organisations came to: purchases monitored, violations, "
        "complaints, answers, cases, protocols, fines, money returned, purchases stopped. Each "
        "number has its definition, its list and its file. What others look at, their cases and "
        "complaints are counted a whole day later, and only in the large: in a region as a whole, "
        "by year, month or region, and by no organisation, campaign or indicator. Outcomes are "
        "counted at once and by each of these.",
        scope=None,
        answer=Impact,
        example=EXAMPLE,
        filters=(
            *FILTERS,
            Filter("by", "text", "Parts: year, month, region, organisation, campaign, indicator."),
        ),
    ),
    Operation(
        name="list_impact",
        method="GET",
        path="/stats/impact/{figure}",
        tag="cases",
        summary="List what a figure counts",
        description="The things behind a number of the impact, newest first, those that are only "
        "claimed among them.",
        scope=None,
        answer=ImpactItem,
        example=[COUNTED],
        listed=True,
        filters=FILTERS,
    ),
)
