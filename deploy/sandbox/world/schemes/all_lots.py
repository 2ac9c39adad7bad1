"""Five lots, nine bidders, and each of the lots is won by the same company."""

from deploy.sandbox.world import terms
from deploy.sandbox.world.catalogue import reserved
from deploy.sandbox.world.parties import Party
from deploy.sandbox.world.procedures import award_all, choose, hold, offers
from deploy.sandbox.world.schemes.scheme import done, planned, times_for, where
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.tenders import Lot
from deploy.sandbox.world.workdays import DAY

LOTS = 5


def _buy(tale: Tale, winners: list[Party]) -> None:
    sector = tale.spare("other", subject=1).sector
    positions = [reserved((sector,), tale.order * LOTS + number) for number in range(LOTS)]
    lots = [
        Lot([planned(tale, terms.COMPETITION, 9_000_000, position=one)]) for one in positions
    ]  # fmt: skip
    times = times_for(tale, terms.COMPETITION, lots[-1].points[0])
    for number, lot in enumerate(lots):
        first = winners[number % len(winners)]
        bidders = [first, *tale.suppliers(sector, 2)]
        lot.bids = offers(tale, lot, bidders, times, terms.COMPETITION)
        choose(lot)
    notice = hold(tale, terms.COMPETITION, lots, times)
    deals = award_all(tale, notice)
    for deal in deals:
        done(tale, deal)
    tale.label(times.results, **where(notice=notice, deal=deals[0]))


def guilty(tale: Tale) -> None:
    """One winner of all five."""
    _buy(tale, [tale.character(tale.day * DAY + 30_000)])


def innocent(tale: Tale) -> None:
    """Two suppliers share the lots."""
    day = tale.day * DAY + 30_000
    _buy(tale, [tale.character(day), tale.character(day + 60)])
