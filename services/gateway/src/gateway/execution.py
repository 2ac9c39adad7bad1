"""What follows an award: contracts, their addenda, acts of acceptance and payments."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from msgspec import Struct

from gateway.documents import Money, PartyRef
from gateway.stages import Codes, Period


class Change(Struct, frozen=True, kw_only=True):
    """One thing that an addendum changed: `what` by its field, of which lot, from what to what.

    Money is amount and currency, a date a moment in UTC, a number exact decimal text.
    """

    what: str
    lot: str | None
    before: Any
    after: Any


class Amendment(Struct, frozen=True, kw_only=True):
    """An addendum to a contract: the sum before it and after it, and all else that it changed.

    `changes` is null where the version before it is not known. `in_force` marks the version that
    holds now; `signed` tells whether it was signed at all.
    """

    id: str | None
    number: str | None
    date: datetime | None
    signed: bool | None
    in_force: bool | None
    rationale: str | None
    description: str | None
    value_before: Money | None
    value: Money | None
    changes: list[Change] | None
    status_details: str | None
    codes: Codes


class Act(Struct, frozen=True, kw_only=True):
    """An act of acceptance. `state`: approved, revoked, or pending; an open word."""

    id: str | None
    number: str | None
    date: datetime | None
    amount: Money | None
    state: str
    status_details: str | None
    approved: datetime | None
    revoked: datetime | None
    replaces: str | None
    final: bool | None
    overdue_days: Decimal | None
    fine: Money | None
    advance: Money | None
    codes: Codes


class Payment(Struct, frozen=True, kw_only=True):
    """A payment. `state` is the publisher's word; without one, a dated payment is `paid`."""

    id: str | None
    date: datetime | None
    amount: Money | None
    state: str | None
    payer: PartyRef | None
    payee: PartyRef | None
    prepaid: Money | None
    codes: Codes


class Tally(Struct, frozen=True, gc=False):
    """How many there are, how many of them stand, and what these come to per currency."""

    count: int
    standing: int
    sums: list[Money]


class Dates(Struct, frozen=True, gc=False):
    """When a contract was drafted, was to be executed, was executed, and ended."""

    created: datetime | None
    planned: datetime | None
    executed: datetime | None
    ended: datetime | None


class Contract(Struct, frozen=True, kw_only=True):
    """A contract as it stands after its newest addendum, with all that followed it.

    `accepted` adds up the acts that are approved and stand, `paid` the payments made. The lists end
    after 50 rows; `counts` has the full numbers of addenda, acts and payments.
    """

    id: str | None
    award_id: str | None
    title: str | None
    description: str | None
    status: str | None
    status_details: str | None
    signed: datetime | None
    period: Period | None
    value: Money | None
    value_without_tax: Money | None
    suppliers: list[PartyRef]
    lots: list[str]
    dates: Dates
    amendments: list[Amendment]
    acts: list[Act]
    payments: list[Payment]
    counts: dict[str, int]
    accepted: list[Money]
    paid: list[Money]
    codes: Codes
    link: str
