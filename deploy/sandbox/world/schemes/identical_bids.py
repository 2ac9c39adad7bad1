"""Two bidders name the same price to the tiyn, as if one hand had written both."""

from deploy.sandbox.world import terms
from deploy.sandbox.world.procedures import choose
from deploy.sandbox.world.schemes.scheme import cheaply, contest, done, opened, settle, where
from deploy.sandbox.world.tale import Tale


def guilty(tale: Tale) -> None:
    """The second and the third of four bids are equal."""
    purchase = opened(tale, terms.COMPETITION, 21_000_000)
    bids = contest(tale, purchase, tale.suppliers(purchase.sector, 4))
    for bid, share in zip(bids, (0.925, 0.958, 0.958, 0.985), strict=True):
        bid.amount = cheaply(purchase, share)
    notice, deal = settle(tale, purchase)
    done(tale, deal)
    tale.label(notice.times.results, **where(notice=notice, deal=deal))


def innocent(tale: Tale) -> None:
    """Construction by rating points: everybody bids the lowest price that the law allows (R85)."""
    purchase = opened(tale, terms.RATING, 80_000_000, "construction", subject=2)
    bids = contest(tale, purchase, tale.suppliers(purchase.sector, 3))
    for bid in bids:
        bid.amount = cheaply(purchase, 0.98)
    choose(purchase.lot)
    notice, deal = settle(tale, purchase)
    done(tale, deal)
    tale.label(notice.times.results, **where(notice=notice, deal=deal))
