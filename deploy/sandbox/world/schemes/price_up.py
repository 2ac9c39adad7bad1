"""An addendum raises the price of one unit by a quarter and gives more time.

The bid that won was never meant to hold; the addendum names no reason that the law knows (L18(2)).
"""

from deploy.sandbox.world import terms
from deploy.sandbox.world.contracts import amend
from deploy.sandbox.world.schemes.scheme import contest, done, opened, settle, where
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.workdays import DAY, office_hour, working_after


def guilty(tale: Tale) -> None:
    """Goods, a quarter dearer and a month later, by mutual consent."""
    purchase = opened(tale, terms.COMPETITION, 24_000_000)
    contest(tale, purchase, tale.suppliers(purchase.sector, 3))
    notice, deal = settle(tale, purchase)
    when = office_hour(tale.rng, working_after(deal.signed // DAY, 6), 10, 16)
    amend(tale, deal, when, (1,), prices=1.25, until=deal.until + 30)
    done(tale, deal)
    tale.label(when, **where(notice=notice, deal=deal))


def innocent(tale: Tale) -> None:
    """The price of one unit goes down by consent, which is always allowed."""
    purchase = opened(tale, terms.COMPETITION, 24_000_000)
    contest(tale, purchase, tale.suppliers(purchase.sector, 3))
    notice, deal = settle(tale, purchase)
    when = office_hour(tale.rng, working_after(deal.signed // DAY, 6), 10, 16)
    amend(tale, deal, when, (1,), prices=0.95)
    done(tale, deal)
    tale.label(when, **where(notice=notice, deal=deal))
