"""The contract is signed first, and its plan point is approved a week later."""

from deploy.sandbox.world import terms
from deploy.sandbox.world.planning import act_number
from deploy.sandbox.world.schemes.scheme import directly, done, planned, where
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.workdays import DAY, office_hour, text, working_after

SMALL, EMERGENCY = 128, 103


def _sign(tale: Tale, amount: float, ground: int) -> None:
    point = planned(tale, terms.DIRECT, amount, justification=ground)
    deal = directly(tale, point, tale.supplier(point.position.sector), days=1, until=tale.day + 25)
    approved = office_hour(tale.rng, working_after(deal.signed // DAY, 6), 10, 12)
    act = point.record.row["PlanActs"]
    point.record.row["PlanActs"] = {**act, "dateApproved": None, "refPlanStatusId": 1}
    number = act_number(approved)
    signed = {**act, "planActNumber": number, "dateApproved": text(approved)}
    point.record.patch(approved, PlanActs=signed)
    done(tale, deal)
    tale.label(approved, **where(deal=deal))


def guilty(tale: Tale) -> None:
    """A small purchase, signed before anybody had approved it."""
    _sign(tale, terms.mci(tale.year, 70), SMALL)


def innocent(tale: Tale) -> None:
    """Pumps after a flood: what is bought in an emergency may be planned afterwards."""
    _sign(tale, 6_000_000, EMERGENCY)
