"""Delivered two months late, and not a tenge of penalty."""

from deploy.sandbox.world import terms
from deploy.sandbox.world.contracts import finish
from deploy.sandbox.world.execution import act, pay
from deploy.sandbox.world.schemes.scheme import contest, opened, settle, where
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.workdays import DAY, office_hour, working_after

DAYS_LATE = 58

LONG = True


def _deliver(tale: Tale, *, fined: bool) -> None:
    purchase = opened(tale, terms.COMPETITION, 18_000_000, season=135)
    contest(tale, purchase, tale.suppliers(purchase.sector, 3))
    notice, deal = settle(tale, purchase, days=20)
    created = office_hour(tale.rng, working_after(deal.until + DAYS_LATE, 0), 9, 12)
    overdue = created // DAY - deal.until
    fine = round(deal.gross * min(0.15, terms.PENALTY_A_DAY * overdue), 2) if fined else 0.0
    approved = created + 4 * 3600
    act(tale, deal, created, approved, deal.gross, overdue=overdue, fine=fine)
    paid = office_hour(tale.rng, working_after(approved // DAY, 7), 10, 16)
    pay(tale, deal, paid, round(deal.gross - fine, 2))
    finish(deal, paid + 60, round(deal.gross - fine, 2))
    tale.label(approved, **where(notice=notice, deal=deal))


def guilty(tale: Tale) -> None:
    """Nothing withheld."""
    _deliver(tale, fined=False)


def innocent(tale: Tale) -> None:
    """As late, but the penalty was withheld."""
    _deliver(tale, fined=True)
