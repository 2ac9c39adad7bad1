"""Year after year the customer bought a hundred; this year, of the same thing, three hundred."""

from deploy.sandbox.world import terms
from deploy.sandbox.world.catalogue import Position
from deploy.sandbox.world.contracts import Deal
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
from deploy.sandbox.world.tenders import Lot, Notice

LONG = True


def _buy(tale: Tale, position: Position, amount: float) -> tuple[Notice, Deal]:
    point = planned(tale, terms.QUOTATIONS, amount, position=position)
    purchase = Opened(Lot([point]), times_for(tale, terms.QUOTATIONS, point), terms.QUOTATIONS)
    contest(tale, purchase, tale.suppliers(purchase.sector, 3))
    notice, deal = settle(tale, purchase)
    done(tale, deal)
    return notice, deal


def _need(tale: Tale, *amounts: float) -> None:
    """Buy the same thing in two years before and in this one."""
    customer(tale)
    position = tale.spare("other", subject=1)
    first, second, now = amounts
    with long_ago(tale, 2 * 365):
        _buy(tale, position, first)
    with long_ago(tale, 365):
        _buy(tale, position, second)
    notice, deal = _buy(tale, position, now)
    tale.label(deal.signed + 1, **where(notice=notice, deal=deal))


def guilty(tale: Tale) -> None:
    """For seven and eight million before, for twenty-three now."""
    _need(tale, 7_000_000, 8_000_000, 23_000_000)


def innocent(tale: Tale) -> None:
    """For seven and eight million before, for nine now."""
    _need(tale, 7_000_000, 8_000_000, 9_000_000)
