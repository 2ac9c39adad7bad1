"""Feed "profiles" (scoring to gateway): figures of one buyer, supplier or region, and networks.

Key: "buyer/org_…", "supplier/org_…", "region/75", "network/org_…". Nothing is published about
natural persons and sole traders, nor about whom only a name identifies, and none of them is named
as a counterpart: those are counted. Sums are exact decimal text in tenge (KZT), net of VAT where
that is told; shares lie from 0 to 1. A figure that cannot be told is null, never 0.
"""

from datetime import datetime

from msgspec import Struct

LeftOut = dict[str, int]
"""How many are counted in no figure of the part, by reason."""


class Volumes(Struct, frozen=True):
    """Purchases and contracts concluded in them; `valued`: contracts whose sum is known."""

    purchases: int
    contracts: int
    valued: int
    amount: str | None
    left_out: LeftOut


class ByMethod(Struct, frozen=True):
    """Contracts by the method of their purchase; null where it is not told."""

    method: str | None
    contracts: int
    amount: str | None


class Competition(Struct, frozen=True):
    """Lots competed for: how many bid on each. Of a supplier: on those of its purchases."""

    lots: int
    bidders: float | None
    single: int
    share_single: float | None
    without_bids: int
    left_out: LeftOut


class Savings(Struct, frozen=True):
    """Planned against awarded, over lots of which both are known."""

    lots: int
    planned: str | None
    awarded: str | None
    share: float | None
    left_out: LeftOut


class Execution(Struct, frozen=True):
    """Contracts whose planned end has passed: in time, late, not yet executed, ended early."""

    due: int
    in_time: int
    late: int
    overdue: int
    ended_early: int
    share_late: float | None
    median_days_late: float | None
    left_out: LeftOut


class Bidding(Struct, frozen=True):
    """Purchases a supplier bid in, those it won something in, and how many others bid there."""

    purchases: int
    won: int
    share_won: float | None
    rivals: float | None


class Counterpart(Struct, frozen=True):
    """An organisation dealt with; `share`: of the sum of all valued contracts.

    Here and below `name` is put in by the gateway: facts know no names.
    """

    id: str
    contracts: int
    amount: str | None
    share: float | None
    name: str | None = None


class Counterparts(Struct, frozen=True):
    """The largest counterparts by sum; `total`: how many organisations there are.

    `left_out`: contracts with persons, with several at once, or with nobody who can be told.
    """

    total: int
    listed: list[Counterpart]
    left_out: LeftOut


class Flagged(Struct, frozen=True):
    """In how many purchases an indicator is flagged."""

    indicator: str
    purchases: int


class Flags(Struct, frozen=True):
    """Signs in its purchases: `judged` have a band, `flagged` at least one sign."""

    judged: int
    flagged: int
    indicators: list[Flagged]
    bands: dict[str, int]


class Span(Struct, frozen=True):
    """One year ("2026") or month ("2026-02"): by signing, else by publication.

    `direct`: contracts made directly; `flagged`: those of purchases with at least one sign.
    """

    period: str
    contracts: int
    direct: int
    amount: str | None
    flagged: int


class Trend(Struct, frozen=True):
    """By year, and by month: the 24 that end with the newest data; a month without is not listed.

    `undated`: contracts of which no day is told.
    """

    years: list[Span]
    months: list[Span]
    undated: int


class Figures(Struct, frozen=True, kw_only=True):
    """Figures over all purchases of a buyer, supplier or region, as of `data_date`.

    `bidding` only of a supplier; of a region there are counterparts on both sides.
    """

    type: str
    id: str
    volumes: Volumes
    methods: list[ByMethod]
    competition: Competition | None
    savings: Savings | None
    execution: Execution | None
    bidding: Bidding | None
    buyers: Counterparts | None
    suppliers: Counterparts | None
    flags: Flags
    trend: Trend
    data_date: datetime | None


class CoBidder(Struct, frozen=True):
    """Somebody who bid in the same purchases; `share`: of the purchases the supplier bid in."""

    id: str
    purchases: int
    won: int
    they_won: int
    share: float
    name: str | None = None


class Dependence(Struct, frozen=True):
    """A buyer: its share in what the supplier sold, and the supplier's share in what it bought."""

    id: str
    contracts: int
    amount: str | None
    share_of_supplier: float | None
    share_of_buyer: float | None
    name: str | None = None


class Contact(Struct, frozen=True):
    """Somebody who bid in the same purchase with a contact in common, of which kinds."""

    id: str
    purchases: int
    kinds: list[str]
    name: str | None = None


class Network(Struct, frozen=True, kw_only=True):
    """With whom a supplier meets: at most 25 of each, the most frequent first; totals beside.

    `left_out`: whom nothing is told of here, and why.
    """

    id: str
    co_bidders: list[CoBidder]
    co_bidders_total: int
    buyers: list[Dependence]
    buyers_total: int
    shared_contacts: list[Contact]
    shared_contacts_total: int
    left_out: LeftOut
    data_date: datetime | None
