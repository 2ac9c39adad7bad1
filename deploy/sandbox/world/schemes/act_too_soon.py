"""The act says that the works are done three days after the contract was signed.

A roof of that size takes weeks; the money leaves the treasury before the scaffolding stands.
"""

from deploy.sandbox.world import terms
from deploy.sandbox.world.contracts import Deal, finish
from deploy.sandbox.world.execution import act, pay
from deploy.sandbox.world.schemes.scheme import contest, done, opened, settle, where
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.workdays import DAY, office_hour, working_after


def accept(tale: Tale, deal: Deal, days: int) -> int:
    """Accept and pay the whole contract so many working days after signing."""
    rng = tale.rng
    created = office_hour(rng, working_after(deal.signed // DAY, days), 9, 12)
    approved = created + 4 * 3600
    act(tale, deal, created, approved, deal.gross)
    paid = office_hour(rng, working_after(approved // DAY, 2), 10, 16)
    pay(tale, deal, paid, deal.gross)
    finish(deal, paid + 60, deal.gross)
    return approved


def guilty(tale: Tale) -> None:
    """Current repair worth tens of millions, accepted after two working days."""
    purchase = opened(tale, terms.QUOTATIONS, 30_000_000, "repair", subject=2)
    contest(tale, purchase, tale.suppliers(purchase.sector, 3))
    notice, deal = settle(tale, purchase)
    approved = accept(tale, deal, 2)
    tale.label(approved, **where(notice=notice, deal=deal))


def innocent(tale: Tale) -> None:
    """Goods that lay in the store are handed over after two days: early delivery is allowed."""
    purchase = opened(tale, terms.QUOTATIONS, 12_000_000)
    contest(tale, purchase, tale.suppliers(purchase.sector, 3))
    notice, deal = settle(tale, purchase)
    approved = accept(tale, deal, 2)
    tale.label(approved, **where(notice=notice, deal=deal))


__all__ = ["accept", "done", "guilty", "innocent"]
