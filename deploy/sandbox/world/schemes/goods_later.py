"""Goods may come a month later, says an addendum, because of circumstances.

For goods the law gives a producer ten working days and otherwise only an emergency (L18(2)9-10).
"""

from deploy.sandbox.world import terms
from deploy.sandbox.world.contracts import amend
from deploy.sandbox.world.schemes.scheme import contest, done, opened, settle, where
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.workdays import DAY, office_hour, working_after


def _postpone(tale: Tale, reason: int, subject: int) -> None:
    kind = "other" if subject == 1 else "repair"
    purchase = opened(tale, terms.COMPETITION, 20_000_000, kind, subject=subject)
    contest(tale, purchase, tale.suppliers(purchase.sector, 3))
    notice, deal = settle(tale, purchase)
    when = office_hour(tale.rng, working_after(deal.signed // DAY, 7), 10, 16)
    amend(tale, deal, when, (reason,), until=deal.until + 35)
    done(tale, deal)
    tale.label(when, **where(notice=notice, deal=deal))


def guilty(tale: Tale) -> None:
    """Goods, thirty-five days later, by the reason meant for works and services."""
    _postpone(tale, 18, 1)


def innocent(tale: Tale) -> None:
    """Works, delayed by force majeure."""
    _postpone(tale, 18, 2)
