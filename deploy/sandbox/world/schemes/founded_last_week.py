"""A company is registered, and a week later wins a contract of tens of millions.

It has no staff, no past and no other customer; it was made for this purchase.
"""

from deploy.sandbox.world import terms
from deploy.sandbox.world.schemes.scheme import contest, done, opened, settle, where
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.workdays import DAY


def _win(tale: Tale, age: int) -> None:
    purchase = opened(tale, terms.COMPETITION, 48_000_000)
    founded = purchase.times.closes // DAY - age
    entered = (purchase.times.closes // DAY - 4) * DAY + 36_000
    young = tale.character(entered, purchase.sector, founded=founded, vat=(founded + 1, None))
    contest(tale, purchase, [young, *tale.suppliers(purchase.sector, 2)])
    purchase.lot.bids[0].at = purchase.times.closes - 7_200
    notice, deal = settle(tale, purchase)
    done(tale, deal)
    tale.label(notice.times.results, **where(notice=notice, deal=deal))


def guilty(tale: Tale) -> None:
    """Founded six days before bidding ended."""
    _win(tale, 6)


def innocent(tale: Tale) -> None:
    """New on the portal, but founded years ago."""
    _win(tale, 1_900)
