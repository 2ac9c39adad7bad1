"""The customer breaks a contract, and never asks the court to list the supplier (L8(4))."""

from deploy.sandbox.world import terms
from deploy.sandbox.world.contracts import BROKEN_BY_ONE, break_off
from deploy.sandbox.world.listing import list_party
from deploy.sandbox.world.schemes.scheme import contest, opened, settle, where
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.workdays import DAY, office_hour, working_after

LONG = 2

NOT_PERFORMED = 2
"""`refContractCancelId`: the supplier did not do what the contract says."""


def _break(tale: Tale, listed_after: int | None) -> None:
    purchase = opened(tale, terms.QUOTATIONS, 7_000_000)
    party = tale.character(tale.day * DAY + 28_000, purchase.sector)
    contest(tale, purchase, [party, *tale.suppliers(purchase.sector, 2)])
    notice, deal = settle(tale, purchase, days=18)
    broken = office_hour(tale.rng, working_after(deal.until, 3), 10, 16)
    break_off(deal, broken, BROKEN_BY_ONE, NOT_PERFORMED)
    if listed_after:
        day = working_after(broken // DAY + listed_after, 0)
        list_party(tale, party, office_hour(tale.rng, day, 10, 16), day)
    tale.label(broken + 366 * DAY, **where(notice=notice, deal=deal))


def guilty(tale: Tale) -> None:
    """Nothing was delivered; a year later nobody has been listed."""
    _break(tale, None)


def innocent(tale: Tale) -> None:
    """The court decided four months later, and the supplier was listed the same day."""
    _break(tale, 120)
