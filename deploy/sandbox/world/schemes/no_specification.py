"""What is to be delivered is not said: no technical specification stands with the notice."""

from deploy.sandbox.world import terms
from deploy.sandbox.world.procedures import award, hold
from deploy.sandbox.world.schemes.scheme import contest, done, opened, where
from deploy.sandbox.world.tale import Tale


def _buy(tale: Tale, kept: slice) -> None:
    purchase = opened(tale, terms.COMPETITION, 28_000_000, subject=3)
    contest(tale, purchase, tale.suppliers(purchase.sector, 3))
    notice = hold(tale, terms.COMPETITION, [purchase.lot], purchase.times)
    notice.record.row["Files"] = notice.record.row["Files"][kept]
    deal = award(tale, notice, purchase.lot)
    done(tale, deal)
    tale.label(notice.times.publish, **where(notice=notice, deal=deal))


def guilty(tale: Tale) -> None:
    """Only the draft contract."""
    _buy(tale, slice(1, None))


def innocent(tale: Tale) -> None:
    """Only the specification."""
    _buy(tale, slice(1))
