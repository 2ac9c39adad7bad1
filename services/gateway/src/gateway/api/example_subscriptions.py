"""Examples of subscriptions: an invented newsroom that watches one region."""

from datetime import UTC, date, datetime
from typing import Any, Final

from msgspec import to_builtins
from msgspec.structs import replace

from gateway.api.example_release import BUYER, PROCESS
from gateway.subscriptions.documents import AlertReply, Channel, Item, OnDay, Preview, Subscription
from gateway.texts import NOTICE

_MADE: Final = datetime(2026, 3, 2, 6, 5, tzinfo=UTC)

_subscription = Subscription(
    id="sub_3f1c9a7e5b2d4c60",
    name="Алматы, жоғары тәуекел",
    what="alerts",
    filter={"band": ["high", "critical"], "region": ["75"]},
    events=["alert.created", "alert.corrected"],
    cadence="daily",
    hour=9,
    weekday=1,
    language="kk",
    channel=Channel(kind="email", address="desk@example.org"),
    state="active",
    paused_for=None,
    next_at=datetime(2026, 3, 3, 4, tzinfo=UTC),
    pending=0,
    created_at=_MADE,
    revision=2,
)
SUBSCRIPTION: Final = to_builtins(_subscription)
NEW_SUBSCRIPTION: Final = to_builtins(
    replace(_subscription, state="unconfirmed", next_at=None, pending=1, revision=1)
)
SUBSCRIPTION_PAGE: Final[dict[str, Any]] = {
    "data": [SUBSCRIPTION],
    "page": {"next_cursor": None, "has_more": False},
    "as_of": "2026-03-02T06:05:00Z",
    "seq": 42,
}
PREVIEW: Final = to_builtins(
    Preview(
        looked_from=datetime(2026, 1, 31, 6, 5, tzinfo=UTC),
        events=3,
        days=[OnDay(date(2026, 2, 27), 1), OnDay(date(2026, 3, 1), 2)],
        sample=[
            Item(
                seq=1042,
                type="alert.created",
                alert="alr_3f1c9a7e5b2d4c60",
                process=PROCESS,
                title="Мектеп жиһазы",
                buyer="Үлгі білім басқармасы",
                band="high",
                indicators=["R018"],
                link=f"/v1/scores/process/{PROCESS}/explanation",
            )
        ],
        notice=NOTICE,
    )
)
REPLY: Final = to_builtins(
    AlertReply(
        id="rpl_0123456789abcdef",
        alert="alr_3f1c9a7e5b2d4c60",
        party=BUYER,
        name="Үлгі білім басқармасы",
        role="buyer",
        language="kk",
        text="Құжаттамаға өзгеріс енгізіледі: мерзім ұзартылады.",
        at=_MADE,
        links={"process": f"/v1/processes/{PROCESS}"},
    )
)
