"""Alerts: a contiguous numbered row of events, so that a reader can prove having all of them."""

from collections.abc import Sequence
from typing import Annotated, Literal

from fastapi import Depends, Query, Response
from msgspec import field
from pydantic import Field

from gateway.api import examples
from gateway.api.asking import Bands, From, Until, Words, allowed, each, organisations, send_list
from gateway.api.describing import lists
from gateway.api.filters import InPlaces
from gateway.api.metering import Rows
from gateway.reads import alerts, priority
from gateway.reads.answering import listing
from gateway.reads.priority import Mark, Priority, Weights
from gateway.state import Gateway, State
from gateway.subscriptions.documents import AlertReply
from gateway.texts import Notice
from gateway.usage import QuotaSpent
from shared.contracts.alerts import Alert
from shared.errors import CursorInvalid, RateLimited, ScopeMissing, ValidationFailed
from shared.errors import Unauthenticated as NoKey
from shared.feed.serve import GREATEST_SEQ
from shared.late import Router

router = Router(prefix="/v1/alerts", tags=["alerts"])


class ServedAlert(Alert, frozen=True):
    """A subject rose to a band where something can still be done.

    `position` counts all alerts from 1 without a gap; `windows` empty has its reason beside it.
    `priority` stands in lists of that order, `replies` where a party of the purchase gave one.
    """

    position: int = 0
    notice: Notice | None = None
    links: dict[str, str] = field(default_factory=dict)
    priority: Priority | None = None
    replies: list[AlertReply] = field(default_factory=list)


class AlertFilter(InPlaces):
    """Which alerts. A parameter that is repeated means any of its values."""

    indicator: Words = Field([], description="Code of an indicator that raised it.")
    band: Bands = Field([], description="Risk band reached.")
    source: Words = Field([], description="Id of the publisher's data set.")
    process: Words = Field([], description="Id of the process (prc_…).")
    buyer: Words = Field([], description="Id (org_…) or BIN of who buys.")
    raised_from: From | None = Field(None, alias="raised_at[gte]")
    raised_to: Until | None = Field(None, alias="raised_at[lte]")
    after: int = Field(
        0, ge=0, le=GREATEST_SEQ, description="`position` of the last alert you have."
    )
    sort: Literal["position", "-position", "-priority"] = Field(
        "position",
        description="Oldest first, as a reader that follows wants it; newest first; or what most "
        "deserves a look first, by risk and money, with a share of the places for every region.",
    )


@router.get(
    "",
    operation_id="list_alerts",
    summary="List alerts",
    response_model=None,
    dependencies=[Depends(allowed("alerts:read"))],
    responses=lists(
        ServedAlert,
        examples.ALERT_PAGE,
        CursorInvalid,
        NoKey,
        ScopeMissing,
        ValidationFailed,
        RateLimited,
        QuotaSpent,
        notice=True,
    ),
)
async def list_alerts(
    asked: Annotated[AlertFilter, Query()], gateway: Gateway, meter: Rows
) -> Response:
    """List alerts in the order in which they were raised, or in which they deserve a look."""
    bound = asked.question("alerts")
    after = gateway.cursor.decode(asked.cursor, question=bound) if asked.cursor else [None]
    found, last = await _page(gateway, question_of(asked), after, asked.limit)
    mark = gateway.cursor.encode(last, question=bound) if last is not None else None
    meter.give(len(found))
    return send_list(listing(found, next_cursor=mark, notice=True, **gateway.as_of()))


def question_of(asked: AlertFilter) -> alerts.Question:
    """Return what a filter asks for."""
    return alerts.Question(
        indicator=each(asked.indicator),
        band=each(asked.band),
        source=each(asked.source),
        process=each(asked.process),
        buyer=organisations(asked.buyer, "/query/buyer"),
        places=asked.places(),
        raised_from=asked.raised_from,
        raised_to=asked.raised_to,
        after=asked.after,
        sort=asked.sort,
    )


async def _page(
    gateway: State, question: alerts.Question, after: Sequence[object], limit: int
) -> tuple[list[bytes], list[int] | None]:
    """Return a page, and what the mark of the next one says; `after` is what the mark said."""
    places = [one for one in map(_position, after) if one is not None]
    async with gateway.database.connection() as connection:
        if question.sort == "-priority":
            told = gateway.settings
            weights = Weights(told.priority_risk, told.priority_regions)
            mark = Mark(*places) if places else None
            found, best = await priority.find(connection, question, weights, mark=mark, limit=limit)
            return found, list(best) if best else None
        mark_of = places[0] if places else None
        found, last = await alerts.find(connection, question, mark=mark_of, limit=limit)
        return found, None if last is None else [last]


def _position(value: object) -> int | None:
    return value if isinstance(value, int) else None
