"""A direct contract of tens of millions, and no report why this supplier and why this price."""

from deploy.sandbox.world import terms
from deploy.sandbox.world.schemes.scheme import directly, done, planned, where
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.workdays import DAY


def _buy(tale: Tale, *, reported: bool) -> None:
    point = planned(tale, terms.DIRECT, 20_000_000, subject=3, justification=126)
    deal = directly(tale, point, tale.supplier(point.position.sector), reported=reported)
    done(tale, deal)
    seen = deal.signed + (3 if reported else 15) * DAY
    tale.label(seen, **where(deal=deal))


def guilty(tale: Tale) -> None:
    """Never reported; the term is five working days (R510)."""
    _buy(tale, reported=False)


def innocent(tale: Tale) -> None:
    """Reported after two working days."""
    _buy(tale, reported=True)
