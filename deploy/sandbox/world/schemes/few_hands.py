"""A customer that used to buy from everybody now gives most of its money to one of them."""

from deploy.sandbox.world import terms
from deploy.sandbox.world.catalogue import GOODS, SECTORS, reserved
from deploy.sandbox.world.contracts import Deal
from deploy.sandbox.world.parties import Party
from deploy.sandbox.world.schemes.scheme import (
    Opened,
    contest,
    customer,
    done,
    long_ago,
    planned,
    settle,
    times_for,
    where,
)
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.tenders import Lot
from deploy.sandbox.world.workdays import DAY

OF_GOODS = tuple(number for number, sector in enumerate(SECTORS) if sector.subject == GOODS)
CONTRACTS, APART = 12, 8
A_YEAR = 380
"""Days between the two series, so that no contract of the first lies in the year of the last."""

LONG = True


def _series(tale: Tale, favourite: Party, won: int) -> Deal:
    """Twelve quotations for different goods, so many of them won by the favourite."""
    deal: Deal | None = None
    for number in range(CONTRACTS):
        position = reserved(OF_GOODS, tale.order + number)
        point = planned(
            tale, terms.QUOTATIONS, 5_000_000, position=position, after=number * APART, season=170
        )
        purchase = Opened(Lot([point]), times_for(tale, terms.QUOTATIONS, point), terms.QUOTATIONS)
        others = tale.suppliers(purchase.sector, 3)
        contest(tale, purchase, [favourite, *others[:2]] if number < won else others)
        _, deal = settle(tale, purchase)
        done(tale, deal)
    assert deal
    return deal


def _spend(tale: Tale, won: int) -> None:
    customer(tale)
    favourite = tale.character(tale.day * DAY + 30_000)
    with long_ago(tale, A_YEAR):
        _series(tale, favourite, 1)
    deal = _series(tale, favourite, won)
    tale.label(deal.signed + 1, **where(deal=deal))


def guilty(tale: Tale) -> None:
    """One contract of twelve a year ago, nine of twelve now."""
    _spend(tale, 9)


def innocent(tale: Tale) -> None:
    """One of twelve a year ago, three of twelve now."""
    _spend(tale, 3)
