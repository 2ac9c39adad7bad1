"""The advance is paid the day after signing, and far more than the plan allows.

The supplier has not yet given the security without which no advance may leave (R537, R543).
"""

from deploy.sandbox.world import terms
from deploy.sandbox.world.contracts import Deal, finish
from deploy.sandbox.world.execution import act, pay
from deploy.sandbox.world.schemes.scheme import contest, done, opened, settle, where
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.workdays import DAY, office_hour, working_after


def _pay_ahead(tale: Tale, deal: Deal) -> int:
    rng = tale.rng
    paid = office_hour(rng, working_after(deal.signed // DAY, 1), 10, 12)
    advance = round(deal.gross * 0.7, 2)
    pay(tale, deal, paid, advance, advance=True)
    created = office_hour(rng, working_after(deal.until - 8, 0), 9, 12)
    act(tale, deal, created, created + 4 * 3600, deal.gross)
    rest = office_hour(rng, working_after(created // DAY, 6), 10, 16)
    pay(tale, deal, rest, round(deal.gross - advance, 2))
    finish(deal, rest + 60, deal.gross)
    return paid


def guilty(tale: Tale) -> None:
    """Seventy percent on the next day, where thirty were planned."""
    purchase = opened(tale, terms.RATING, 75_000_000, "construction", subject=2)
    contest(tale, purchase, tale.suppliers(purchase.sector, 3))
    notice, deal = settle(tale, purchase)
    paid = _pay_ahead(tale, deal)
    tale.label(paid, **where(notice=notice, deal=deal))


def innocent(tale: Tale) -> None:
    """Thirty percent, after the security was given."""
    purchase = opened(tale, terms.RATING, 75_000_000, "construction", subject=2)
    contest(tale, purchase, tale.suppliers(purchase.sector, 3))
    notice, deal = settle(tale, purchase)
    done(tale, deal)
    tale.label(deal.signed + 21 * DAY, **where(notice=notice, deal=deal))
