"""A competition is made to fail by turning all bidders away, and one supplier is invited instead.

After a failure in which somebody had bid the law knows only a repeat (L15(5), R280); single source
is open after two attempts without any bid at all.
"""

from deploy.sandbox.world import terms
from deploy.sandbox.world.contracts import Deal
from deploy.sandbox.world.procedures import after_failure, award, hold, priced, reject, schedule
from deploy.sandbox.world.schemes.scheme import contest, done, opened, where
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.tenders import Lot, Notice
from deploy.sandbox.world.workdays import DAY, working_after


def _invite(tale: Tale, failed: Notice, lot: Lot) -> tuple[Notice, Deal]:
    chosen = tale.supplier(lot.points[0].position.sector)
    notice, child = after_failure(tale, failed, lot, chosen, priced(lot, 0.99), automatic=False)
    deal = award(tale, notice, child)
    done(tale, deal)
    return notice, deal


def guilty(tale: Tale) -> None:
    """Three bids, all rejected at the first attempt; the contract goes to a fourth."""
    purchase = opened(tale, terms.COMPETITION, 40_000_000)
    contest(tale, purchase, tale.suppliers(purchase.sector, 3))
    reject(purchase.lot.bids)
    purchase.lot.winner = None
    failed = hold(tale, terms.COMPETITION, [purchase.lot], purchase.times)
    notice, deal = _invite(tale, failed, purchase.lot)
    tale.label(notice.times.publish, **where(notice=notice, deal=deal))


def innocent(tale: Tale) -> None:
    """Nobody bid, nobody bid the second time either: now single source is lawful."""
    purchase = opened(tale, terms.COMPETITION, 40_000_000)
    first = hold(tale, terms.COMPETITION, [purchase.lot], purchase.times)
    day = working_after(first.times.results // DAY, 3)
    times = schedule(tale.rng, terms.COMPETITION, day, repeated=True)
    again = Lot(purchase.lot.points)
    second = hold(tale, terms.COMPETITION, [again], times, parent=first)
    notice, deal = _invite(tale, second, again)
    tale.label(notice.times.publish, **where(notice=notice, deal=deal))
