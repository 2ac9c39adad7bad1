"""A competition finds no bidder once, and the customer invites a supplier at once.

The law asks for a repeat before single source (L15(3)-(4)): one empty round is not enough.
"""

from deploy.sandbox.world import terms
from deploy.sandbox.world.procedures import after_failure, award, hold, priced
from deploy.sandbox.world.schemes.scheme import contest, done, opened, where
from deploy.sandbox.world.tale import Tale


def guilty(tale: Tale) -> None:
    """No bid at the first attempt; the invitation follows two days later."""
    purchase = opened(tale, terms.COMPETITION, 25_000_000, subject=3)
    failed = hold(tale, terms.COMPETITION, [purchase.lot], purchase.times)
    chosen = tale.supplier(purchase.sector)
    amount = priced(purchase.lot, 0.995)
    notice, child = after_failure(tale, failed, purchase.lot, chosen, amount, automatic=False)
    deal = award(tale, notice, child)
    done(tale, deal)
    tale.label(notice.times.publish, **where(notice=notice, deal=deal))


def innocent(tale: Tale) -> None:
    """A quotation with one offer: the law itself sends the only bidder the invitation (L15(6))."""
    purchase = opened(tale, terms.QUOTATIONS, 6_000_000, subject=3)
    only = contest(tale, purchase, tale.suppliers(purchase.sector, 1))[0]
    purchase.lot.winner = None
    failed = hold(tale, terms.QUOTATIONS, [purchase.lot], purchase.times)
    notice, child = after_failure(
        tale, failed, purchase.lot, only.supplier, only.amount, automatic=True
    )  # fmt: skip
    deal = award(tale, notice, child)
    done(tale, deal)
    tale.label(notice.times.publish, **where(notice=notice, deal=deal))
