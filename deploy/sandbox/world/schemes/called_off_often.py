"""A customer calls off every third notice; who has prepared a bid did so in vain."""

from deploy.sandbox.world import terms
from deploy.sandbox.world.notices import announce
from deploy.sandbox.world.schemes.cancelled_until_one import call_off
from deploy.sandbox.world.schemes.scheme import (
    Opened,
    contest,
    customer,
    done,
    planned,
    settle,
    times_for,
    where,
)
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.tenders import Lot

NOTICES = 24

LONG = True


def _announce(tale: Tale, every: int) -> None:
    customer(tale)
    for number in range(NOTICES):
        point = planned(tale, terms.QUOTATIONS, 2_500_000, after=number * 4, season=130)
        purchase = Opened(Lot([point]), times_for(tale, terms.QUOTATIONS, point), terms.QUOTATIONS)
        if number % every == 1:
            notice = announce(tale, terms.QUOTATIONS, [purchase.lot], purchase.times)
            call_off(notice, notice.times.publish + 7_200, "Отмена по решению заказчика")
            continue
        contest(tale, purchase, tale.suppliers(purchase.sector, 3))
        notice, deal = settle(tale, purchase)
        done(tale, deal)
    tale.label(deal.signed + 1, **where(notice=notice, deal=deal))


def guilty(tale: Tale) -> None:
    """Eight of twenty-four."""
    _announce(tale, 3)


def innocent(tale: Tale) -> None:
    """Two of twenty-four."""
    _announce(tale, 12)
