"""One bidder comes to every competition and is rejected every time: he is there to be counted."""

from deploy.sandbox.world import terms
from deploy.sandbox.world.procedures import choose, reject
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

ROUNDS = 8

LONG = True


def _bid(tale: Tale, rejected: int) -> None:
    party = tale.character(tale.day * DAY + 30_000)
    for number in range(ROUNDS):
        point = planned(tale, terms.COMPETITION, 13_000_000, after=number * 8, season=150)
        method = terms.COMPETITION
        purchase = Opened(Lot([point]), times_for(tale, method, point), method)
        bids = contest(tale, purchase, [*tale.suppliers(purchase.sector, 2), party])
        if number < rejected:
            reject(bids[-1:])
        choose(purchase.lot)
        notice, deal = settle(tale, purchase)
        done(tale, deal)
    tale.label(notice.times.results, **where(notice=notice, deal=deal, supplier=party))


def guilty(tale: Tale) -> None:
    """Rejected eight times of eight."""
    _bid(tale, ROUNDS)


def innocent(tale: Tale) -> None:
    """A newcomer rejected twice, before he knew which papers are asked for."""
    _bid(tale, 2)
