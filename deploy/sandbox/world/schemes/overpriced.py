"""An everyday item at twice what all others pay for it.

The plan itself was inflated, so that the price seems to keep within the allocated sum.
"""

from deploy.sandbox.world import terms
from deploy.sandbox.world.catalogue import sectors_of, turn_of
from deploy.sandbox.world.schemes.scheme import contest, done, opened, settle, where
from deploy.sandbox.world.tale import Tale


def _buy(tale: Tale, factor: float) -> None:
    position = turn_of(sectors_of("other", subject=1), tale.order % 3)
    amount = min(position.price * factor * 120, terms.mci(tale.year, 4_000))
    purchase = opened(
        tale, terms.QUOTATIONS, amount, position=position, price=round(position.price * factor, 2)
    )
    contest(tale, purchase, tale.suppliers(position.sector, 3))
    notice, deal = settle(tale, purchase)
    done(tale, deal)
    tale.label(deal.signed + 1, **where(notice=notice, deal=deal))


def guilty(tale: Tale) -> None:
    """2.4 times the usual price."""
    _buy(tale, 2.4)


def innocent(tale: Tale) -> None:
    """A tenth above the usual price, for delivery to a far village."""
    _buy(tale, 1.12)
