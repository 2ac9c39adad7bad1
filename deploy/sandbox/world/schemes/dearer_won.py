"""The winner's conditional price, after the discounts for experience, is not the lowest."""

from deploy.sandbox.world import terms
from deploy.sandbox.world.procedures import choose
from deploy.sandbox.world.schemes.scheme import Opened, cheaply, contest, opened, told
from deploy.sandbox.world.tale import Tale


def _bid(tale: Tale, second: float) -> Opened:
    purchase = opened(tale, terms.COMPETITION, 26_000_000)
    bids = contest(tale, purchase, tale.suppliers(purchase.sector, 3))
    shares, discounts = (0.93, 0.95, 0.98), (2.0, second, 1.0)
    for bid, share, discount in zip(bids, shares, discounts, strict=True):
        bid.amount, bid.discount = cheaply(purchase, share), discount
    return purchase


def guilty(tale: Tale) -> None:
    """Eleven percent of discount put the second one first, and he lost."""
    purchase = _bid(tale, 11.0)
    purchase.lot.winner = purchase.lot.bids[0]
    told(tale, purchase)


def innocent(tale: Tale) -> None:
    """The dearer bid wins, for its discount makes its conditional price the lowest."""
    purchase = _bid(tale, 11.0)
    choose(purchase.lot)
    told(tale, purchase)
