"""Three bids close together stand far above the one that wins, as if written to be beaten."""

from deploy.sandbox.world import terms
from deploy.sandbox.world.procedures import choose
from deploy.sandbox.world.schemes.scheme import cheaply, contest, opened, told
from deploy.sandbox.world.tale import Tale


def _buy(tale: Tale, shares: tuple[float, ...]) -> None:
    purchase = opened(tale, terms.COMPETITION, 30_000_000)
    bids = contest(tale, purchase, tale.suppliers(purchase.sector, 4))
    for bid, share in zip(bids, shares, strict=True):
        bid.amount = cheaply(purchase, share)
    choose(purchase.lot)
    told(tale, purchase)


def guilty(tale: Tale) -> None:
    """Seven percent lie between the first and the others, a thousandth between these."""
    _buy(tale, (0.915, 0.984, 0.985, 0.986))


def innocent(tale: Tale) -> None:
    """The first is as cheap, but the others reckoned differently."""
    _buy(tale, (0.915, 0.955, 0.97, 0.99))
