"""Campaigns: a goal, a period, a focus list, a letter, and what it came to so far.

Counted is what the organisation's cases and outcomes of the campaign add to the impact. Whether
something changes, a figure tells: what it was at first and what it is now, each with its source. A
figure that the platform publishes is read by itself, day by day; any other is typed in.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Final, Literal

from msgspec import Struct
from pydantic import Field

from shared.bodies import Body
from shared.contracts.casework.operation import LONGEST_ID, LONGEST_TEXT, Filter, Operation
from shared.contracts.casework.workflows import Texts
from shared.errors import GuardFailed, TransitionNotAllowed

Id = Annotated[str, Field(pattern="^[A-Za-z0-9_-]+$", max_length=LONGEST_ID)]
Short = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)]
Long = Annotated[str, Field(min_length=1, max_length=4000)]
Kato = Annotated[str, Field(pattern="^([0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9})$", examples=["75"])]
Value = Annotated[Decimal, Field(max_digits=20, decimal_places=4)]


class CampaignStart(Body):
    """A new campaign; nobody else sees it before it is published."""

    title: Short
    goal: Long
    starts_on: date
    ends_on: date | None = None
    focus_list: Id | None = None
    template: Id | None = Field(default=None, description="Code of GET /v1/templates.")


class CampaignChange(Body):
    """What is to be different; what is left out stays as it is."""

    title: Short | None = None
    goal: Long | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    focus_list: Id | None = None
    template: Id | None = None


class ReadingStart(Body):
    """What a figure was on a day, and where that is written. The same day anew corrects it."""

    value: Value
    on: date
    source: Long


class FigureNamed(Body):
    """A cell of a table of GET /v1/stats: its column, and the row by all of its dimensions."""

    tile: Id = Field(examples=["single-source"])
    column: Id = Field(examples=["share_by_amount"])
    row: Annotated[dict[Id, int | Short], Field(max_length=10)] = Field(
        examples=[{"level": "region", "year": 2026, "region": "75"}],
        description="Dimensions of the row; one that is left out is null in it.",
    )


class MeasureStart(Body):
    """A figure that the campaign wants to move: read from what is published, or typed in.

    Read: `figure` alone; its baseline is what it says now, and it is read at each change. Typed in:
    `unit` and `baseline`, and readings later on.
    """

    title: Short = Field(examples=["Share of single source in region 75, by value"])
    unit: Short | None = Field(default=None, examples=["percent"])
    region: Kato | None = None
    better: Literal["lower", "higher"]
    baseline: ReadingStart | None = None
    figure: FigureNamed | None = None


class Reading(Struct, frozen=True):
    """What a figure was on a day, as decimal text, and where that is written."""

    value: Decimal
    on: date
    source: str


class PublishedFigure(Struct, frozen=True):
    """A cell of a table of GET /v1/stats: its column, and the row by all of its dimensions."""

    tile: str
    column: str
    row: dict[str, Any]


class Measure(Struct, frozen=True):
    """A figure. `now` null: nothing was read since. `moved`: towards, away or not at all.

    `figure` is the published cell that it is read from; null: it is typed in.
    """

    id: str
    title: str
    unit: str
    region: str | None
    better: str
    baseline: Reading
    now: Reading | None
    change: Decimal | None
    moved: str | None
    figure: PublishedFigure | None = None


class Counter(Struct, frozen=True):
    """A figure of the impact, of this campaign alone. `amount` is tenge; `list` is behind it."""

    figure: str
    title: Texts
    number: int
    amount: Decimal
    list: str


class CampaignBrief(Struct, frozen=True):
    """A campaign in short."""

    id: str
    organisation: str
    title: str
    goal: str
    starts_on: date
    ends_on: date | None
    focus_list: str | None
    template: str | None
    published_at: datetime | None
    created_at: datetime
    revision: int


class Campaign(CampaignBrief, frozen=True):
    """A campaign with what it came to so far. A focus list that is not public is for its owner."""

    counters: list[Counter] = []
    measures: list[Measure] = []


BRIEF: Final[dict[str, Any]] = {
    "id": "cmn_8c0c1d2e3b4a59687766554433",
    "organisation": "own_a",
    "title": "Competition instead of a single source",
    "goal": "That road works in the region are bought by competition.",
    "starts_on": "2026-03-01",
    "ends_on": "2026-12-31",
    "focus_list": "foc_5f0c1d2e3b4a59687766554433",
    "template": "general_appeal",
    "published_at": "2026-03-02T04:00:00Z",
    "created_at": "2026-03-02T04:00:00Z",
    "revision": 2,
}
_FIGURE: Final = {
    "tile": "single-source",
    "column": "share_by_amount",
    "row": {"level": "region", "year": 2026, "region": "75"},
}
EXAMPLE: Final[dict[str, Any]] = {
    **BRIEF,
    "counters": [
        {
            "figure": "complaints",
            "title": {
                "kk": "Берілген шағымдар мен өтініштер",
                "ru": "Подано жалоб и обращений",
                "en": "Complaints and appeals filed",
            },
            "number": 3,
            "amount": "0",
            "list": "/v1/stats/impact/complaints?campaign=cmn_8c0c1d2e3b4a59687766554433"
            "&organisation=own_a",
        }
    ],
    "measures": [
        {
            "id": "mea_9d0c1d2e3b4a59687766554433",
            "title": "Share of single source in region 75, by value",
            "unit": "share",
            "region": "75",
            "better": "lower",
            "baseline": {
                "value": "0.6150",
                "on": "2026-03-01",
                "source": "/v1/stats/single-source, 2026-03-01",
            },
            "now": {
                "value": "0.5800",
                "on": "2026-06-01",
                "source": "/v1/stats/single-source, 2026-06-01",
            },
            "change": "-0.0350",
            "moved": "towards",
            "figure": _FIGURE,
        }
    ],
}
_MEASURE_BODY: Final = {
    "title": "Share of single source in region 75, by value",
    "region": "75",
    "better": "lower",
    "figure": _FIGURE,
}

OPERATIONS: Final = (
    Operation(
        name="list_campaigns",
        method="GET",
        path="/campaigns",
        tag="cases",
        summary="List campaigns",
        description="Those that are published, and one's own, newest first.",
        scope=None,
        answer=CampaignBrief,
        example=[BRIEF],
        listed=True,
        filters=(
            Filter("organisation", "words", "Whose campaigns."),
            Filter("on", "day", "Those whose period has this day."),
        ),
    ),
    Operation(
        name="start_campaign",
        method="POST",
        path="/campaigns",
        tag="cases",
        summary="Start a campaign",
        description="A case belongs to it by its field `campaign`.",
        scope="cases:write",
        body=CampaignStart,
        body_example={
            "title": BRIEF["title"],
            "goal": BRIEF["goal"],
            "starts_on": BRIEF["starts_on"],
        },
        answer=Campaign,
        example={**EXAMPLE, "published_at": None},
        status=201,
    ),
    Operation(
        name="read_campaign",
        method="GET",
        path="/campaigns/{campaign_id}",
        tag="cases",
        summary="Read a campaign with what it came to",
        description="Counted is the organisation's own work of the campaign, each thing once.",
        scope=None,
        answer=Campaign,
        example=EXAMPLE,
    ),
    Operation(
        name="change_campaign",
        method="PATCH",
        path="/campaigns/{campaign_id}",
        tag="cases",
        summary="Change a campaign",
        description="Its title, goal, period, focus list or letter.",
        scope="cases:write",
        body=CampaignChange,
        body_example={"ends_on": "2026-12-31"},
        answer=Campaign,
        example=EXAMPLE,
        on_version=True,
    ),
    Operation(
        name="publish_campaign",
        method="POST",
        path="/campaigns/{campaign_id}:publish",
        tag="cases",
        summary="Publish a campaign",
        description="Everybody with a key reads it from then on.",
        scope="cases:write",
        answer=Campaign,
        example=EXAMPLE,
        on_version=True,
        problems=(GuardFailed, TransitionNotAllowed),
    ),
    Operation(
        name="unpublish_campaign",
        method="POST",
        path="/campaigns/{campaign_id}:unpublish",
        tag="cases",
        summary="Take a campaign back",
        description="Nobody else sees it any more.",
        scope="cases:write",
        answer=Campaign,
        example={**EXAMPLE, "published_at": None},
        on_version=True,
        problems=(GuardFailed, TransitionNotAllowed),
    ),
    Operation(
        name="add_measure",
        method="POST",
        path="/campaigns/{campaign_id}/measures",
        tag="cases",
        summary="Name a figure that the campaign wants to move",
        description="The platform makes up no numbers: each is read from its published tables, or"
        " typed in with its day and source.",
        scope="cases:write",
        body=MeasureStart,
        body_example=_MEASURE_BODY,
        answer=Campaign,
        example=EXAMPLE,
        status=201,
    ),
    Operation(
        name="add_reading",
        method="POST",
        path="/campaigns/{campaign_id}/measures/{measure_id}/readings",
        tag="cases",
        summary="Say what a figure is now",
        description="The earliest day is the baseline, the latest is now. What is read from a"
        " published table is not typed in.",
        scope="cases:write",
        body=ReadingStart,
        body_example={
            "value": "58",
            "on": "2026-06-01",
            "source": "Yearbook of the region, table 4",
        },
        answer=Campaign,
        example=EXAMPLE,
        problems=(GuardFailed,),
    ),
)
