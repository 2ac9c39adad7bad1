"""A contract that must be carried out within a week: only who has begun before can do it."""

from deploy.sandbox.world import terms
from deploy.sandbox.world.contracts import Deal
from deploy.sandbox.world.schemes.scheme import directly, done, planned, where
from deploy.sandbox.world.tale import Tale


def _buy(tale: Tale, days: int) -> Deal:
    amount = terms.mci(tale.year, 400)
    point = planned(tale, terms.DIRECT, amount, subject=3, justification=128)
    supplier = tale.supplier(point.position.sector)
    return directly(tale, point, supplier, until=point.record.at // 86_400 + days)


def guilty(tale: Tale) -> None:
    """About a week instead of fifteen days (L17(6))."""
    deal = _buy(tale, 11)
    done(tale, deal)
    tale.label(deal.signed + 1, **where(deal=deal))


def innocent(tale: Tale) -> None:
    """Just above the fifteen days."""
    deal = _buy(tale, 24)
    done(tale, deal)
    tale.label(deal.signed + 1, **where(deal=deal))
