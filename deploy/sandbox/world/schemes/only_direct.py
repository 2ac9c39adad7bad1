"""A whole year of one customer: thirty-three contracts, each just below the limit, none contested.

Every sum was chosen so that nobody had to be asked.
"""

from deploy.sandbox.world import terms
from deploy.sandbox.world.catalogue import GOODS, SECTORS, reserved
from deploy.sandbox.world.contracts import Deal
from deploy.sandbox.world.schemes.scheme import customer, directly, done, near, planned, where
from deploy.sandbox.world.tale import Tale

SMALL = 128
OF_GOODS = tuple(number for number, sector in enumerate(SECTORS) if sector.subject == GOODS)

LONG = True


def _buy(tale: Tale, number: int, method: int, amount: float) -> Deal:
    position = reserved(OF_GOODS, tale.order + number)
    direct = method == terms.DIRECT
    point = planned(
        tale, method, amount, position=position, justification=SMALL if direct else 0,
        after=number * 3, season=130, price=near(position, amount),
    )  # fmt: skip
    supplier = tale.supplier(position.sector)
    deal = directly(tale, point, supplier, reported=direct, method=method)
    done(tale, deal)
    return deal


def guilty(tale: Tale) -> None:
    """Thirty-three times 97 MCI for different things."""
    customer(tale)
    limit = terms.direct_small(tale.year, goods=True, rural=False)
    deals = [_buy(tale, n, terms.DIRECT, limit * 0.97) for n in range(33)]
    tale.label(deals[-1].signed + 1, **where(deal=deals[-1]))


def innocent(tale: Tale) -> None:
    """Ten small direct contracts beside twelve large orders in the electronic shop."""
    customer(tale)
    limit = terms.direct_small(tale.year, goods=True, rural=False)
    sums = [(terms.DIRECT, limit * 0.97)] * 10 + [(terms.E_SHOP, limit * 3.2)] * 12
    deals = [_buy(tale, n, method, amount) for n, (method, amount) in enumerate(sums)]
    tale.label(deals[-1].signed + 1, **where(deal=deals[-1]))
