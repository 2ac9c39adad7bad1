"""Whatever this customer announces, one bidder comes; the others have learned to stay away."""

from deploy.sandbox.world import terms
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

NOTICES = 22

LONG = True


def _announce(tale: Tale, alone: int) -> None:
    customer(tale)
    for number in range(NOTICES):
        point = planned(tale, terms.COMPETITION, 9_000_000, after=number * 3, season=150)
        method = terms.COMPETITION
        purchase = Opened(Lot([point]), times_for(tale, method, point), method)
        bidders = 1 if number < alone else 3
        contest(tale, purchase, tale.suppliers(purchase.sector, bidders))
        notice, deal = settle(tale, purchase)
        done(tale, deal)
    tale.label(deal.signed + 1, **where(notice=notice, deal=deal))


def guilty(tale: Tale) -> None:
    """A single bid in nineteen competitions of twenty-two."""
    _announce(tale, 19)


def innocent(tale: Tale) -> None:
    """In four of twenty-two."""
    _announce(tale, 4)
