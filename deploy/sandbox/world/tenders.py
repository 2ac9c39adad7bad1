"""A purchase in the world's own words: notices, lots, bids and their moments."""

from dataclasses import dataclass, field

from deploy.sandbox.world.parties import Party
from deploy.sandbox.world.planning import Point
from deploy.sandbox.world.tale import Record

DISCUSSED, TAKING_BIDS, TAKING_PRICES, REVIEWED, APPEALED, PAUSED = 210, 220, 240, 250, 440, 420
DONE, REFUSED, CANCELLED = 350, 410, 430
LOT_DONE, LOT_FAILED, LOT_REFUSED, LOT_CANCELLED = 360, 370, 410, 430
HANDED_IN, ADMITTED, WINNER, SECOND, REJECTED, WITHDRAWN = 310, 340, 360, 361, 370, 380
"""Bid statuses; 360 is the portal's, the others stand in the world's `ref_po_st`."""


@dataclass(slots=True)
class Bid:
    """An offer for one lot: net total, when it came, and what became of it."""

    supplier: Party
    amount: float
    at: int
    status: int = ADMITTED
    discount: float = 0.0

    @property
    def ranked(self) -> float:
        """The price after conditional discounts, by which offers are ranked."""
        return self.amount * (1 - self.discount / 100)


@dataclass(slots=True)
class Lot:
    """A lot with the plan points behind it and its bids."""

    points: list[Point]
    bids: list[Bid] = field(default_factory=list)
    record: Record | None = None
    winner: Bid | None = None

    @property
    def amount(self) -> float:
        """What is allocated, without VAT."""
        return round(sum(point.amount for point in self.points), 2)


@dataclass(slots=True)
class Times:
    """The moments of one attempt; `discussed` and `opens` only where the method has them."""

    publish: int
    closes: int
    results: int
    discussed: int | None = None
    opens: int | None = None


@dataclass(slots=True)
class Notice:
    """An announced purchase."""

    record: Record
    number: int
    attempt: int
    method: int
    times: Times
    lots: list[Lot]
    parent: "Notice | None" = None

    @property
    def anno(self) -> str:
        """The number of the announcement: the first notice's id, then the attempt."""
        return f"{self.number}-{self.attempt}"
