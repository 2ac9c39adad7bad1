"""What happens in a purchase, stage by stage, as the process document shows it.

Words of OCDS stand under `status`, the publisher's own beside them in `status_details` and `codes`.
What a publisher does not tell is null, or an empty list where it may have nothing to tell.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

from msgspec import Struct

from gateway.documents import Money, PartyRef

Codes = dict[str, str]
"""The publisher's own codes under the publisher's own names, as published."""


class Period(Struct, frozen=True, gc=False):
    """From when until when something could be done."""

    start: datetime | None
    end: datetime | None


class Budget(Struct, frozen=True, kw_only=True):
    """The money the plan sets aside: how much, whose, and for which programme."""

    amount: Money | None
    source: str | None
    project: str | None
    project_id: str | None


class PlanPoint(Struct, frozen=True, kw_only=True):
    """A point of the plan that this purchase takes up; `month` may be any number of its plan's.

    `justification` is the ground for the method, `value` what was planned without tax.
    """

    id: str | None
    title: str | None
    method: str | None
    method_details: str | None
    justification: str | None
    year: int | None
    month: int | None
    value: Money | None
    unit_price: Money | None
    quantity: Decimal | None
    product: str | None
    status_details: str | None
    approved: datetime | None
    changed: datetime | None
    codes: Codes
    link: str


class Planning(Struct, frozen=True, kw_only=True):
    """The plan behind a purchase."""

    rationale: str | None
    budget: Budget | None
    points: list[PlanPoint]


class NoticeChange(Struct, frozen=True, kw_only=True):
    """What befell the notice by somebody's decision: a cancellation, a pause, an amendment."""

    id: str | None
    date: datetime | None
    rationale: str | None
    description: str | None
    codes: Codes


class Lot(Struct, frozen=True, kw_only=True):
    """A lot of the tender; `buyers` are those it is bought for, where they are its own."""

    id: str | None
    number: str | None
    title: str | None
    status: str | None
    status_details: str | None
    value: Money | None
    buyers: list[PartyRef]
    codes: Codes
    link: str


class BidCount(Struct, frozen=True, gc=False):
    """How many bids the publisher names in a status; null where it gives none."""

    status: str | None
    count: int


class LotBid(Struct, frozen=True, kw_only=True):
    """What a bid offers for one lot, and what became of it."""

    lot: str | None
    status: str | None
    status_details: str | None
    value: Money | None
    unit_price: Money | None
    rank: int | None
    codes: Codes


class Bid(Struct, frozen=True, kw_only=True):
    """A bid with its offers lot by lot; `rank` 1 won."""

    id: str | None
    date: datetime | None
    status: str | None
    status_details: str | None
    tenderers: list[PartyRef]
    value: Money | None
    rank: int | None
    lots: list[LotBid]


class Award(Struct, frozen=True, kw_only=True):
    """An award, with the parties it names; one that failed has a reason and nobody."""

    id: str | None
    title: str | None
    status: str | None
    status_details: str | None
    date: datetime | None
    value: Money | None
    suppliers: list[PartyRef]
    lots: list[str]
    bid: str | None
    reason: str | None


class Enquiry(Struct, frozen=True, kw_only=True):
    """A question about the purchase and its answer; whoever asks is not named."""

    id: str | None
    date: datetime | None
    title: str | None
    description: str | None
    answer: str | None
    answered: datetime | None
    lot: str | None


class Complaint(Struct, frozen=True, kw_only=True):
    """A complaint about the purchase; who decided it, as a person, is not named."""

    id: str | None
    number: str | None
    date: datetime | None
    title: str | None
    status: str | None
    addressee: str | None
    period: Period | None
    decided: datetime | None
    codes: Codes


class Related(Struct, frozen=True, gc=False):
    """Another process that the publisher relates to this one, as an earlier attempt ("prior")."""

    relationship: list[str]
    ocid: str | None
    title: str | None
    link: str | None


class Mended(Struct, frozen=True):
    """What was mended in the publisher's data: where, why, and both values in short."""

    path: str
    code: str
    received: Any = None
    mended: Any = None
