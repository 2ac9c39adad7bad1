"""Accepted, and never paid for by a customer whose payments the Treasury makes."""

from deploy.sandbox.world import terms
from deploy.sandbox.world.contracts import finish
from deploy.sandbox.world.execution import act, pay
from deploy.sandbox.world.schemes.scheme import contest, customer, opened, settle, where
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.workdays import DAY, office_hour, working_after

DAYS_UNTIL_KNOWN = 55
"""The term of payment, and that of its publication."""

LONG = True


def _accept(tale: Tale, paid_after: int | None) -> None:
    customer(tale, state=True)
    purchase = opened(tale, terms.QUOTATIONS, 7_000_000, subject=3, season=170)
    contest(tale, purchase, tale.suppliers(purchase.sector, 3))
    notice, deal = settle(tale, purchase, days=70)
    created = office_hour(tale.rng, working_after(deal.signed // DAY + 36, 1), 9, 12)
    approved = created + 4 * 3_600
    act(tale, deal, created, approved, deal.gross)
    if paid_after is not None:
        paid = office_hour(tale.rng, approved // DAY + paid_after, 10, 16)
        pay(tale, deal, paid, deal.gross)
        finish(deal, paid + 60, deal.gross)
    tale.label(approved + DAYS_UNTIL_KNOWN * DAY, **where(notice=notice, deal=deal))


def guilty(tale: Tale) -> None:
    """Not a tenge."""
    _accept(tale, None)


def innocent(tale: Tale) -> None:
    """All of it on the twenty-seventh day."""
    _accept(tale, 27)
