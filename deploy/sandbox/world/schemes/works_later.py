"""The works may be finished a month later, for a reason that the law does not list for that."""

from deploy.sandbox.world import terms
from deploy.sandbox.world.contracts import amend
from deploy.sandbox.world.schemes.scheme import contest, done, opened, settle, where
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.workdays import DAY, office_hour, working_after

VOLUME, FORCE_MAJEURE = 3, 18

LONG = True


def _postpone(tale: Tale, reason: int) -> None:
    purchase = opened(tale, terms.QUOTATIONS, 19_000_000, "repair", subject=2, season=150)
    contest(tale, purchase, tale.suppliers(purchase.sector, 3))
    notice, deal = settle(tale, purchase, days=70)
    when = office_hour(tale.rng, working_after(deal.signed // DAY, 12), 10, 16)
    amend(tale, deal, when, (reason,), until=deal.until + 33)
    done(tale, deal)
    tale.label(when, **where(notice=notice, deal=deal))


def guilty(tale: Tale) -> None:
    """Because the volume changed, though it did not."""
    _postpone(tale, VOLUME)


def innocent(tale: Tale) -> None:
    """Because the site was under water (L18(2)18)."""
    _postpone(tale, FORCE_MAJEURE)
