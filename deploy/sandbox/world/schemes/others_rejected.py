"""Everybody but the winner is turned away, and the lot is awarded all the same.

With one admitted bidder out of several a competition has failed (L15(1)3); here it goes on.
"""

from deploy.sandbox.world import terms
from deploy.sandbox.world.procedures import choose, reject
from deploy.sandbox.world.schemes.scheme import contest, done, opened, settle, where
from deploy.sandbox.world.tale import Tale


def _buy(tale: Tale, kept: int) -> None:
    purchase = opened(tale, terms.COMPETITION, 29_000_000, subject=3)
    bids = contest(tale, purchase, tale.suppliers(purchase.sector, 4))
    reject(bids[kept:])
    choose(purchase.lot)
    notice, deal = settle(tale, purchase)
    done(tale, deal)
    tale.label(notice.times.results, **where(notice=notice, deal=deal))


def guilty(tale: Tale) -> None:
    """Three of four rejected."""
    _buy(tale, 1)


def innocent(tale: Tale) -> None:
    """One of four rejected, for a missing document."""
    _buy(tale, 3)
