"""One supplier answers a quotation, but the invitation goes to another, who is dearer.

With one offer the quotation has failed and only that bidder may be invited, for no more than he
asked (L15(6), R501). Here the customer invites an acquaintance for the whole allocated sum.
"""

from deploy.sandbox.world import terms
from deploy.sandbox.world.procedures import after_failure, award, hold, priced
from deploy.sandbox.world.schemes.scheme import contest, done, opened, where
from deploy.sandbox.world.tale import Tale


def guilty(tale: Tale) -> None:
    """The only bidder is passed over."""
    purchase = opened(tale, terms.QUOTATIONS, 11_000_000)
    two = tale.suppliers(purchase.sector, 2)
    contest(tale, purchase, two[:1])
    purchase.lot.winner = None
    failed = hold(tale, terms.QUOTATIONS, [purchase.lot], purchase.times)
    notice, child = after_failure(
        tale, failed, purchase.lot, two[1], priced(purchase.lot, 1.0), automatic=False
    )  # fmt: skip
    deal = award(tale, notice, child)
    done(tale, deal)
    tale.label(deal.signed + 1, **where(notice=notice, deal=deal))


def innocent(tale: Tale) -> None:
    """The only bidder gets the contract, at his price."""
    purchase = opened(tale, terms.QUOTATIONS, 11_000_000)
    only = contest(tale, purchase, tale.suppliers(purchase.sector, 1))[0]
    purchase.lot.winner = None
    failed = hold(tale, terms.QUOTATIONS, [purchase.lot], purchase.times)
    notice, child = after_failure(
        tale, failed, purchase.lot, only.supplier, only.amount, automatic=True
    )  # fmt: skip
    deal = award(tale, notice, child)
    done(tale, deal)
    tale.label(deal.signed + 1, **where(notice=notice, deal=deal))
