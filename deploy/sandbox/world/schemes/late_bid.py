"""The winner handed the bid in after the term, when the others' prices could be known."""

from deploy.sandbox.world import terms
from deploy.sandbox.world.schemes.scheme import contest, done, opened, settle, where
from deploy.sandbox.world.tale import Tale


def _buy(tale: Tale, seconds: int) -> None:
    purchase = opened(tale, terms.COMPETITION, 19_000_000)
    bids = contest(tale, purchase, tale.suppliers(purchase.sector, 3))
    bids[0].at = purchase.times.closes + seconds
    notice, deal = settle(tale, purchase)
    done(tale, deal)
    tale.label(notice.times.results, **where(notice=notice, deal=deal))


def guilty(tale: Tale) -> None:
    """Forty-two minutes late."""
    _buy(tale, 2_520)


def innocent(tale: Tale) -> None:
    """In the last half minute of the term."""
    _buy(tale, -25)
