"""In the last weeks of December money must be spent: contracts, acts and payments within days.

What was signed on one day is accepted on the next; nobody could have done the work in between.
"""

from datetime import date

from deploy.sandbox.world import terms
from deploy.sandbox.world.contracts import Deal
from deploy.sandbox.world.schemes.act_too_soon import accept
from deploy.sandbox.world.schemes.scheme import directly, planned, where
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.workdays import day_of


def _december(tale: Tale, first: int, subject: int) -> list[Deal]:
    start = day_of(date(tale.year, 12, first))
    year = tale.year if tale.day <= start else tale.year + 1
    tale.day = day_of(date(year, 12, first))
    deals = []
    for number in range(3):
        kind, amount = ("repair", 24_000_000) if subject > 1 else ("other", 300_000)
        point = planned(
            tale, terms.DIRECT, amount, kind, subject=subject, after=number, season=0,
            justification=104 if subject > 1 else 128,
        )  # fmt: skip
        supplier = tale.supplier(point.position.sector)
        until = point.record.at // 86_400 + (9 if subject > 1 else 0)
        deal = directly(tale, point, supplier, days=1, until=until if subject > 1 else None)
        deals.append(deal)
    return deals


def guilty(tale: Tale) -> None:
    """Three repairs signed about the tenth and accepted two working days later."""
    for deal in _december(tale, 9, 2):
        approved = accept(tale, deal, 2)
        tale.label(approved, **where(deal=deal))


def innocent(tale: Tale) -> None:
    """Small goods bought at the beginning of December, with the lawful term to deliver."""
    for deal in _december(tale, 2, 1):
        approved = accept(tale, deal, 8)
        tale.label(approved, **where(deal=deal))
