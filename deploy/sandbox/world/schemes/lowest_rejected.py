"""The lowest bid is turned away without need, and the next one wins for a good deal more."""

from deploy.sandbox.world import terms
from deploy.sandbox.world.procedures import choose, reject
from deploy.sandbox.world.schemes.scheme import cheaply, contest, done, opened, settle, where
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.tenders import WITHDRAWN


def _buy(tale: Tale, status: int | None) -> None:
    purchase = opened(tale, terms.COMPETITION, 35_000_000)
    bids = contest(tale, purchase, tale.suppliers(purchase.sector, 4))
    for place, bid in enumerate(bids):
        bid.amount = cheaply(purchase, 0.905 + 0.03 * place)
    if status is None:
        reject(bids[:1])
    else:
        bids[0].status = status
    choose(purchase.lot)
    notice, deal = settle(tale, purchase)
    done(tale, deal)
    tale.label(notice.times.results, **where(notice=notice, deal=deal))


def guilty(tale: Tale) -> None:
    """The commission rejects the cheapest."""
    _buy(tale, None)


def innocent(tale: Tale) -> None:
    """The cheapest took the bid back before the end of the term."""
    _buy(tale, WITHDRAWN)
