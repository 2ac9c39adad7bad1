"""A company that sells whatever is asked for: paper, meat, repairs, transport, guards.

One customer gives it every small contract of the year, though no two of them have to do with each
other.
"""

from deploy.sandbox.world import terms
from deploy.sandbox.world.catalogue import SECTORS, reserved
from deploy.sandbox.world.contracts import Deal
from deploy.sandbox.world.schemes.scheme import directly, done, planned, where
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.workdays import DAY

PURCHASES = 22
KINDS = tuple(
    number
    for number, sector in enumerate(SECTORS)
    if sector.kind not in ("utility", "construction")
)

LONG = True


def _sell(tale: Tale, sectors: list[int]) -> Deal:
    seller = tale.character(tale.day * DAY + 30_000)
    for number, sector in enumerate(sectors):
        position = reserved((sector,), tale.order + number)
        goods = position.subject == 1
        amount = terms.direct_small(tale.year, goods=goods, rural=False) * 0.4
        point = planned(
            tale, terms.DIRECT, amount, position=position, justification=128, after=number * 4,
            season=130,
        )  # fmt: skip
        deal = directly(tale, point, seller)
        done(tale, deal)
    return deal


def guilty(tale: Tale) -> None:
    """Twenty-two contracts over a dozen trades."""
    sectors = [KINDS[number % len(KINDS)] for number in range(PURCHASES)]
    deal = _sell(tale, sectors)
    tale.label(deal.signed + 1, **where(deal=deal))


def innocent(tale: Tale) -> None:
    """A stationer sells paper and furniture, three times in all."""
    deal = _sell(tale, [0, 2, 0])
    tale.label(deal.signed + 1, **where(deal=deal))
