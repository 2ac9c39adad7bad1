"""An auction for repairs, though the law keeps auctions for goods (L10(3))."""

from deploy.sandbox.world import terms
from deploy.sandbox.world.schemes.scheme import contest, done, opened, settle, where
from deploy.sandbox.world.tale import Tale


def _buy(tale: Tale, kind: str, subject: int) -> None:
    purchase = opened(tale, terms.AUCTION, 32_000_000, kind, subject=subject)
    contest(tale, purchase, tale.suppliers(purchase.sector, 3))
    notice, deal = settle(tale, purchase)
    done(tale, deal)
    tale.label(notice.times.publish, **where(notice=notice, deal=deal))


def guilty(tale: Tale) -> None:
    """Repair of a building by auction."""
    _buy(tale, "repair", 2)


def innocent(tale: Tale) -> None:
    """Goods, one lot."""
    _buy(tale, "other", 1)
