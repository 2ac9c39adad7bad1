"""More is ordered by addendum than the purchase ever saved.

For more volume the law gives only the money that competition left over (L18(2)3); here the
contract ends well above the allocated sum.
"""

from deploy.sandbox.world import terms
from deploy.sandbox.world.contracts import amend
from deploy.sandbox.world.schemes.scheme import cheaply, contest, done, opened, settle, where
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.workdays import DAY, office_hour, working_after


def _order_more(tale: Tale, factor: float) -> None:
    purchase = opened(tale, terms.QUOTATIONS, 15_000_000, price=1_500.0)
    bids = contest(tale, purchase, tale.suppliers(purchase.sector, 3))
    bids[0].amount = cheaply(purchase, 0.91)
    notice, deal = settle(tale, purchase)
    when = office_hour(tale.rng, working_after(deal.signed // DAY, 5), 10, 16)
    amend(tale, deal, when, (3,), quantities=factor)
    done(tale, deal)
    tale.label(when, **where(notice=notice, deal=deal))


def guilty(tale: Tale) -> None:
    """Two fifths more than was bought."""
    _order_more(tale, 1.4)


def innocent(tale: Tale) -> None:
    """A little more, paid from the saving."""
    _order_more(tale, 1.05)
