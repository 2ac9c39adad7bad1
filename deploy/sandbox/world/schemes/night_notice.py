"""The notice comes half an hour before midnight and stays for the shortest term there is."""

from deploy.sandbox.world import terms
from deploy.sandbox.world.schemes.scheme import contest, opened, told
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.tenders import Times
from deploy.sandbox.world.workdays import DAY, at, working_after


def _buy(tale: Tale, days: int) -> None:
    purchase = opened(tale, terms.QUOTATIONS, 14_000_000)
    day = purchase.times.publish // DAY
    closes = at(working_after(day, days), 18)
    purchase = purchase._replace(times=Times(at(day, 23, 30), closes, closes))
    contest(tale, purchase, tale.suppliers(purchase.sector, 2))
    told(tale, purchase)


def guilty(tale: Tale) -> None:
    """Two working days."""
    _buy(tale, 2)


def innocent(tale: Tale) -> None:
    """As late at night, but there are eight working days to bid."""
    _buy(tale, 8)
