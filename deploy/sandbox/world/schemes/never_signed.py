"""The draft of a contract lies about for weeks after the results, and nobody calls it off."""

from deploy.sandbox.world import terms
from deploy.sandbox.world.contracts import Line, leave_unsigned
from deploy.sandbox.world.procedures import hold
from deploy.sandbox.world.schemes.scheme import contest, done, opened, where
from deploy.sandbox.world.schemes.signed_early import sign_after
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.workdays import DAY, office_hour, working_after

DAYS_UNTIL_KNOWN = 40

LONG = True


def guilty(tale: Tale) -> None:
    """Never signed, never called off."""
    purchase = opened(tale, terms.COMPETITION, 21_000_000, season=130)
    contest(tale, purchase, tale.suppliers(purchase.sector, 3))
    notice = hold(tale, terms.COMPETITION, [purchase.lot], purchase.times)
    results, lot, point = notice.times.results, purchase.lot, purchase.point
    assert lot.record
    assert lot.winner
    drafted = office_hour(tale.rng, working_after(results // DAY, 5), 9, 12)
    price = int(point.price * lot.winner.amount / lot.amount * 100 + 1e-6) / 100
    line = Line(point, point.quantity, price, lot.record.id)
    deal = leave_unsigned(tale, lot.winner.supplier, line, notice, drafted)
    tale.label(results + DAYS_UNTIL_KNOWN * DAY, **where(notice=notice, deal=deal))


def innocent(tale: Tale) -> None:
    """Signed on the fourteenth working day, after a reminder."""
    purchase = opened(tale, terms.COMPETITION, 21_000_000, season=130)
    contest(tale, purchase, tale.suppliers(purchase.sector, 3))
    notice = hold(tale, terms.COMPETITION, [purchase.lot], purchase.times)
    deal = sign_after(tale, purchase, notice, 14)
    done(tale, deal)
    tale.label(notice.times.results + DAYS_UNTIL_KNOWN * DAY, **where(notice=notice, deal=deal))
