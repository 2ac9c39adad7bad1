"""Two of four bidders are turned away, one of them complains, and is not heard."""

from deploy.sandbox.world import terms
from deploy.sandbox.world.complaints import file
from deploy.sandbox.world.notices import announce, decide
from deploy.sandbox.world.procedures import award, choose, reject
from deploy.sandbox.world.schemes.scheme import contest, done, opened, where
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.workdays import DAY, office_hour, working_after


def _buy(tale: Tale, kept: int) -> None:
    purchase = opened(tale, terms.COMPETITION, 39_000_000, subject=3)
    bids = contest(tale, purchase, tale.suppliers(purchase.sector, 4))
    reject(bids[kept:])
    choose(purchase.lot)
    notice = announce(tale, terms.COMPETITION, [purchase.lot], purchase.times)
    decide(tale, notice)
    results = notice.times.results // DAY
    applied = office_hour(tale.rng, working_after(results, 2), 9, 17)
    decided = office_hour(tale.rng, working_after(results, 5), 9, 17)
    file(tale, notice, bids[-1].supplier.pid, applied, decided)
    deal = award(tale, notice, purchase.lot, pending=decided)
    done(tale, deal)
    tale.label(decided, **where(notice=notice, deal=deal))


def guilty(tale: Tale) -> None:
    """Two rejected."""
    _buy(tale, 2)


def innocent(tale: Tale) -> None:
    """One rejected, for want of a document."""
    _buy(tale, 3)
