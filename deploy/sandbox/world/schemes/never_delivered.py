"""The term ends, and nothing is handed over; nobody ends the contract or asks for a penalty."""

from deploy.sandbox.world import terms
from deploy.sandbox.world.contracts import finish
from deploy.sandbox.world.execution import act, pay
from deploy.sandbox.world.schemes.scheme import contest, opened, settle, where
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.workdays import DAY, office_hour, working_after

DAYS_UNTIL_KNOWN = 70
"""A month, and the terms in which an act may be reviewed and published."""

LONG = True


def guilty(tale: Tale) -> None:
    """No act at all."""
    purchase = opened(tale, terms.COMPETITION, 17_000_000, season=170)
    contest(tale, purchase, tale.suppliers(purchase.sector, 3))
    notice, deal = settle(tale, purchase, days=20)
    tale.label((deal.until + DAYS_UNTIL_KNOWN) * DAY, **where(notice=notice, deal=deal))


def innocent(tale: Tale) -> None:
    """Three weeks late, and the penalty withheld."""
    purchase = opened(tale, terms.COMPETITION, 17_000_000, season=170)
    contest(tale, purchase, tale.suppliers(purchase.sector, 3))
    notice, deal = settle(tale, purchase, days=20)
    created = office_hour(tale.rng, working_after(deal.until + 19, 0), 9, 12)
    overdue = created // DAY - deal.until
    fine = round(deal.gross * min(0.15, terms.PENALTY_A_DAY * overdue), 2)
    approved = created + 4 * 3600
    act(tale, deal, created, approved, deal.gross, overdue=overdue, fine=fine)
    paid = office_hour(tale.rng, working_after(approved // DAY, 7), 10, 16)
    pay(tale, deal, paid, round(deal.gross - fine, 2))
    finish(deal, paid + 60, round(deal.gross - fine, 2))
    tale.label((deal.until + DAYS_UNTIL_KNOWN) * DAY, **where(notice=notice, deal=deal))
