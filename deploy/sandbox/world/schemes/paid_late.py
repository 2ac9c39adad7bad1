"""Accepted in spring, paid in summer: the supplier waits for his money."""

from deploy.sandbox.world import terms
from deploy.sandbox.world.contracts import finish
from deploy.sandbox.world.execution import act, pay
from deploy.sandbox.world.schemes.scheme import contest, opened, settle, where
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.workdays import DAY, office_hour, working_after

LONG = True


def _wait(tale: Tale, days: int) -> None:
    rng = tale.rng
    purchase = opened(tale, terms.QUOTATIONS, 8_000_000, subject=3, season=160)
    contest(tale, purchase, tale.suppliers(purchase.sector, 3))
    notice, deal = settle(tale, purchase, days=70)
    created = office_hour(rng, working_after(deal.signed // DAY + 38, 1), 9, 12)
    approved = created + 4 * 3_600
    act(tale, deal, created, approved, deal.gross)
    paid = office_hour(rng, approved // DAY + days, 10, 16)
    pay(tale, deal, paid, deal.gross)
    finish(deal, paid + 60, deal.gross)
    tale.label(paid, **where(notice=notice, deal=deal))


def guilty(tale: Tale) -> None:
    """After sixty-five days; the law gives thirty (L17(6))."""
    _wait(tale, 65)


def innocent(tale: Tale) -> None:
    """After twenty-eight."""
    _wait(tale, 28)
