"""A school that costs three times as much for each pupil as others built that year."""

from deploy.sandbox.world import terms
from deploy.sandbox.world.catalogue import reserved, sectors_of
from deploy.sandbox.world.schemes.scheme import contest, done, opened, settle, where
from deploy.sandbox.world.tale import Tale

PLACES, USUAL = 90, 4_200_000
"""Places of the school, and what one place usually costs (KZT)."""


def _build(tale: Tale, cost: int) -> None:
    works = reserved(sectors_of("construction"), tale.order * 3)
    position = works._replace(
        name_ru=f"Работы по строительству школы на {PLACES} мест",
        name_kz=f"{PLACES} орындық мектеп салу",
    )
    purchase = opened(tale, terms.RATING, float(cost * PLACES), position=position)
    contest(tale, purchase, tale.suppliers(position.sector, 3))
    notice, deal = settle(tale, purchase)
    done(tale, deal)
    tale.label(notice.times.publish, **where(notice=notice, deal=deal))


def guilty(tale: Tale) -> None:
    """13 million for each pupil."""
    _build(tale, 13_000_000)


def innocent(tale: Tale) -> None:
    """A dear school only because it is large: the usual cost of a place."""
    _build(tale, USUAL)
