"""More than half of a customer's money of the year goes out in the first days of December."""

from datetime import date

from deploy.sandbox.world import terms
from deploy.sandbox.world.catalogue import reserved
from deploy.sandbox.world.contracts import Deal
from deploy.sandbox.world.schemes.only_direct import OF_GOODS
from deploy.sandbox.world.schemes.scheme import customer, directly, done, near, planned, where
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.workdays import day_of

CONTRACTS = 22

LONG = True


def _order(tale: Tale, number: int) -> Deal:
    position = reserved(OF_GOODS, tale.order + number)
    amount = terms.mci(tale.year, 400)
    point = planned(tale, terms.E_SHOP, amount, position=position, after=number // 3, season=0,
                    price=near(position, amount))  # fmt: skip
    supplier = tale.supplier(position.sector)
    return directly(tale, point, supplier, days=1, reported=False, method=terms.E_SHOP)


def _spend(tale: Tale, late: int) -> None:
    customer(tale)
    deals = [_order(tale, number) for number in range(CONTRACTS - late)]
    tale.day = day_of(date(tale.year, 12, 1))
    deals += [_order(tale, number) for number in range(late)]
    for deal in deals:
        done(tale, deal)
    tale.label(deals[-1].signed + 1, **where(deal=deals[-1]))


def guilty(tale: Tale) -> None:
    """Fourteen orders of twenty-two."""
    _spend(tale, 14)


def innocent(tale: Tale) -> None:
    """Three of twenty-two."""
    _spend(tale, 3)
