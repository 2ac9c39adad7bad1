"""A method of the old law is used as if it were still there."""

from deploy.sandbox.world import terms
from deploy.sandbox.world.procedures import award, hold
from deploy.sandbox.world.schemes.scheme import contest, done, opened, where
from deploy.sandbox.world.tale import Tale

TWO_STAGES, SECOND_STAGE = 22, 133


def _buy(tale: Tale, method: int) -> None:
    purchase = opened(tale, terms.COMPETITION, 31_000_000, subject=3)
    contest(tale, purchase, tale.suppliers(purchase.sector, 3))
    purchase.point.method = method
    purchase.point.record.row["refTradeMethodsId"] = method
    notice = hold(tale, method, [purchase.lot], purchase.times)
    deal = award(tale, notice, purchase.lot)
    done(tale, deal)
    tale.label(notice.times.publish, **where(notice=notice, deal=deal))


def guilty(tale: Tale) -> None:
    """A competition in two stages, which the law of 2024 does not know."""
    _buy(tale, TWO_STAGES)


def innocent(tale: Tale) -> None:
    """The second stage under a framework agreement of an earlier year."""
    _buy(tale, SECOND_STAGE)
