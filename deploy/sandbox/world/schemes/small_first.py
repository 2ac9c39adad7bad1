"""The first contract is a trifle, to get to know each other; the next are fifty times as large."""

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

LONG = True


def _buy(tale: Tale, party: Party, sums: tuple[int, ...]) -> None:
    for number, amount in enumerate(sums):
        point = planned(tale, terms.QUOTATIONS, amount, after=number * 14, season=130)
        purchase = Opened(Lot([point]), times_for(tale, terms.QUOTATIONS, point), terms.QUOTATIONS)
        contest(tale, purchase, [party, *tale.suppliers(purchase.sector, 2)])
        notice, deal = settle(tale, purchase)
        done(tale, deal)
    tale.label(deal.signed + 1, **where(notice=notice, deal=deal))


def guilty(tale: Tale) -> None:
    """Six hundred thousand, then three times about thirty million."""
    party = tale.character(tale.day * DAY + 28_000)
    _buy(tale, party, (600_000, 29_000_000, 30_000_000, 31_000_000))


def innocent(tale: Tale) -> None:
    """The purchases grow, each by a third."""
    party = tale.character(tale.day * DAY + 28_000)
    _buy(tale, party, (13_000_000, 17_000_000, 22_000_000, 29_000_000))
