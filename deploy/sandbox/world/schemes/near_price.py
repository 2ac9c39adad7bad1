"""The second bid lies a hair above the first, as a bid does that is only to accompany it."""

from deploy.sandbox.world import terms
from deploy.sandbox.world.procedures import choose
from deploy.sandbox.world.schemes.scheme import cheaply, contest, done, opened, settle, where
from deploy.sandbox.world.tale import Tale


def guilty(tale: Tale) -> None:
    """Two thousandths between the first and the second."""
    purchase = opened(tale, terms.COMPETITION, 28_000_000)
    bids = contest(tale, purchase, tale.suppliers(purchase.sector, 3))
    for bid, share in zip(bids, (0.955, 0.957, 0.99), strict=True):
        bid.amount = cheaply(purchase, share)
    notice, deal = settle(tale, purchase)
    done(tale, deal)
    tale.label(notice.times.results, **where(notice=notice, deal=deal))


def innocent(tale: Tale) -> None:
    """In construction all prices lie within the two percent that the law leaves."""
    purchase = opened(tale, terms.RATING, 66_000_000, "construction", subject=2)
    bids = contest(tale, purchase, tale.suppliers(purchase.sector, 3))
    for bid, share in zip(bids, (0.9805, 0.982, 0.9835), strict=True):
        bid.amount = cheaply(purchase, share)
    choose(purchase.lot)
    notice, deal = settle(tale, purchase)
    done(tale, deal)
    tale.label(notice.times.results, **where(notice=notice, deal=deal))
