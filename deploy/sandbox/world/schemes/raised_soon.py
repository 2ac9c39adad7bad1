"""A week after signing the contract grows, as if that had been agreed before the bids came in."""

from deploy.sandbox.world import terms
from deploy.sandbox.world.contracts import amend
from deploy.sandbox.world.schemes.scheme import contest, done, opened, settle, where
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.workdays import DAY, office_hour, working_after

VOLUME = 3

LONG = True


def _raise(tale: Tale, days: int) -> None:
    purchase = opened(tale, terms.COMPETITION, 21_000_000, season=150)
    contest(tale, purchase, tale.suppliers(purchase.sector, 3))
    notice, deal = settle(tale, purchase, days=110)
    when = office_hour(tale.rng, working_after(deal.signed // DAY + days, 0), 10, 16)
    amend(tale, deal, when, (VOLUME,), quantities=1.03)
    done(tale, deal)
    tale.label(when, **where(notice=notice, deal=deal))


def guilty(tale: Tale) -> None:
    """By three percent, within the saving, after eight days."""
    _raise(tale, 8)


def innocent(tale: Tale) -> None:
    """As much, when the need was known after seven weeks."""
    _raise(tale, 49)
