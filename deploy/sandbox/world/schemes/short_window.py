"""Bids are taken for two working days only; who did not know beforehand cannot be ready."""

from deploy.sandbox.world import terms
from deploy.sandbox.world.procedures import award, choose, hold, offers, schedule
from deploy.sandbox.world.schemes.scheme import (
    Opened,
    contest,
    done,
    opened,
    settle,
    times_for,
    where,
)
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.tenders import Lot, Times
from deploy.sandbox.world.workdays import DAY, at, working_after


def _away_from_holidays(tale: Tale, purchase: Opened) -> Times:
    """Lawful times whose two working days are no more than four days of the calendar."""
    times = purchase.times
    for lead in range(5, 30):
        assert times.opens
        opens = times.opens // DAY
        if working_after(opens, 1) - opens < 4:  # noqa: PLR2004 (a weekend at most)
            break
        times = times_for(tale, terms.COMPETITION, purchase.point, lead=lead)
    return times


def guilty(tale: Tale) -> None:
    """Two working days instead of five."""
    purchase = opened(tale, terms.COMPETITION, 31_000_000)
    lawful = _away_from_holidays(tale, purchase)
    assert lawful.opens
    closes = at(working_after(lawful.opens // DAY, 1), 11)
    results = at(working_after(closes // DAY, 2), 15)
    hurried = purchase._replace(
        times=Times(lawful.publish, closes, results, lawful.discussed, lawful.opens)
    )
    contest(tale, hurried, tale.suppliers(purchase.sector, 2))
    notice, deal = settle(tale, hurried)
    done(tale, deal)
    tale.label(notice.times.publish, **where(notice=notice, deal=deal))


def innocent(tale: Tale) -> None:
    """A repeat with unchanged documents, for which three working days are enough (R167)."""
    purchase = opened(tale, terms.COMPETITION, 31_000_000)
    first = hold(tale, terms.COMPETITION, [purchase.lot], purchase.times)
    day = working_after(first.times.results // DAY, 3)
    times = schedule(tale.rng, terms.COMPETITION, day, repeated=True)
    again = Lot(purchase.lot.points)
    parties = tale.suppliers(purchase.sector, 2)
    again.bids = offers(tale, again, parties, times, terms.COMPETITION)
    choose(again)
    notice = hold(tale, terms.COMPETITION, [again], times, parent=first)
    deal = award(tale, notice, again)
    done(tale, deal)
    tale.label(notice.times.publish, **where(notice=notice, deal=deal))
