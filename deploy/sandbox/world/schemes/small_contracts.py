"""A row of direct contracts just below the limit of small purchases, all to one supplier.

Ground 28 allows 100 MCI of one good a year; five contracts of nearly as much each are five times
that, bought without any competition.
"""

from deploy.sandbox.world import terms
from deploy.sandbox.world.contracts import Deal
from deploy.sandbox.world.schemes.scheme import directly, done, planned, where
from deploy.sandbox.world.tale import Tale

SMALL = 128


def _row_of_contracts(tale: Tale, parts: int, amount: float) -> list[Deal]:
    position = tale.spare("other", subject=1)
    supplier = tale.supplier(position.sector)
    deals = []
    for part in range(parts):
        point = planned(
            tale, terms.DIRECT, amount, position=position, justification=SMALL, after=part * 6,
            price=round(amount / 10, 2), season=90,
        )  # fmt: skip
        deals.append(directly(tale, point, supplier))
        done(tale, deals[-1])
    return deals


def guilty(tale: Tale) -> None:
    """Five contracts of 97 % of the limit each."""
    limit = terms.direct_small(tale.year, goods=True, rural=tale.buyer.rural)
    deals = _row_of_contracts(tale, 5, limit * 0.97)
    seen = max(deal.signed for deal in deals) + 1
    tale.label(seen, **where(deal=deals[-1]))


def innocent(tale: Tale) -> None:
    """Three small contracts that stay below the limit together."""
    deals = _row_of_contracts(tale, 3, terms.mci(tale.year, 30))
    tale.label(deals[-1].signed + 1, **where(deal=deals[-1]))
