"""A supplier who is not registered for VAT invoices it all the same, and the customer pays.

The contract shows a sum with tax on top of the net sum, the register of VAT payers has no entry:
the difference stays with the supplier.
"""

from deploy.sandbox.world import terms
from deploy.sandbox.world.schemes.scheme import contest, done, opened, settle, where
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.workdays import DAY


def guilty(tale: Tale) -> None:
    """The winner has never been a payer; the contract carries tax."""
    purchase = opened(tale, terms.QUOTATIONS, 9_000_000)
    cheat = tale.character(purchase.times.publish - DAY, purchase.sector, vat=None)
    contest(tale, purchase, [cheat, *tale.suppliers(purchase.sector, 2)])
    notice, deal = settle(tale, purchase, payer=True)
    done(tale, deal)
    tale.label(deal.signed + 1, **where(notice=notice, deal=deal))


def innocent(tale: Tale) -> None:
    """The winner became a payer some weeks before signing: tax is rightly on top."""
    purchase = opened(tale, terms.QUOTATIONS, 9_000_000)
    began = purchase.times.publish // DAY - 20
    honest = tale.character(purchase.times.publish - DAY, purchase.sector, vat=(began, None))
    contest(tale, purchase, [honest, *tale.suppliers(purchase.sector, 2)])
    notice, deal = settle(tale, purchase)
    done(tale, deal)
    tale.label(deal.signed + 1, **where(notice=notice, deal=deal))
