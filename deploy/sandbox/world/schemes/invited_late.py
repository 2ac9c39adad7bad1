"""Two attempts failed, and then weeks pass before the single supplier is invited.

The term is four working days (R494, R500).
"""

from deploy.sandbox.world import terms
from deploy.sandbox.world.procedures import after_failure, award, hold, priced, schedule
from deploy.sandbox.world.schemes.scheme import done, opened, where
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.tenders import Lot
from deploy.sandbox.world.workdays import DAY, working_after


def _buy(tale: Tale, days: int) -> None:
    purchase = opened(tale, terms.COMPETITION, 34_000_000)
    first = hold(tale, terms.COMPETITION, [purchase.lot], purchase.times)
    day = working_after(first.times.results // DAY, 3)
    times = schedule(tale.rng, terms.COMPETITION, day, repeated=True)
    again = Lot(purchase.lot.points)
    second = hold(tale, terms.COMPETITION, [again], times, parent=first)
    chosen = tale.supplier(purchase.sector)
    notice, child = after_failure(
        tale, second, again, chosen, priced(again, 0.99), automatic=False, days=days
    )  # fmt: skip
    deal = award(tale, notice, child)
    done(tale, deal)
    tale.label(notice.times.publish, **where(notice=notice, deal=deal))


def guilty(tale: Tale) -> None:
    """Eleven working days after the second failure."""
    _buy(tale, 11)


def innocent(tale: Tale) -> None:
    """On the fourth working day, the last one allowed."""
    _buy(tale, 4)
