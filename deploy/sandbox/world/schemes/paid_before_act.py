"""The whole sum is paid weeks before anything is accepted."""

from deploy.sandbox.world import terms
from deploy.sandbox.world.contracts import finish
from deploy.sandbox.world.execution import act, pay
from deploy.sandbox.world.schemes.scheme import contest, done, opened, settle, where
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.workdays import DAY, office_hour, working_after


def guilty(tale: Tale) -> None:
    """Paid five working days after signing; the act comes at the end of the term."""
    purchase = opened(tale, terms.COMPETITION, 17_000_000, subject=3)
    contest(tale, purchase, tale.suppliers(purchase.sector, 3))
    notice, deal = settle(tale, purchase)
    paid = office_hour(tale.rng, working_after(deal.signed // DAY, 5), 10, 12)
    pay(tale, deal, paid, deal.gross)
    created = office_hour(tale.rng, working_after(max(deal.until - 5, paid // DAY + 9), 0), 9, 12)
    act(tale, deal, created, created + 4 * 3600, deal.gross)
    finish(deal, created + 5 * 3600, deal.gross)
    tale.label(paid, **where(notice=notice, deal=deal))


def innocent(tale: Tale) -> None:
    """Thirty percent were planned as an advance and paid as one."""
    purchase = opened(tale, terms.COMPETITION, 17_000_000, subject=3, prepayment=30)
    contest(tale, purchase, tale.suppliers(purchase.sector, 3))
    notice, deal = settle(tale, purchase)
    done(tale, deal)
    tale.label(deal.signed + 21 * DAY, **where(notice=notice, deal=deal))
