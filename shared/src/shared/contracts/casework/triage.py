"""Triage: what an organisation does about the alerts, each organisation by itself.

An alert is new with an organisation until somebody of it touches it. Moves are those of the life
cycle "alert"; the platform itself wakes what was snoozed and replaces what a newer alert says.
"""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Final, Literal

from msgspec import Struct
from pydantic import AwareDatetime, Field

from shared.bodies import Body
from shared.contracts.casework.operation import LONGEST_ID, LONGEST_TEXT, Filter, Operation
from shared.contracts.casework.workflows import Texts
from shared.errors import GuardFailed, NotFound, TransitionNotAllowed

Id = Annotated[str, Field(pattern="^[A-Za-z0-9_-]+$", max_length=LONGEST_ID)]
Short = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)]
Note = Annotated[str, Field(min_length=1, max_length=4000)]
Scope = Literal["alert", "process", "buyer", "supplier"]

MOST: Final = 100
"""Alerts that are moved at once."""


class AlertMove(Body):
    """A move, and what it takes.

    `promote` goes into the `case` that is named, or begins a new one, a draft with this `title`.
    `scope` of a snooze: this alert alone, or also those that will come on the purchase, its buyer
    or its suppliers, unless one of them is of a higher band.
    """

    move: Short
    reason: Short | None = None
    note: Note | None = None
    until: AwareDatetime | None = None
    scope: Scope = "alert"
    case: Id | None = None
    title: Short | None = None


class AlertsMove(AlertMove):
    """One move of several alerts: all of them, or none."""

    alerts: list[Id] = Field(min_length=1, max_length=MOST)


class TellingChange(Body):
    """Whether other organisations are told, in numbers, what one works on."""

    tells: bool


class OpenWindow(Struct, frozen=True):
    """A legal route that is open, and who alone may use it: any of these standings, in words too.

    `closes_at` null: it has no term, or the day it runs from is not published. `confirmed`: a
    lawyer has confirmed the term.
    """

    route: str
    title: Texts
    standing: list[str]
    who: list[Texts]
    closes_at: datetime | None
    confirmed: bool


class Similar(Struct, frozen=True):
    """Another alert, and why it is like this one.

    `reasons`: same_process, same_buyer, same_supplier, same_indicator.
    """

    alert: str
    process: str
    band: str
    state: str
    raised_at: datetime
    reasons: list[str]
    cases: list[str]


class Triaged(Struct, frozen=True):
    """An alert as it stands with the caller's organisation.

    `elsewhere`: how many other organisations have worked on this purchase for more than a day and
    let others know; null for whoever is not told. `similar_count` counts what `similar` begins to
    list. These and `windows` stand in the answer for one alert only.

    `windows_reason`: `stage_unknown` (nothing is shown), `method_unknown` (only routes for any
    method are), `none_open`; null where all that fit are shown.
    """

    alert: str
    process: str
    buyer: str | None
    suppliers: list[str]
    region: str | None
    band: str
    score: float
    indicators: list[str]
    amount: Decimal | None
    currency: str | None
    raised_at: datetime
    state: str
    reason: str | None
    note: str | None
    until: datetime | None
    changed_at: datetime | None
    changed_by: str | None
    replaced_by: str | None
    cases: list[str]
    revision: int
    moves: list[str]
    windows: list[OpenWindow] = []
    windows_reason: str | None = None
    elsewhere: int | None = None
    similar_count: int | None = None
    similar: list[Similar] = []


class AlertsMoved(Struct, frozen=True):
    """The alerts that were moved, and the case they are in now."""

    data: list[Triaged]
    case: str | None


class Telling(Struct, frozen=True):
    """Whether other organisations are told, in numbers, what one works on, and since when."""

    tells: bool
    since: datetime | None


EXAMPLE: Final[dict[str, Any]] = {
    "alert": "alr_n2q3ffkq2xv5mh4sg6t7ybzc4d",
    "process": "prc_a3lgw4c2yqfmxjpv5tns7hzd6e",
    "buyer": "org_b4mhx5d3zrgnykqw6uot2i3e7f",
    "suppliers": [],
    "region": "751110000",
    "band": "high",
    "score": 61.5,
    "indicators": ["R018"],
    "amount": "18000000.00",
    "currency": "KZT",
    "raised_at": "2026-03-02T03:00:00Z",
    "windows": [
        {
            "route": "pp25_supplier",
            "title": {
                "kk": "Әлеуетті өнім берушінің шағымы (25-бап)",
                "ru": "Жалоба потенциального поставщика (статья 25)",
                "en": "Complaint of a potential supplier (article 25)",
            },
            "standing": ["potential_supplier"],
            "who": [
                {
                    "kk": "әлеуетті өнім беруші",
                    "ru": "потенциальный поставщик",
                    "en": "potential supplier",
                }
            ],
            "closes_at": "2026-03-04T19:00:00Z",
            "confirmed": False,
        }
    ],
    "state": "in_review",
    "reason": None,
    "note": None,
    "until": None,
    "changed_at": "2026-03-02T04:00:00Z",
    "changed_by": "mem_aida",
    "replaced_by": None,
    "cases": [],
    "revision": 2,
    "moves": ["dismiss", "snooze", "promote"],
    "elsewhere": 1,
    "similar_count": 1,
    "similar": [
        {
            "alert": "alr_m7r3ffkq2xv5mh4sg6t7ybzc4d",
            "process": "prc_k3lgw4c2yqfmxjpv5tns7hzd6e",
            "band": "high",
            "state": "new",
            "raised_at": "2026-02-02T03:00:00Z",
            "reasons": ["same_buyer", "same_indicator"],
            "cases": [],
        }
    ],
}
_REFUSED: Final = (TransitionNotAllowed, GuardFailed)

OPERATIONS: Final = (
    Operation(
        name="list_triage",
        method="GET",
        path="/triage",
        tag="cases",
        summary="List alerts as they stand with one's organisation",
        description="Newest first. An alert is new until somebody of the organisation touches it.",
        scope="alerts:read",
        answer=Triaged,
        example=[EXAMPLE],
        listed=True,
        filters=(
            Filter("state", "words", "State with one's own organisation."),
            Filter("region", "words", "KATO code: all within it."),
            Filter("buyer", "words", "Id of who buys (org_…)."),
            Filter("band", "words", "Risk band."),
            Filter("indicator", "words", "Code of an indicator that raised it."),
            Filter("since", "day", "First day on which it was raised (UTC+5)."),
        ),
    ),
    Operation(
        name="read_triage",
        method="GET",
        path="/triage/{alert_id}",
        tag="cases",
        summary="Read an alert as it stands with one's organisation",
        description="With similar alerts and why they are similar, the windows of the law and who "
        "may use them, and whether somebody already works on it.",
        scope="alerts:read",
        answer=Triaged,
        example=EXAMPLE,
    ),
    Operation(
        name="move_alert",
        method="POST",
        path="/alerts/{alert_id}/moves",
        tag="cases",
        summary="Acknowledge, review, dismiss, snooze or promote an alert",
        description='A move of the life cycle "alert" of GET /v1/meta/workflows.',
        scope="alerts:write",
        body=AlertMove,
        body_example={"move": "dismiss", "reason": "below_interest"},
        answer=Triaged,
        example=EXAMPLE,
        on_version=True,
        problems=_REFUSED,
    ),
    Operation(
        name="move_alerts",
        method="POST",
        path="/alerts:batch",
        tag="cases",
        summary="Move several alerts at once",
        description="All of them or none; promoted together they go into one case.",
        scope="alerts:write",
        body=AlertsMove,
        body_example={"alerts": [EXAMPLE["alert"]], "move": "promote"},
        answer=AlertsMoved,
        example={"data": [EXAMPLE], "case": None},
        problems=(NotFound, *_REFUSED),
    ),
    Operation(
        name="read_telling",
        method="GET",
        path="/triage-telling",
        tag="cases",
        summary="Read whether others are told what one works on",
        description="Told are numbers alone, a day late, and nothing of embargoed cases or of "
        "those that came of a tip.",
        scope="alerts:read",
        answer=Telling,
        example={"tells": True, "since": "2026-03-02T04:00:00Z"},
    ),
    Operation(
        name="change_telling",
        method="PATCH",
        path="/triage-telling",
        tag="cases",
        summary="Let others know, or not, what one works on",
        description="Only an administrator of the organisation decides it.",
        scope="alerts:write",
        body=TellingChange,
        body_example={"tells": True},
        answer=Telling,
        example={"tells": True, "since": "2026-03-02T04:00:00Z"},
    ),
)
