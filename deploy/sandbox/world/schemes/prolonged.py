"""A contract for daily needs goes on for months instead of being bought anew.

Until the new contract is made it may be prolonged by two months (L18(2)12).
"""

from deploy.sandbox.world import terms
from deploy.sandbox.world.contracts import amend
from deploy.sandbox.world.schemes.scheme import contest, done, opened, settle, where
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.workdays import DAY, office_hour, working_after

DAILY = 12

LONG = True


def _prolong(tale: Tale, days: int) -> None:
    purchase = opened(tale, terms.COMPETITION, 16_000_000, subject=3, season=130)
    contest(tale, purchase, tale.suppliers(purchase.sector, 3))
    notice, deal = settle(tale, purchase, days=40)
    when = office_hour(tale.rng, working_after(deal.signed // DAY, 9), 10, 16)
    amend(tale, deal, when, (DAILY,), until=deal.until + days)
    done(tale, deal)
    tale.label(when, **where(notice=notice, deal=deal))


def guilty(tale: Tale) -> None:
    """By more than three months."""
    _prolong(tale, 100)


def innocent(tale: Tale) -> None:
    """By six weeks."""
    _prolong(tale, 42)
