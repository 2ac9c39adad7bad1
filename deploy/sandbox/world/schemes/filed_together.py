"""Two competitors hand in their bids within minutes of each other, purchase after purchase."""

from collections.abc import Callable

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
from deploy.sandbox.world.tenders import Lot, Times
from deploy.sandbox.world.workdays import DAY

ROUNDS = 4

LONG = True


def _bid(tale: Tale, when: Callable[[Times], int]) -> None:
    day = tale.day * DAY + 30_000
    one, other = tale.character(day), tale.character(day + 60)
    for number in range(ROUNDS):
        point = planned(tale, terms.QUOTATIONS, 6_000_000, after=number * 9, season=130)
        purchase = Opened(Lot([point]), times_for(tale, terms.QUOTATIONS, point), terms.QUOTATIONS)
        bids = contest(tale, purchase, [*tale.suppliers(purchase.sector, 1), one, other])
        bids[1].at = when(purchase.times)
        bids[2].at = bids[1].at + 140 + 20 * number
        notice, deal = settle(tale, purchase)
        done(tale, deal)
    tale.label(notice.times.results, **where(notice=notice, deal=deal, supplier=one))


def guilty(tale: Tale) -> None:
    """Long before the term ends, two to four minutes apart, four times of four."""
    _bid(tale, lambda times: times.publish + (times.closes - times.publish) // 3)


def innocent(tale: Tale) -> None:
    """Both wait for the last quarter of an hour, as many do."""
    _bid(tale, lambda times: times.closes - 900)
