"""The supplier's telephone is the customer's own: the company belongs to the family of an official.

The contract names one number for both sides, and the register of participants says the same.
"""

from deploy.sandbox.world import terms
from deploy.sandbox.world.schemes.scheme import contest, done, opened, settle, where
from deploy.sandbox.world.tale import Tale


def guilty(tale: Tale) -> None:
    """One telephone for the customer and the winner."""
    purchase = opened(tale, terms.COMPETITION, 27_000_000, subject=3)
    entered = purchase.times.publish - 7_200
    kin = tale.character(entered, purchase.sector, phone=tale.buyer.phone)
    contest(tale, purchase, [kin, *tale.suppliers(purchase.sector, 2)])
    notice, deal = settle(tale, purchase)
    done(tale, deal)
    tale.label(notice.times.results, **where(notice=notice, deal=deal))


def innocent(tale: Tale) -> None:
    """Only the surnames are alike: no identifier, no contact in common."""
    purchase = opened(tale, terms.COMPETITION, 27_000_000, subject=3)
    surname = tale.buyer.head.split()[0]
    entered = purchase.times.publish - 7_200
    namesake = tale.character(entered, purchase.sector, head=f"{surname} АСКАРБЕК")
    contest(tale, purchase, [namesake, *tale.suppliers(purchase.sector, 2)])
    notice, deal = settle(tale, purchase)
    done(tale, deal)
    tale.label(notice.times.results, **where(notice=notice, deal=deal))
