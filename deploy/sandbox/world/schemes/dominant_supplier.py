"""One customer gives nearly all its money to one supplier, who has no other customer.

Every month another purchase of something else, each with its own small competition, each won by
the same company.
"""

from deploy.sandbox.world import terms
from deploy.sandbox.world.contracts import Deal
from deploy.sandbox.world.schemes.scheme import (
    Opened,
    contest,
    customer,
    directly,
    done,
    planned,
    settle,
    times_for,
    where,
)
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.tenders import Lot
from deploy.sandbox.world.workdays import DAY

ROUNDS = 11

LONG = True


def guilty(tale: Tale) -> None:
    """Eleven quotations worth 30 million each, one winner."""
    customer(tale)
    favourite = tale.character(tale.day * DAY + 30_000)
    deal: Deal | None = None
    for number in range(ROUNDS):
        point = planned(tale, terms.QUOTATIONS, 30_000_000, after=number * 7, season=130)
        purchase = Opened(Lot([point]), times_for(tale, terms.QUOTATIONS, point), terms.QUOTATIONS)
        contest(tale, purchase, [favourite, *tale.suppliers(purchase.sector, 1 + number % 2)])
        _, deal = settle(tale, purchase)
        done(tale, deal)
    assert deal
    tale.label(deal.signed + 1, **where(deal=deal))


def innocent(tale: Tale) -> None:
    """The heat of the district comes from one boiler house: a natural monopoly (ground 1)."""
    customer(tale)
    monopoly = tale.character(tale.day * DAY + 30_000, monopoly=True)
    deal: Deal | None = None
    for number in range(3):
        point = planned(
            tale, terms.DIRECT, 9_000_000, "utility", subject=3, justification=101,
            after=number * 20,
        )  # fmt: skip
        deal = directly(tale, point, monopoly)
        done(tale, deal)
    assert deal
    tale.label(deal.signed + 1, **where(deal=deal))
