"""The work is done and handed in, and the customer lets the act lie; the supplier may ask why."""

from deploy.sandbox.world import terms
from deploy.sandbox.world.contracts import finish
from deploy.sandbox.world.execution import act, pay
from deploy.sandbox.world.schemes.scheme import contest, opened, settle, where
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.workdays import DAY, office_hour, working_after

LONG = True


def _accept(tale: Tale, days: int) -> None:
    rng = tale.rng
    purchase = opened(tale, terms.QUOTATIONS, 9_000_000, subject=3, season=150)
    contest(tale, purchase, tale.suppliers(purchase.sector, 3))
    notice, deal = settle(tale, purchase, days=80)
    created = office_hour(rng, working_after(deal.signed // DAY + 40, 1), 9, 12)
    approved = office_hour(rng, working_after(created // DAY, days), 14, 17)
    act(tale, deal, created, approved, deal.gross)
    paid = office_hour(rng, working_after(approved // DAY, 6), 10, 16)
    pay(tale, deal, paid, deal.gross)
    finish(deal, paid + 60, deal.gross)
    tale.label(approved, **where(notice=notice, deal=deal))


def guilty(tale: Tale) -> None:
    """Signed after seventeen working days; three are the rule, ten the most (R587)."""
    _accept(tale, 17)


def innocent(tale: Tale) -> None:
    """Signed after eight, because experts had to look at it."""
    _accept(tale, 8)
