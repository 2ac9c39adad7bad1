"""A dozen firms that never met in a purchase give one telephone: somebody makes them in rows."""

from deploy.sandbox.world import terms
from deploy.sandbox.world.schemes.scheme import (
    Opened,
    contest,
    done,
    planned,
    settle,
    times_for,
    where,
)
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.tenders import Lot
from deploy.sandbox.world.workdays import DAY

LONG = True


def _buy(tale: Tale, firms: int) -> None:
    day = tale.day * DAY + 28_000
    first = tale.character(day)
    others = [tale.character(day + 60 * n, phone=first.phone) for n in range(1, firms)]
    for number, firm in enumerate([first, *others]):
        point = planned(tale, terms.QUOTATIONS, 3_000_000, after=number * 6, season=130)
        purchase = Opened(Lot([point]), times_for(tale, terms.QUOTATIONS, point), terms.QUOTATIONS)
        contest(tale, purchase, [firm, *tale.suppliers(purchase.sector, 2)])
        notice, deal = settle(tale, purchase)
        done(tale, deal)
    tale.label(notice.times.results, **where(notice=notice, deal=deal, supplier=first))


def guilty(tale: Tale) -> None:
    """Eleven firms."""
    _buy(tale, 11)


def innocent(tale: Tale) -> None:
    """Four firms with one accountant."""
    _buy(tale, 4)
