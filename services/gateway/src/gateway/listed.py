"""What the gateway answers in lists of lots, contracts and plan points: one struct per row.

`method` of a lot or contract is that of its process (OCDS); times are UTC.
"""

from datetime import datetime
from decimal import Decimal

from msgspec import Struct

from gateway.documents import Money, PartyRef
from gateway.execution import Tally
from gateway.places import Place


class Origin(Struct, frozen=True, gc=False):
    """The process a row belongs to, and where to read on."""

    id: str
    source: str
    ocid: str
    link: str


class ListedLot(Struct, frozen=True, kw_only=True):
    """A lot: `number` is the publisher's, `buyers` who it is bought for, `delivery` where to."""

    id: str
    local_id: str | None
    number: str | None
    title: str | None
    status: str | None
    status_details: str | None
    method: str | None
    value: Money | None
    published: datetime | None
    buyers: list[PartyRef]
    seats: list[Place]
    delivery: list[Place]
    process: Origin


class ListedContract(Struct, frozen=True, kw_only=True):
    """A contract as it stands after its newest amendment; `value` as the publisher states it.

    `acts` and `payments` count all; those stand that are approved and not replaced, or were made.
    """

    id: str
    local_id: str | None
    number: str | None
    title: str | None
    status: str | None
    status_details: str | None
    method: str | None
    value: Money | None
    signed: datetime | None
    amendments: int
    acts: Tally
    payments: Tally
    buyers: list[PartyRef]
    suppliers: list[PartyRef]
    seats: list[Place]
    delivery: list[Place]
    process: Origin


class ListedPlan(Struct, frozen=True, kw_only=True):
    """A plan point; `taken_up` tells whether its process has a purchase, or is the plan alone.

    `year` and `month` say when the purchase is wanted; `planned` is the first day of that month.
    """

    id: str
    local_id: str | None
    title: str | None
    status: str | None
    method: str | None
    justification: str | None
    year: int | None
    month: int | None
    planned: datetime | None
    value: Money | None
    quantity: Decimal | None
    product: str | None
    buyers: list[PartyRef]
    seats: list[Place]
    delivery: list[Place]
    taken_up: bool
    process: Origin


class Candidate(Struct, frozen=True, gc=False):
    """Something that a text names: process, lot, contract, plan, buyer or supplier."""

    type: str
    id: str
    title: str | None
    link: str
