"""The company that drew up the design then wins the building of it.

It wrote the volumes and the materials, and knows what the others cannot (L7(1)2).
"""

from deploy.sandbox.world.catalogue import reserved, sectors_of
from deploy.sandbox.world.numbers import name
from deploy.sandbox.world.schemes.builder_supervisor import buy_for, named
from deploy.sandbox.world.schemes.scheme import where
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.workdays import DAY

LONG = True


def _build(tale: Tale, *, innocent: bool) -> None:
    kz, ru = name(tale.rng)
    start = tale.day * DAY + 30_000
    designer, other = tale.character(start), tale.character(start + 60)
    works = reserved(sectors_of("construction"), tale.order * 3 + 1)
    design = reserved(sectors_of("design"), tale.order * 3 + 1)
    drawing = named(design, f"Проектирование: мост у села {ru}", f"Жобалау: {kz} көпірі")
    bridge = named(works, f"Строительство: мост у села {ru}", f"Құрылыс: {kz} көпірі")
    buy_for(tale, drawing, 6_000_000, designer, 0)
    builder = other if innocent else designer
    notice, deal = buy_for(tale, bridge, 180_000_000, builder, 40)
    tale.label(deal.signed + 1, **where(notice=notice, deal=deal))


def guilty(tale: Tale) -> None:
    """The designer builds."""
    _build(tale, innocent=False)


def innocent(tale: Tale) -> None:
    """Another company builds."""
    _build(tale, innocent=True)
