"""The ground for bridging January is used in summer, for half a year.

Ground 35 covers daily needs at the start of a year, for two months at most, until the main purchase
is decided; there is none.
"""

from datetime import date

from deploy.sandbox.world import terms
from deploy.sandbox.world.schemes.scheme import directly, done, planned, where
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.workdays import DAY, day_of

BRIDGE, RENT = 135, 138

LONG = True


def _buy(tale: Tale, kind: str, ground: int) -> None:
    point = planned(
        tale, terms.DIRECT, 3_500_000, kind, subject=3, justification=ground, season=135
    )  # fmt: skip
    deal = directly(
        tale, point, tale.supplier(point.position.sector), days=1,
        until=point.record.at // DAY + 150,
    )  # fmt: skip
    done(tale, deal)
    tale.label(deal.signed + 1, **where(deal=deal))


def guilty(tale: Tale) -> None:
    """Not in January, and for five months."""
    february = day_of(date(tale.year, 2, 10))
    tale.day = max(tale.day, february)
    _buy(tale, "other", BRIDGE)


def innocent(tale: Tale) -> None:
    """Rent for five months, for which another ground stands in the law (38)."""
    _buy(tale, "rent", RENT)
