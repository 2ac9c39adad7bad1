"""The need is said to be gone, and two months later the same thing is bought after all (L6(10))."""

from deploy.sandbox.world import terms
from deploy.sandbox.world.notices import announce, end
from deploy.sandbox.world.planning import withdraw
from deploy.sandbox.world.schemes.scheme import (
    Opened,
    contest,
    done,
    opened,
    planned,
    settle,
    times_for,
    where,
)
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.tenders import LOT_REFUSED, REFUSED, Lot

AMOUNT = 9_500_000

LONG = True


def _buy(tale: Tale, share: float) -> None:
    purchase = opened(tale, terms.COMPETITION, AMOUNT, season=170)
    notice = announce(tale, terms.COMPETITION, [purchase.lot], purchase.times)
    when = purchase.times.publish + 3 * 3_600
    end(notice, when, REFUSED, LOT_REFUSED, "Отсутствие необходимости")
    for record in [notice.record, *(lot.record for lot in notice.lots if lot.record)]:
        record.changes = [change for change in record.changes if change[0] <= when]
    withdraw(purchase.point, when + 600)
    position = purchase.point.position
    point = planned(tale, terms.QUOTATIONS, AMOUNT * share, position=position, after=60, season=130)
    later = Opened(Lot([point]), times_for(tale, terms.QUOTATIONS, point), terms.QUOTATIONS)
    contest(tale, later, tale.suppliers(position.sector, 3))
    bought, deal = settle(tale, later)
    done(tale, deal)
    tale.label(deal.signed + 1, **where(notice=bought, deal=deal))


def guilty(tale: Tale) -> None:
    """Nine tenths of what was given up."""
    _buy(tale, 0.9)


def innocent(tale: Tale) -> None:
    """A fifth of it: the need was smaller than thought."""
    _buy(tale, 0.2)
