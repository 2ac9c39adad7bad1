"""Office furniture bought as if there were an emergency.

Ground 3 is for disasters, outbreaks and breakdowns; this delivery takes three months and no
emergency was declared.
"""

from deploy.sandbox.world import terms
from deploy.sandbox.world.schemes.act_too_soon import accept
from deploy.sandbox.world.schemes.scheme import directly, done, planned, where
from deploy.sandbox.world.tale import Tale

EMERGENCY = 103

LONG = True


def guilty(tale: Tale) -> None:
    """Delivered after three months."""
    point = planned(tale, terms.DIRECT, 41_000_000, justification=EMERGENCY, season=130)
    until = point.record.at // 86_400 + 95
    deal = directly(tale, point, tale.supplier(point.position.sector), until=until)
    done(tale, deal)
    tale.label(deal.signed + 1, **where(deal=deal))


def innocent(tale: Tale) -> None:
    """Pumps after a flood, delivered in two days."""
    point = planned(tale, terms.DIRECT, 15_000_000, justification=EMERGENCY)
    until = point.record.at // 86_400 + 20
    deal = directly(tale, point, tale.supplier(point.position.sector), days=1, until=until)
    approved = accept(tale, deal, 2)
    tale.label(approved, **where(deal=deal))
