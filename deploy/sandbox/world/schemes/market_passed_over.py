"""Four suppliers bid for it in spring; in summer the same thing is bought from one, unasked."""

from deploy.sandbox.world import terms
from deploy.sandbox.world.schemes.scheme import (
    Opened,
    contest,
    directly,
    done,
    planned,
    settle,
    times_for,
    where,
)
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.tenders import Lot

RESERVE = 104

LONG = True


def _buy(tale: Tale, bidders: int) -> None:
    position, place = tale.spare("other", subject=1), tale.buyer.place
    point = planned(tale, terms.QUOTATIONS, 9_000_000, position=position, season=150, place=place)
    purchase = Opened(Lot([point]), times_for(tale, terms.QUOTATIONS, point), terms.QUOTATIONS)
    contest(tale, purchase, tale.suppliers(position.sector, bidders))
    _, deal = settle(tale, purchase)
    done(tale, deal)
    again = planned(
        tale, terms.DIRECT, 18_000_000, position=position, justification=RESERVE, after=70,
        season=150, place=place,
    )  # fmt: skip
    deal = directly(tale, again, tale.supplier(position.sector))
    done(tale, deal)
    tale.label(deal.signed + 1, **where(deal=deal))


def guilty(tale: Tale) -> None:
    """Four bidders."""
    _buy(tale, 4)


def innocent(tale: Tale) -> None:
    """Two bidders, who are no market."""
    _buy(tale, 2)
