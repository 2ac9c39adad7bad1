"""What else happens on the portal: plans nobody follows up, newcomers, addresses that change."""

from deploy.sandbox.world import terms
from deploy.sandbox.world.listing import list_somebody
from deploy.sandbox.world.planning import plan, withdraw
from deploy.sandbox.world.procedures import working_moment
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.workdays import text

BACKGROUND_SHARE = 0.035
"""Tales that are about no purchase."""


def tell_background(tale: Tale) -> None:
    """Tell one of these small things."""
    told = tale.rng.choices((list_somebody, idle_plan, newcomer), (25, 45, 30))[0]
    told(tale)


def idle_plan(tale: Tale) -> None:
    """A point of the plan that is never announced; some are given up, some deleted."""
    rng = tale.rng
    method = rng.choice((terms.QUOTATIONS, terms.COMPETITION))
    planned = working_moment(rng, tale.day)
    point = plan(tale, planned, tale.spare("other", subject=1), method, rng.uniform(2e5, 6e6))
    later = working_moment(rng, tale.day + rng.randint(10, 90))
    fate = rng.random()
    if fate < 0.4:  # noqa: PLR2004 (two fifths are given up)
        withdraw(point, later)
    elif fate < 0.6:  # noqa: PLR2004 (a fifth is deleted)
        point.record.patch(later, isDeleted=1, isActive=0)


def newcomer(tale: Tale) -> None:
    """A supplier enters the register, and moves some weeks later."""
    rng = tale.rng
    entered = working_moment(rng, tale.day)
    party = tale.character(entered, sector=rng.randrange(8), founded=tale.day - rng.randint(1, 90))
    moved = working_moment(rng, tale.day + rng.randint(15, 60))
    record = tale.records[-1]
    address = f"{party.place.full_ru}, ул. Жаңа, дом {rng.randint(1, 90)}"
    old = record.row["Address"][0]
    new = {**old, "address": address, "editDate": text(moved), "indexDate": text(moved)}
    record.patch(moved, Address=[new])
