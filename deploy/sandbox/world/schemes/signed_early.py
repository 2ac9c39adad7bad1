"""Signed the day after the results, before anybody could complain.

The losers have three working days (L25(1)); the contract leaves them none.
"""

from deploy.sandbox.world import terms
from deploy.sandbox.world.contracts import Deal, Line, conclude
from deploy.sandbox.world.procedures import completion, hold
from deploy.sandbox.world.schemes.scheme import Opened, contest, done, opened, where
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.tenders import Notice
from deploy.sandbox.world.workdays import DAY, office_hour, working_after


def sign_after(tale: Tale, purchase: Opened, notice: Notice, days: int) -> Deal:
    """Sign with the winner so many working days after the results."""
    lot, rng = purchase.lot, tale.rng
    assert lot.winner
    assert lot.record
    results = notice.times.results // DAY
    drafted = office_hour(rng, working_after(results, max(1, days - 1)), 9, 11)
    signed = office_hour(rng, working_after(results, days), 12, 18)
    point = purchase.point
    price = int(point.price * lot.winner.amount / lot.amount * 100 + 1e-6) / 100
    return conclude(
        tale, supplier=lot.winner.supplier,
        lines=[Line(point, point.quantity, price, lot.record.id)], method=purchase.method,
        drafted=drafted, signed=signed,
        until=completion(rng, point.position.subject, signed, point.year), notice=notice,
    )  # fmt: skip


def _buy(tale: Tale, method: int, kind: str) -> None:
    purchase = opened(tale, method, 26_000_000, kind, subject=3)
    contest(tale, purchase, tale.suppliers(purchase.sector, 3))
    notice = hold(tale, method, [purchase.lot], purchase.times)
    deal = sign_after(tale, purchase, notice, 1)
    done(tale, deal)
    tale.label(deal.signed + 1, **where(notice=notice, deal=deal))


def guilty(tale: Tale) -> None:
    """A competition, signed after one working day."""
    _buy(tale, terms.COMPETITION, "other")


def innocent(tale: Tale) -> None:
    """Rating points leave nothing to complain about (R297): the next day is lawful."""
    _buy(tale, terms.RATING, "design")
