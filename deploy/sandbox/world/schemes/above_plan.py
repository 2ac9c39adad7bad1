"""More is announced than the plan allows, and the plan is never raised."""

from deploy.sandbox.world import terms
from deploy.sandbox.world.planning import replan
from deploy.sandbox.world.schemes.scheme import contest, opened, told
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.workdays import DAY

PLANNED, ANNOUNCED = 11_000_000, 16_500_000


def _buy(tale: Tale, *, raised: bool) -> None:
    purchase = opened(tale, terms.COMPETITION, PLANNED, subject=3)
    point, more = purchase.point, {"price": float(ANNOUNCED), "amount": float(ANNOUNCED)}
    if raised:
        replan(tale, point, purchase.times.publish - DAY, **more)
    else:
        point.price, point.amount = more["price"], more["amount"]
    contest(tale, purchase, tale.suppliers(purchase.sector, 3))
    told(tale, purchase)


def guilty(tale: Tale) -> None:
    """Half as much again as was planned."""
    _buy(tale, raised=False)


def innocent(tale: Tale) -> None:
    """The plan was raised the day before."""
    _buy(tale, raised=True)
