"""The draft documents may be discussed for one working day; who finds a flaw comes too late."""

from deploy.sandbox.world import terms
from deploy.sandbox.world.procedures import award, choose, hold, offers, schedule
from deploy.sandbox.world.schemes.scheme import contest, done, opened, told, where
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.tenders import Lot
from deploy.sandbox.world.workdays import DAY, at, working_after


def guilty(tale: Tale) -> None:
    """One working day instead of two (R170)."""
    purchase = opened(tale, terms.COMPETITION, 27_000_000, subject=3)
    purchase.times.discussed = at(working_after(purchase.times.publish // DAY, 1), 18)
    contest(tale, purchase, tale.suppliers(purchase.sector, 3))
    told(tale, purchase)


def innocent(tale: Tale) -> None:
    """A repeat with unchanged documents, which were discussed the first time."""
    purchase = opened(tale, terms.COMPETITION, 27_000_000, subject=3)
    first = hold(tale, terms.COMPETITION, [purchase.lot], purchase.times)
    day = working_after(first.times.results // DAY, 3)
    times = schedule(tale.rng, terms.COMPETITION, day, repeated=True)
    again = Lot(purchase.lot.points)
    again.bids = offers(tale, again, tale.suppliers(purchase.sector, 3), times, terms.COMPETITION)
    choose(again)
    notice = hold(tale, terms.COMPETITION, [again], times, parent=first)
    deal = award(tale, notice, again)
    done(tale, deal)
    tale.label(notice.times.results, **where(notice=notice, deal=deal))
