"""The contract is signed first and put into the plan a week later."""

from deploy.sandbox.world import terms
from deploy.sandbox.world.contracts import Line, conclude
from deploy.sandbox.world.schemes.scheme import done, planned, where
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.workdays import DAY, office_hour, working_after

SMALL, EMERGENCY = 128, 103


def _sign(tale: Tale, amount: float, ground: int) -> None:
    rng = tale.rng
    point = planned(tale, terms.DIRECT, amount, justification=ground, after=12)
    day = working_after(point.record.at // DAY - 9, 0)
    drafted, signed = office_hour(rng, day, 9, 11), office_hour(rng, day, 13, 17)
    deal = conclude(
        tale, supplier=tale.supplier(point.position.sector),
        lines=[Line(point, point.quantity, point.price)], method=terms.DIRECT, drafted=drafted,
        signed=signed, until=day + 24, reported=office_hour(rng, working_after(day, 2), 9, 18),
    )  # fmt: skip
    done(tale, deal)
    tale.label(point.record.at, **where(deal=deal))


def guilty(tale: Tale) -> None:
    """A small purchase, signed before anybody had planned it."""
    _sign(tale, terms.mci(tale.year, 70), SMALL)


def innocent(tale: Tale) -> None:
    """Pumps after a flood: what is bought in an emergency may be planned afterwards."""
    _sign(tale, 6_000_000, EMERGENCY)
