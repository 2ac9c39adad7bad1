"""Three bids of hundreds of pages are opened, and half an hour later the winner is known."""

from deploy.sandbox.world import terms
from deploy.sandbox.world.schemes.scheme import contest, opened, told
from deploy.sandbox.world.tale import Tale


def guilty(tale: Tale) -> None:
    """A competition decided in half an hour."""
    purchase = opened(tale, terms.COMPETITION, 35_000_000, subject=3)
    purchase.times.results = purchase.times.closes + 1_800
    contest(tale, purchase, tale.suppliers(purchase.sector, 3))
    told(tale, purchase)


def innocent(tale: Tale) -> None:
    """Price quotations, which the portal itself compares the moment the term ends (R419)."""
    purchase = opened(tale, terms.QUOTATIONS, 21_000_000, subject=3)
    contest(tale, purchase, tale.suppliers(purchase.sector, 3))
    told(tale, purchase)
