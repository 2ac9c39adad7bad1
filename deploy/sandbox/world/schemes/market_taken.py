"""Six companies shared the market of an apparatus; within a year one has taken most of it."""

from deploy.sandbox.world import terms
from deploy.sandbox.world.catalogue import OWN_MARKETS, Position
from deploy.sandbox.world.contracts import Deal
from deploy.sandbox.world.parties import Party
from deploy.sandbox.world.schemes.scheme import (
    Opened,
    contest,
    directly,
    done,
    long_ago,
    planned,
    settle,
    times_for,
    where,
)
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.tenders import Lot
from deploy.sandbox.world.workdays import DAY

ORDERS, SELLERS, APART, A_YEAR = 20, 6, 4, 380

LONG = True


def _order(tale: Tale, thing: Position, seller: Party, number: int, method: int) -> Deal:
    """Let some customer order one apparatus."""
    point = planned(
        tale, method, thing.price, position=thing, season=170, after=number * APART,
        buyer=tale.buyer_of(tale.rng),
    )  # fmt: skip
    if method == terms.E_SHOP:
        return directly(tale, point, seller, reported=False, method=method)
    purchase = Opened(Lot([point]), times_for(tale, method, point), method)
    contest(tale, purchase, [seller, *tale.suppliers(thing.sector, 2)])
    return settle(tale, purchase)[1]


def _sell(tale: Tale, thing: Position, sellers: list[Party]) -> Deal:
    """Let customers of all kinds order, by quotations and in the electronic shop by turns."""
    methods = (terms.QUOTATIONS, terms.E_SHOP)
    deals = [_order(tale, thing, one, n, methods[n % 2]) for n, one in enumerate(sellers)]
    for deal in deals:
        done(tale, deal)
    return deals[-1]


def _take(tale: Tale, first: int, *, innocent: bool) -> None:
    """Two years of the market, in the second of which the first seller has so many orders."""
    thing = OWN_MARKETS[(2 * tale.year + innocent) % len(OWN_MARKETS)]
    six = [tale.character(tale.day * DAY + 28_000 + n, thing.sector) for n in range(SELLERS)]
    in_turn = [six[number % SELLERS] for number in range(ORDERS)]
    with long_ago(tale, A_YEAR):
        _sell(tale, thing, in_turn)
    others = [six[1 + number % (SELLERS - 1)] for number in range(ORDERS - first)]
    deal = _sell(tale, thing, [*others, *([six[0]] * first)])
    tale.label(deal.signed + 1, **where(deal=deal, supplier=six[0]))


def guilty(tale: Tale) -> None:
    """From four orders of twenty to twelve."""
    _take(tale, 12, innocent=False)


def innocent(tale: Tale) -> None:
    """From four orders to five."""
    _take(tale, 5, innocent=True)
