"""A state institution changes its plan thrice within a month; two are allowed (L6(6))."""

from datetime import date

from deploy.sandbox.world import terms
from deploy.sandbox.world.planning import replan
from deploy.sandbox.world.procedures import working_moment
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
from deploy.sandbox.world.workdays import DAY, date_of, day_of

FIRST_ACT = 30
"""Acts of the months before have lower numbers."""

LONG = True


def _change(tale: Tale, days: tuple[int, ...]) -> None:
    """Change a quantity so many days after the next month's first, and buy at last."""
    customer(tale, state=True)
    point = planned(tale, terms.QUOTATIONS, 6_000_000, season=160)
    begun = date_of(point.record.at // DAY)
    month = day_of(date(begun.year, begun.month + 1, 1))
    for number, day in enumerate(days):
        point.act = str(FIRST_ACT + number)
        quantity = point.quantity + 1
        amount = round(quantity * point.price, 2)
        replan(tale, point, working_moment(tale.rng, month + day), quantity=quantity, amount=amount)
    purchase = Opened(Lot([point]), times_for(tale, terms.QUOTATIONS, point), terms.QUOTATIONS)
    contest(tale, purchase, tale.suppliers(purchase.sector, 3))
    notice, deal = settle(tale, purchase)
    done(tale, deal)
    tale.label(deal.signed + 1, **where(notice=notice, deal=deal))


def guilty(tale: Tale) -> None:
    """By three acts in one month."""
    _change(tale, (2, 11, 20))


def innocent(tale: Tale) -> None:
    """By two, and by a third in the month after."""
    _change(tale, (2, 16, 36))
