"""A company that bids again and again beside the same winner and never wins.

It exists to make the number of bids two.
"""

from typing import Any

from deploy.sandbox.world import terms
from deploy.sandbox.world.schemes.scheme import (
    Opened,
    contest,
    done,
    planned,
    settle,
    times_for,
    where,
)
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.tenders import Lot, Notice
from deploy.sandbox.world.workdays import DAY

ROUNDS, APART = 28, 3
"""More bids than three quarters of all suppliers make in a year, so many days from one another."""

LONG = True


def _lose(tale: Tale, rounds: int) -> tuple[Notice, dict[str, Any]]:
    start = tale.day * DAY + 30_000
    winner, ghost = tale.character(start), tale.character(start + 60)
    notice: Notice | None = None
    for number in range(rounds):
        point = planned(tale, terms.QUOTATIONS, 4_000_000, after=number * APART, season=130)
        purchase = Opened(Lot([point]), times_for(tale, terms.QUOTATIONS, point), terms.QUOTATIONS)
        first = winner if rounds == ROUNDS else tale.supplier(purchase.sector)
        contest(tale, purchase, [first, ghost])
        notice, deal = settle(tale, purchase)
        done(tale, deal)
    assert notice
    return notice, where(notice=notice, supplier=ghost)


def guilty(tale: Tale) -> None:
    """Twenty-eight bids, twenty-eight defeats, always by the same winner."""
    notice, subject = _lose(tale, ROUNDS)
    tale.label(notice.times.results, **subject)


def innocent(tale: Tale) -> None:
    """A newcomer who lost four times against different rivals."""
    notice, subject = _lose(tale, 4)
    tale.label(notice.times.results, **subject)
