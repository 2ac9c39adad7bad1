"""The plan is raised after the notice, to fit a purchase that was announced for too much."""

from deploy.sandbox.world import terms
from deploy.sandbox.world.planning import replan
from deploy.sandbox.world.schemes.scheme import contest, done, opened, settle, where
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.workdays import DAY

PLANNED, ANNOUNCED = 12_000_000, 17_000_000


def _buy(tale: Tale, *, innocent: bool) -> None:
    purchase = opened(tale, terms.COMPETITION, PLANNED, subject=3)
    point, times = purchase.point, purchase.times
    raised = {"price": float(ANNOUNCED), "amount": float(ANNOUNCED)}
    if innocent:
        replan(tale, point, times.publish - DAY, **raised)
    else:
        point.amount = point.price = ANNOUNCED
    contest(tale, purchase, tale.suppliers(purchase.sector, 3))
    notice, deal = settle(tale, purchase)
    if not innocent:
        replan(tale, point, times.publish + 2 * DAY, **raised)
    done(tale, deal)
    tale.label(times.publish, **where(notice=notice, deal=deal))


def guilty(tale: Tale) -> None:
    """Announced for 17 million by a plan of 12; the plan follows two days later."""
    _buy(tale, innocent=False)


def innocent(tale: Tale) -> None:
    """The plan is raised first and the purchase announced the day after."""
    _buy(tale, innocent=True)
