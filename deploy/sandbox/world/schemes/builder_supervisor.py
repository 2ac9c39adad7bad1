"""Who builds also supervises the building: the same company holds both contracts.

The engineer is to stop the builder's bad work and count its volumes; the law keeps the two apart
on one object (L7(3)).
"""

from deploy.sandbox.world import terms
from deploy.sandbox.world.catalogue import Position, reserved, sectors_of
from deploy.sandbox.world.contracts import Deal
from deploy.sandbox.world.numbers import name
from deploy.sandbox.world.parties import Party
from deploy.sandbox.world.schemes.scheme import (
    Opened,
    contest,
    done,
    planned,
    settle,
    times_for,
    where,
)
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.tenders import Lot, Notice
from deploy.sandbox.world.workdays import DAY

LONG = True


def named(position: Position, russian: str, kazakh: str) -> Position:
    """A position that names its object."""
    return position._replace(name_ru=russian, name_kz=kazakh)


def buy_for(
    tale: Tale, position: Position, amount: float, winner: Party, after: int
) -> tuple[Notice, Deal]:
    """Buy something about the object by rating points, so many days after the start."""
    point = planned(tale, terms.RATING, amount, position=position, after=after, season=130)
    purchase = Opened(Lot([point]), times_for(tale, terms.RATING, point), terms.RATING)
    contest(tale, purchase, [winner, *tale.suppliers(position.sector, 2)])
    notice, deal = settle(tale, purchase)
    done(tale, deal)
    return notice, deal


def _build(tale: Tale, *, innocent: bool) -> None:
    kz, ru = name(tale.rng)
    start = tale.day * DAY + 30_000
    builder, other = tale.character(start), tale.character(start + 60)
    works = reserved(sectors_of("construction"), tale.order * 3)
    design = reserved(sectors_of("design"), tale.order * 3)
    house = named(works, f"Строительство дома культуры в селе {ru}", f"{kz} ауылында үй салу")
    watch = named(
        design, f"Технический надзор: строительство дома культуры в селе {ru}",
        f"Техникалық қадағалау: {kz} ауылында үй салу",
    )  # fmt: skip
    buy_for(tale, house, 150_000_000, builder, 0)
    notice, deal = buy_for(tale, watch, 3_000_000, other if innocent else builder, 6)
    tale.label(deal.signed + 1, **where(notice=notice, deal=deal))


def guilty(tale: Tale) -> None:
    """One company for both."""
    _build(tale, innocent=False)


def innocent(tale: Tale) -> None:
    """Two companies that have nothing to do with each other."""
    _build(tale, innocent=True)
