"""One need is cut into price quotations, so that no part reaches the 8,000 MCI of a year.

The same item of the same customer is announced again and again; together the year's purchases
should have been one competition (L10(4) forbids the splitting).
"""

from deploy.sandbox.world import terms
from deploy.sandbox.world.contracts import Deal
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
from deploy.sandbox.world.tenders import Lot

LONG = True


def _buy(tale: Tale, parts: int, share: float) -> list[Deal]:
    position = tale.spare("other", subject=1)
    deals = []
    for part in range(parts):
        limit = terms.mci(tale.year, terms.QUOTATIONS_YEAR)
        point = planned(
            tale, terms.QUOTATIONS, limit * share, position=position, after=part * 9, season=130
        )
        purchase = Opened(Lot([point]), times_for(tale, terms.QUOTATIONS, point), terms.QUOTATIONS)
        contest(tale, purchase, tale.suppliers(position.sector, 3))
        _, deal = settle(tale, purchase)
        done(tale, deal)
        deals.append(deal)
    return deals


def guilty(tale: Tale) -> None:
    """Three parts of 45 % of the limit each."""
    deals = _buy(tale, 3, 0.45)
    seen = max(deal.signed for deal in deals) + 1
    tale.label(seen, **where(deal=deals[-1]))


def innocent(tale: Tale) -> None:
    """Two purchases that together stay below the limit."""
    deals = _buy(tale, 2, 0.4)
    tale.label(deals[-1].signed + 1, **where(deal=deals[-1]))
