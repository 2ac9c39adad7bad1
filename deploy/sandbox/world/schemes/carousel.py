"""Three companies take turns: in every purchase of the customer one wins, two bid above him.

The order is so even that chance does not explain it; the losers' prices follow the winner's at a
fixed distance, only to make a competition of it.
"""

from deploy.sandbox.world import terms
from deploy.sandbox.world.parties import Party
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

ROUNDS = 9

LONG = True


def _rounds(tale: Tale, parties: list[Party], order: list[int], *, innocent: bool) -> None:
    notice = None
    for number, first in enumerate(order):
        point = planned(tale, terms.QUOTATIONS, 7_000_000, after=number * 8, season=130)
        method = terms.QUOTATIONS
        purchase = Opened(Lot([point]), times_for(tale, method, point), method)
        bidders = [*parties[first:], *parties[:first]]
        if innocent:
            bidders = [bidders[0], *tale.suppliers(purchase.sector, 1 + number % 2)]
        contest(tale, purchase, bidders)
        if not innocent:
            for distance, bid in enumerate(purchase.lot.bids[1:], 1):
                bid.amount = round(purchase.lot.bids[0].amount * (1 + 0.018 * distance), 2)
        notice, deal = settle(tale, purchase)
        done(tale, deal)
    assert notice
    for party in parties:
        tale.label(notice.times.results, **where(notice=notice, supplier=party, buyer=tale.buyer))


def guilty(tale: Tale) -> None:
    """Nine purchases: A, B, C, A, B, C, A, B, C."""
    day = tale.day * DAY + 30_000
    ring = [tale.character(day + n) for n in range(3)]
    _rounds(tale, ring, [n % 3 for n in range(ROUNDS)], innocent=False)


def innocent(tale: Tale) -> None:
    """Three strong suppliers win often, in no order and against changing rivals."""
    day = tale.day * DAY + 30_000
    strong = [tale.character(day + n) for n in range(3)]
    _rounds(tale, strong, [0, 0, 1, 0, 2, 2, 0, 1, 0], innocent=True)
