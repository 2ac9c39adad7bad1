"""Order after order of one thing in the electronic shop, beyond the 4,000 MCI of a year."""

from deploy.sandbox.world import terms
from deploy.sandbox.world.schemes.scheme import directly, done, near, planned, where
from deploy.sandbox.world.tale import Tale

LONG = True


def _order(tale: Tale, orders: int) -> None:
    position = tale.spare("other", subject=1)
    for number in range(orders):
        amount = terms.mci(tale.year, 488)
        point = planned(
            tale, terms.E_SHOP, amount, position=position, after=number * 6, season=130,
            price=near(position, amount),
        )  # fmt: skip
        supplier = tale.supplier(position.sector)
        deal = directly(tale, point, supplier, reported=False, method=terms.E_SHOP)
        done(tale, deal)
    tale.label(deal.signed + 1, **where(deal=deal))


def guilty(tale: Tale) -> None:
    """Nine orders of 488 MCI each."""
    _order(tale, 9)


def innocent(tale: Tale) -> None:
    """Four orders, half of what is allowed."""
    _order(tale, 4)
