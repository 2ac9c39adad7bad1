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
    near = share > 0.99  # noqa: PLR2004 (within a percent of the estimate)
    subject = where(notice=notice, deal=deal)
    tale.label("B10", notice.times.results, innocent=not near, **subject)
    for code in ("R018", "B01"):
        tale.label(code, notice.times.results, **subject)


def guilty(tale: Tale) -> None:
    """99.9 % of the estimate."""
    _buy(tale, 0.999)


def innocent(tale: Tale) -> None:
    """Alone too, but for a tenth less."""
    _buy(tale, 0.91)
