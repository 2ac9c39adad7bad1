"""Paper, laptops and desks in one lot: who sells only one of them cannot bid."""

from deploy.sandbox.world import terms
from deploy.sandbox.world.catalogue import reserved
from deploy.sandbox.world.schemes.scheme import Opened, contest, planned, times_for, told
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.tenders import Lot


def _buy(tale: Tale, sectors: tuple[int, ...]) -> None:
    positions = [reserved((sector,), tale.order + n) for n, sector in enumerate(sectors)]
    points = [planned(tale, terms.COMPETITION, 8_000_000, position=one) for one in positions]
    times = times_for(tale, terms.COMPETITION, points[-1])
    purchase = Opened(Lot(points), times, terms.COMPETITION)
    contest(tale, purchase, tale.suppliers(purchase.sector, 3))
    told(tale, purchase)


def guilty(tale: Tale) -> None:
    """Three divisions of the classifier."""
    _buy(tale, (0, 1, 2))


def innocent(tale: Tale) -> None:
    """Three kinds of food, which one shop sells."""
    _buy(tale, (3, 3, 3))
