"""Two bidders who seem to compete sit at one desk: same telephone, same head.

The second bid is there so that the purchase does not look like a single offer.
"""

from deploy.sandbox.world import terms
from deploy.sandbox.world.schemes.scheme import contest, done, opened, settle, where
from deploy.sandbox.world.tale import Tale


def guilty(tale: Tale) -> None:
    """Both bidders have the same head and telephone."""
    purchase = opened(tale, terms.QUOTATIONS, 16_000_000)
    entered = purchase.times.publish - 7_200
    one = tale.character(entered, purchase.sector)
    same = {"phone": one.phone, "head": one.head, "head_iin": one.head_iin}
    other = tale.character(entered + 60, purchase.sector, **same)
    contest(tale, purchase, [one, other])
    notice, deal = settle(tale, purchase)
    done(tale, deal)
    tale.label(notice.times.results, **where(notice=notice, deal=deal))


def innocent(tale: Tale) -> None:
    """Two tenants of one business centre: the address is the same, nothing else."""
    purchase = opened(tale, terms.QUOTATIONS, 16_000_000)
    entered = purchase.times.publish - 7_200
    one = tale.character(entered, purchase.sector)
    other = tale.character(entered + 60, purchase.sector, address=one.address, place=one.place)
    contest(tale, purchase, [one, other, *tale.suppliers(purchase.sector, 1)])
    notice, deal = settle(tale, purchase)
    done(tale, deal)
    tale.label(notice.times.results, **where(notice=notice, deal=deal))
