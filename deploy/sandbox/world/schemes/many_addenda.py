"""Four addenda to one contract: terms, volumes and lines change until nothing of it is left."""

from deploy.sandbox.world import terms
from deploy.sandbox.world.contracts import amend
from deploy.sandbox.world.schemes.scheme import contest, done, opened, settle, where
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.workdays import DAY, office_hour, working_after


def _buy(tale: Tale, reasons: tuple[int, ...]) -> None:
    purchase = opened(tale, terms.COMPETITION, 39_000_000, "repair", subject=2)
    contest(tale, purchase, tale.suppliers(purchase.sector, 3))
    notice, deal = settle(tale, purchase)
    for number, reason in enumerate(reasons, 1):
        when = office_hour(tale.rng, working_after(deal.signed // DAY, number * 4), 10, 16)
        longer = deal.until + 12 if reason == FORCE_MAJEURE else None
        less = 0.97 if reason == VOLUME else 1.0
        amend(tale, deal, when, (reason,), quantities=less, until=longer)
    done(tale, deal)
    tale.label(when, **where(notice=notice, deal=deal))


FORCE_MAJEURE, VOLUME, BANK = 18, 3, 15


def guilty(tale: Tale) -> None:
    """Longer, less, longer, less."""
    _buy(tale, (FORCE_MAJEURE, VOLUME, FORCE_MAJEURE, VOLUME))


def innocent(tale: Tale) -> None:
    """Three times the bank details."""
    _buy(tale, (BANK, BANK, BANK))
