"""Lot after lot lies just below the sum from which a bidder's financial standing is looked at."""

from collections.abc import Callable

from deploy.sandbox.world import terms
from deploy.sandbox.world.catalogue import reserved
from deploy.sandbox.world.procedures import award_all, choose, hold, offers
from deploy.sandbox.world.schemes.only_direct import OF_GOODS
from deploy.sandbox.world.schemes.scheme import customer, done, near, planned, times_for, where
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.tenders import Lot

NOTICES, LOTS = 8, 4
STANDING = 4_000
"""MCI of a lot of goods above which financial standing is tested (R53)."""

LONG = True


def _announce(tale: Tale, notice: int, share: Callable[[int], float]) -> None:
    lots = []
    for number in range(notice * LOTS, notice * LOTS + LOTS):
        position = reserved(OF_GOODS, tale.order + number)
        amount = terms.mci(tale.year, STANDING) * share(number)
        point = planned(
            tale, terms.COMPETITION, amount, position=position, after=notice * 5, season=150,
            price=near(position, amount),
        )  # fmt: skip
        lots.append(Lot([point]))
    times = times_for(tale, terms.COMPETITION, lots[-1].points[0])
    for lot in lots:
        parties = tale.suppliers(lot.points[0].position.sector, 2)
        lot.bids = offers(tale, lot, parties, times, terms.COMPETITION)
        choose(lot)
    held = hold(tale, terms.COMPETITION, lots, times)
    for deal in award_all(tale, held):
        done(tale, deal)
    tale.label(times.results, **where(notice=held, deal=deal))


def guilty(tale: Tale) -> None:
    """Thirty-two lots between 92 and 99 % of the sum."""
    customer(tale)
    for notice in range(NOTICES):
        _announce(tale, notice, lambda number: 0.92 + number % 8 / 100)


def innocent(tale: Tale) -> None:
    """Thirty-two lots of all sizes, some below and some above."""
    customer(tale)
    for notice in range(NOTICES):
        _announce(tale, notice, lambda number: 0.4 + number * 0.05)
