"""One bidder alone, who asks for the whole estimate.

The documents fitted nobody else, and he knew it.
"""

from deploy.sandbox.world import terms
from deploy.sandbox.world.schemes.scheme import cheaply, contest, done, opened, settle, where
from deploy.sandbox.world.tale import Tale


def _buy(tale: Tale, share: float) -> None:
    purchase = opened(tale, terms.COMPETITION, 52_000_000, subject=3)
    bids = contest(tale, purchase, tale.suppliers(purchase.sector, 1))
    bids[0].amount = cheaply(purchase, share)
    notice, deal = settle(tale, purchase)
    done(tale, deal)
    tale.label(notice.times.results, **where(notice=notice, deal=deal))


def guilty(tale: Tale) -> None:
    """99.9 % of the estimate."""
    _buy(tale, 0.999)


def innocent(tale: Tale) -> None:
    """Alone too, but for a tenth less."""
    _buy(tale, 0.91)
