"""Construction bought by a commission, where the list prescribes rating points (R289).

A portal that counts points cannot be talked to; a commission can.
"""

from deploy.sandbox.world import terms
from deploy.sandbox.world.schemes.scheme import contest, done, opened, settle, where
from deploy.sandbox.world.tale import Tale


def _buy(tale: Tale, method: int, kind: str) -> None:
    purchase = opened(tale, method, 120_000_000, kind, subject=2)
    contest(tale, purchase, tale.suppliers(purchase.sector, 3))
    notice, deal = settle(tale, purchase)
    done(tale, deal)
    tale.label(notice.times.publish, **where(notice=notice, deal=deal))


def guilty(tale: Tale) -> None:
    """A building by open competition."""
    _buy(tale, terms.COMPETITION, "construction")


def innocent(tale: Tale) -> None:
    """Medium repair of a road, which is not in the list."""
    _buy(tale, terms.COMPETITION, "road")
