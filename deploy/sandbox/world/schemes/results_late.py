"""The customer sits on the bids for weeks; the term of three working days is long over."""

from deploy.sandbox.world import terms
from deploy.sandbox.world.complaints import note_pause, pause
from deploy.sandbox.world.notices import announce, decide
from deploy.sandbox.world.procedures import award
from deploy.sandbox.world.schemes.scheme import contest, done, opened, told, where
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.workdays import DAY, office_hour, working_after


def guilty(tale: Tale) -> None:
    """Results after nine working days."""
    purchase = opened(tale, terms.COMPETITION, 22_000_000)
    times = purchase.times
    times.results = office_hour(tale.rng, working_after(times.closes // DAY, 9), 10, 17)
    contest(tale, purchase, tale.suppliers(purchase.sector, 3))
    told(tale, purchase)


def innocent(tale: Tale) -> None:
    """State audit stopped the review; without those days the term was kept."""
    purchase = opened(tale, terms.COMPETITION, 22_000_000)
    contest(tale, purchase, tale.suppliers(purchase.sector, 3))
    stop = pause(tale, purchase.times)
    notice = announce(tale, terms.COMPETITION, [purchase.lot], purchase.times)
    note_pause(notice, *stop)
    decide(tale, notice)
    deal = award(tale, notice, purchase.lot)
    done(tale, deal)
    tale.label(notice.times.results, **where(notice=notice, deal=deal))
