"""The customer takes part in its own purchase, and is the cheapest."""

from deploy.sandbox.world import terms
from deploy.sandbox.world.parties import Party
from deploy.sandbox.world.schemes.scheme import contest, opened, told
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.workdays import DAY


def _buy(tale: Tale, first: Party) -> None:
    purchase = opened(tale, terms.QUOTATIONS, 5_000_000, subject=3)
    contest(tale, purchase, [first, *tale.suppliers(purchase.sector, 2)])
    told(tale, purchase)


def guilty(tale: Tale) -> None:
    """Its own number stands among the bidders."""
    _buy(tale, tale.buyer)


def innocent(tale: Tale) -> None:
    """A company that bears the name of the customer's town, and nothing else of it."""
    _buy(tale, tale.character(tale.day * DAY + 28_000, name_ru=f"ТОО {tale.buyer.place.full_ru}"))
