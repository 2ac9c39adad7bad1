"""More conditional discount is counted for the winner than the rules know.

All that a supplier of goods can be credited with comes to sixteen percent (R217-271).
"""

from deploy.sandbox.world import terms
from deploy.sandbox.world.procedures import choose
from deploy.sandbox.world.schemes.scheme import cheaply, contest, opened, told
from deploy.sandbox.world.tale import Tale


def _buy(tale: Tale, discount: float) -> None:
    purchase = opened(tale, terms.COMPETITION, 24_000_000)
    bids = contest(tale, purchase, tale.suppliers(purchase.sector, 3))
    shares, discounts = (0.97, 0.94, 0.985), (discount, 2.0, 1.0)
    for bid, share, counted in zip(bids, shares, discounts, strict=True):
        bid.amount, bid.discount = cheaply(purchase, share), counted
    choose(purchase.lot)
    told(tale, purchase)


def guilty(tale: Tale) -> None:
    """Twenty-six percent."""
    _buy(tale, 26.0)


def innocent(tale: Tale) -> None:
    """Fifteen percent."""
    _buy(tale, 15.0)
