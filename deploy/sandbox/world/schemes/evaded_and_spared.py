"""The winner lets the day of signing go by, and the customer does not have him listed (L8(4)2)."""

from deploy.sandbox.world import terms
from deploy.sandbox.world.contracts import Line, evade
from deploy.sandbox.world.listing import list_party
from deploy.sandbox.world.procedures import hold
from deploy.sandbox.world.schemes.scheme import contest, opened, where
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.workdays import DAY, at, office_hour, working_after


def _evade(tale: Tale, listed_after: int | None) -> None:
    method = terms.QUOTATIONS
    purchase = opened(tale, method, 5_500_000)
    party = tale.character(tale.day * DAY + 28_000, purchase.sector)
    contest(tale, purchase, [party, *tale.suppliers(purchase.sector, 2)])
    notice = hold(tale, method, [purchase.lot], purchase.times)
    results, lot, point = notice.times.results, purchase.lot, purchase.point
    assert lot.record
    assert lot.winner
    drafted = office_hour(tale.rng, working_after(results // DAY, 1), 9, 12)
    due = at(working_after(results // DAY, terms.term("signing", method)), 18, 30)
    price = int(point.price * lot.winner.amount / lot.amount * 100 + 1e-6) / 100
    line = Line(point, point.quantity, price, lot.record.id)
    deal = evade(tale, party, line, notice, drafted=drafted, due=due)
    if listed_after:
        day = working_after(due // DAY + listed_after, 0)
        list_party(tale, party, office_hour(tale.rng, day, 10, 16), day)
    tale.label(due + 32 * DAY, **where(notice=notice, deal=deal))


def guilty(tale: Tale) -> None:
    """No contract, and a month later no entry in the register."""
    _evade(tale, None)


def innocent(tale: Tale) -> None:
    """Listed twelve days after the term."""
    _evade(tale, 12)
