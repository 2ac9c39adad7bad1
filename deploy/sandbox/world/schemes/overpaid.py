"""More is paid than the contract is worth.

A second payment follows the last one, for services that no contract and no act names.
"""

from deploy.sandbox.world import terms
from deploy.sandbox.world.contracts import amend
from deploy.sandbox.world.execution import pay
from deploy.sandbox.world.schemes.scheme import contest, done, opened, settle, where
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.workdays import DAY, office_hour, working_after

LONG = True


def guilty(tale: Tale) -> None:
    """A payment of another eighth of the sum."""
    purchase = opened(tale, terms.COMPETITION, 22_000_000)
    contest(tale, purchase, tale.suppliers(purchase.sector, 3))
    notice, deal = settle(tale, purchase)
    last = done(tale, deal)
    extra = office_hour(tale.rng, working_after(last // DAY, 2), 10, 16)
    pay(tale, deal, extra, round(deal.gross / 8, 2))
    tale.label(extra, **where(notice=notice, deal=deal))


def innocent(tale: Tale) -> None:
    """The design was changed and reviewed, an addendum raised the sum, that sum was paid."""
    purchase = opened(tale, terms.RATING, 60_000_000, "construction", subject=2)
    contest(tale, purchase, tale.suppliers(purchase.sector, 3))
    notice, deal = settle(tale, purchase)
    when = office_hour(tale.rng, working_after(deal.signed // DAY, 15), 10, 16)
    amend(tale, deal, when, (2,), prices=1.12)
    last = done(tale, deal)
    tale.label(last, **where(notice=notice, deal=deal))
