"""A complaint is pending, and the customer signs with the winner nevertheless."""

from deploy.sandbox.world import terms
from deploy.sandbox.world.complaints import file
from deploy.sandbox.world.procedures import hold
from deploy.sandbox.world.schemes.scheme import contest, done, opened, where
from deploy.sandbox.world.schemes.signed_early import sign_after
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.workdays import DAY, office_hour, working_after


def _buy(tale: Tale, signed: int) -> None:
    purchase = opened(tale, terms.COMPETITION, 44_000_000, subject=3)
    bids = contest(tale, purchase, tale.suppliers(purchase.sector, 3))
    notice = hold(tale, terms.COMPETITION, [purchase.lot], purchase.times)
    results = notice.times.results // DAY
    applied = office_hour(tale.rng, working_after(results, 1), 9, 17)
    decided = office_hour(tale.rng, working_after(results, 6), 9, 10)
    file(tale, notice, bids[1].supplier.pid, applied, decided)
    deal = sign_after(tale, purchase, notice, signed)
    done(tale, deal)
    tale.label(deal.signed + 1, **where(notice=notice, deal=deal))


def guilty(tale: Tale) -> None:
    """Signed on the fourth day, decided on the sixth."""
    _buy(tale, 4)


def innocent(tale: Tale) -> None:
    """Signed two days after the complaint was turned down."""
    _buy(tale, 8)
