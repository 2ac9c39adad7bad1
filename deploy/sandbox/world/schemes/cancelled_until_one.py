"""A purchase is cancelled and announced anew until only the wanted bidder is left.

Twice there were several bidders and twice the customer found a reason to call it off; at the third
attempt the others stayed away.
"""

from deploy.sandbox.world import terms
from deploy.sandbox.world.notices import announce, end
from deploy.sandbox.world.procedures import award, choose, hold, offers, schedule
from deploy.sandbox.world.schemes.scheme import contest, done, opened, where
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.tenders import CANCELLED, LOT_CANCELLED, Lot, Notice
from deploy.sandbox.world.workdays import DAY, working_after

LONG = True


def call_off(notice: Notice, when: int, reason: str) -> None:
    """Cancel a notice at a moment; what was to come does not come."""
    for record in [notice.record, *(lot.record for lot in notice.lots if lot.record)]:
        record.changes = [change for change in record.changes if change[0] < when]
    end(notice, when, CANCELLED, LOT_CANCELLED, reason)


def _again(tale: Tale, notice: Notice, lot: Lot, bidders: int) -> tuple[Notice, Lot]:
    day = working_after(notice.times.closes // DAY, 5)
    times = schedule(tale.rng, terms.COMPETITION, day, repeated=True)
    again = Lot(lot.points)
    parties = tale.suppliers(lot.points[0].position.sector, bidders)
    again.bids = offers(tale, again, parties, times, terms.COMPETITION)
    return announce(tale, terms.COMPETITION, [again], times, parent=notice), again


def guilty(tale: Tale) -> None:
    """Cancelled twice after bids had come in; one bidder at the third attempt."""
    purchase = opened(tale, terms.COMPETITION, 33_000_000, subject=3, season=120)
    contest(tale, purchase, tale.suppliers(purchase.sector, 3))
    notice = announce(tale, terms.COMPETITION, [purchase.lot], purchase.times)
    call_off(notice, notice.times.closes - 3_600, "Отмена по решению заказчика")
    second, lot = _again(tale, notice, purchase.lot, 2)
    call_off(second, second.times.closes - 3_600, "Отмена по решению заказчика")
    day = working_after(second.times.closes // DAY, 5)
    times = schedule(tale.rng, terms.COMPETITION, day, repeated=True)
    last = Lot(lot.points)
    wanted = tale.suppliers(purchase.sector, 1)
    last.bids = offers(tale, last, wanted, times, terms.COMPETITION)
    choose(last)
    third = hold(tale, terms.COMPETITION, [last], times, parent=second)
    deal = award(tale, third, last)
    done(tale, deal)
    tale.label(third.times.results, **where(notice=third, deal=deal))


def innocent(tale: Tale) -> None:
    """Called off once because the budget was cut; the next attempt drew three bidders."""
    purchase = opened(tale, terms.COMPETITION, 33_000_000, subject=3, season=120)
    notice = announce(tale, terms.COMPETITION, [purchase.lot], purchase.times)
    call_off(notice, notice.times.publish + 7_200, "Сокращение расходов при уточнении бюджета")
    day = working_after(notice.times.closes // DAY, 20)
    times = schedule(tale.rng, terms.COMPETITION, day)
    again = Lot(purchase.lot.points)
    parties = tale.suppliers(purchase.sector, 3)
    again.bids = offers(tale, again, parties, times, terms.COMPETITION)
    choose(again)
    second = hold(tale, terms.COMPETITION, [again], times, parent=notice)
    deal = award(tale, second, again)
    done(tale, deal)
    tale.label(second.times.results, **where(notice=second, deal=deal))
