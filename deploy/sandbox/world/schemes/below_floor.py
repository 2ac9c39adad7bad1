"""Works for a quarter less than the estimate, where the law allows two percent less.

Such a price cannot build what was designed; it wins, and is made good later.
"""

from deploy.sandbox.world import terms
from deploy.sandbox.world.procedures import choose
from deploy.sandbox.world.schemes.scheme import cheaply, contest, done, opened, settle, where
from deploy.sandbox.world.tale import Tale


def guilty(tale: Tale) -> None:
    """Construction at 62 % of the estimate."""
    purchase = opened(tale, terms.RATING, 95_000_000, "construction", subject=2)
    bids = contest(tale, purchase, tale.suppliers(purchase.sector, 4))
    bids[0].amount = cheaply(purchase, 0.62)
    choose(purchase.lot)
    notice, deal = settle(tale, purchase)
    done(tale, deal)
    tale.label(notice.times.results, **where(notice=notice, deal=deal))


def innocent(tale: Tale) -> None:
    """An auction goes down by a third: there is no floor in trading."""
    purchase = opened(tale, terms.AUCTION, 18_000_000)
    bids = contest(tale, purchase, tale.suppliers(purchase.sector, 3))
    for bid, share in zip(bids, (0.66, 0.67, 0.69), strict=True):
        bid.amount = cheaply(purchase, share)
    notice, deal = settle(tale, purchase)
    done(tale, deal)
    tale.label(notice.times.results, **where(notice=notice, deal=deal))
