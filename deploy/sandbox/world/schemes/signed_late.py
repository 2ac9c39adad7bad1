"""Weeks pass before the contract is signed, and nobody says why.

The winner waits until the customer is ready for him; the term of nine working days is long over.
"""

from deploy.sandbox.world import terms
from deploy.sandbox.world.complaints import file
from deploy.sandbox.world.notices import announce, decide
from deploy.sandbox.world.procedures import award, hold
from deploy.sandbox.world.schemes.scheme import contest, done, opened, where
from deploy.sandbox.world.schemes.signed_early import sign_after
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.workdays import DAY, office_hour, working_after

LONG = True


def guilty(tale: Tale) -> None:
    """Thirty-two working days after the results."""
    purchase = opened(tale, terms.COMPETITION, 23_000_000, season=130)
    contest(tale, purchase, tale.suppliers(purchase.sector, 3))
    notice = hold(tale, terms.COMPETITION, [purchase.lot], purchase.times)
    deal = sign_after(tale, purchase, notice, 32)
    done(tale, deal)
    tale.label(deal.signed + 1, **where(notice=notice, deal=deal))


def innocent(tale: Tale) -> None:
    """Late because a complaint had to be decided first."""
    purchase = opened(tale, terms.COMPETITION, 23_000_000)
    bids = contest(tale, purchase, tale.suppliers(purchase.sector, 3))
    notice = announce(tale, terms.COMPETITION, [purchase.lot], purchase.times)
    decide(tale, notice)
    results = notice.times.results // DAY
    applied = office_hour(tale.rng, working_after(results, 2), 9, 17)
    decided = office_hour(tale.rng, working_after(results, 6), 9, 17)
    file(tale, notice, bids[1].supplier.pid, applied, decided)
    deal = award(tale, notice, purchase.lot, pending=decided)
    done(tale, deal)
    tale.label(deal.signed + 1, **where(notice=notice, deal=deal))
