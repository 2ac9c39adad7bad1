"""Four bids lie within half a percent: nobody who reckons for himself comes so near."""

from deploy.sandbox.world import terms
from deploy.sandbox.world.procedures import choose
from deploy.sandbox.world.schemes.scheme import cheaply, contest, opened, told
from deploy.sandbox.world.tale import Tale

SHARES = (0.95, 0.9515, 0.953, 0.9545)


def _buy(tale: Tale, method: int) -> None:
    purchase = opened(tale, method, 25_000_000)
    bids = contest(tale, purchase, tale.suppliers(purchase.sector, 4))
    for bid, share in zip(bids, SHARES, strict=True):
        bid.amount = cheaply(purchase, share)
    choose(purchase.lot)
    told(tale, purchase)


def guilty(tale: Tale) -> None:
    """A competition."""
    _buy(tale, terms.COMPETITION)


def innocent(tale: Tale) -> None:
    """An auction: all saw the others' prices and went down by small steps."""
    _buy(tale, terms.AUCTION)
