"""A supplier barred as unfair takes part and wins while the entry in the register is in force."""

from deploy.sandbox.world import terms
from deploy.sandbox.world.listing import list_party
from deploy.sandbox.world.schemes.scheme import contest, done, opened, settle, where
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.workdays import DAY


def guilty(tale: Tale) -> None:
    """Listed four months before the bid, for two years."""
    purchase = opened(tale, terms.QUOTATIONS, 14_000_000)
    entered = purchase.times.publish - 5 * DAY
    barred = tale.character(max(entered, tale.day * DAY + 3_600), purchase.sector)
    list_party(tale, barred, purchase.times.publish - 3_600, purchase.times.publish // DAY - 120)
    contest(tale, purchase, [barred, *tale.suppliers(purchase.sector, 2)])
    notice, deal = settle(tale, purchase)
    done(tale, deal)
    tale.label(notice.times.results, **where(notice=notice, deal=deal))


def innocent(tale: Tale) -> None:
    """Listed only three weeks after signing, for another contract."""
    purchase = opened(tale, terms.QUOTATIONS, 14_000_000)
    later = tale.character(purchase.times.publish - 3_600, purchase.sector)
    contest(tale, purchase, [later, *tale.suppliers(purchase.sector, 2)])
    notice, deal = settle(tale, purchase)
    done(tale, deal)
    known = deal.signed + 21 * DAY
    list_party(tale, later, known, known // DAY)
    tale.label(known, **where(notice=notice, deal=deal))
