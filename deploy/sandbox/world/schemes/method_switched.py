"""Planned as a competition, concluded as a direct contract, without a change of the plan."""

from deploy.sandbox.world import terms
from deploy.sandbox.world.planning import replan
from deploy.sandbox.world.schemes.scheme import directly, done, planned, where
from deploy.sandbox.world.tale import Tale


def _buy(tale: Tale, *, innocent: bool) -> None:
    point = planned(tale, terms.COMPETITION, 38_000_000, subject=3)
    if innocent:
        replan(tale, point, point.record.at + 7_200, method=terms.DIRECT, justification=126)
    deal = directly(tale, point, tale.supplier(point.position.sector))
    done(tale, deal)
    tale.label(deal.signed + 1, **where(deal=deal))


def guilty(tale: Tale) -> None:
    """The plan says competition to the end."""
    _buy(tale, innocent=False)


def innocent(tale: Tale) -> None:
    """The plan was changed before: a state enterprise has the right by law (ground 26)."""
    _buy(tale, innocent=True)
