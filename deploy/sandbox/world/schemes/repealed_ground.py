"""Single source by a ground that is no longer in the law.

The plan still names a subparagraph of article 39 of the law of 2015, which was repealed even before
that law ended.
"""

from deploy.sandbox.world import terms
from deploy.sandbox.world.dictionaries.grounds import REPEALED
from deploy.sandbox.world.schemes.scheme import directly, done, planned, where
from deploy.sandbox.world.tale import Tale


def _buy(tale: Tale, ground: int, amount: float) -> None:
    point = planned(tale, terms.DIRECT, amount, subject=3, justification=ground)
    deal = directly(tale, point, tale.supplier(point.position.sector))
    done(tale, deal)
    tale.label(deal.signed + 1, **where(deal=deal))


def guilty(tale: Tale) -> None:
    """A large service by a repealed ground."""
    _buy(tale, REPEALED[tale.order % len(REPEALED)], 46_000_000)


def innocent(tale: Tale) -> None:
    """A small service by the ground for small purchases that is in force."""
    _buy(tale, 128, terms.mci(tale.year, 200))
