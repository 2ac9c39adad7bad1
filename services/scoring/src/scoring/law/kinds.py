"""What the values of the law's tables look like: one type per file of this folder."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec

Goods = Literal["goods", "works", "services"]
Bound = Literal["min", "max", "fixed"]
Count = Annotated[int, msgspec.Meta(ge=0)]
Range = Annotated[list[Count], msgspec.Meta(min_length=1, max_length=2)]
"""From, and to where there is an end: [1, 1] is one, [2] is two and more."""


class Limit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A ceiling in monthly calculation indices, and what is compared with it."""

    mci: Annotated[float, msgspec.Meta(gt=0)]
    measure: Literal["annual", "lot", "contract", "debt", "assets", "turnover"]


class Term(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long between two events, by method."""

    term: str
    methods: Annotated[list[str], msgspec.Meta(min_length=1)]
    bound: Bound
    number: Count
    starts: str
    ends: str
    rule: str


class Method(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"group": "class"}):
    """A method by the portal's code."""

    code: int
    symbol: str
    name: str
    method: str
    regime: Literal["public", "quasi_state"]
    family: str
    group: Literal["competitive", "single_source", "special"]


class Ground(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A ground of single source: what it opens for, what it asks for, what it spares."""

    law: str
    title: str
    buys: Annotated[list[Goods], msgspec.Meta(min_length=1)]
    duties: list[Literal["opinion", "offers", "by_list", "security", "paper"]] = []
    exempt: list[Literal["plan", "portal", "register", "registration", "debtors", "listing"]] = []


class Failure(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"step": "next"}):
    """What follows when so many bids came and so many were admitted."""

    methods: Annotated[list[str], msgspec.Meta(min_length=1)]
    attempts: Range
    bids: Range
    admitted: Range
    failed: bool
    step: Literal["repeat", "contract", "single_source", "repeat_or_competitive", "competitive"]
    single_source: Literal["never", "sole_bidder", "chosen", "doubtful"] = "never"
    cap: Literal["offer", "allocated", "appraisal"] | None = None


class Allowed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A change that a reason covers, and how far; no subjects named: whatever is bought."""

    change: Literal["sum_down", "sum_up", "unit_price_up", "term_later"]
    subjects: list[Goods] = []
    number: int | None = None
    unit: Literal["working_day", "month"] | None = None
    within_year: bool = False
    within_saving: bool = False


class ChangeReason(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A lawful reason for changing a contract."""

    title: str
    word: str
    allows: list[Allowed]
    trivial: bool = False


class Floor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many per cent of which base a price may lie below it."""

    methods: Annotated[list[str], msgspec.Meta(min_length=1)]
    base: Literal["estimate", "allocated", "norms", "tariff", "royalty_rates", "mean_of_offers"]
    percent: Annotated[float, msgspec.Meta(ge=0, lt=100)]
    below: Literal["not_allowed", "deposit", "rejected"]


class Emergency(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A declared emergency; `regions` are beginnings of KATO, none is the whole country."""

    title: str
    regions: list[str] = []


class Contradiction(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An open question of the texts, its readings by name, and the one we count by."""

    question: str
    chosen: str
    readings: dict[str, str]


FILES: Mapping[str, type[Any]] = {
    "years": float,
    "limits": Limit,
    "values": float,
    "terms": Term,
    "methods": Method,
    "grounds": Ground,
    "failures": Failure,
    "changes": ChangeReason,
    "floors": Floor,
    "emergencies": Emergency,
    "contradictions": Contradiction,
}
"""The files of this folder, and what their values are."""
