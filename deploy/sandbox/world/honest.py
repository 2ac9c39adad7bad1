"""Ordinary purchases, each by the law: the background against which the planted stories stand."""

from collections.abc import Callable
from math import exp
from random import Random
from typing import Final, NamedTuple

from deploy.sandbox.world import terms
from deploy.sandbox.world.catalogue import GOODS, WORKS, sectors_of
from deploy.sandbox.world.contracts import Deal, Line, amend, conclude
from deploy.sandbox.world.execution import carry_out
from deploy.sandbox.world.failures import run
from deploy.sandbox.world.parties import Party
from deploy.sandbox.world.planning import DESK_CONTROL, plan, replan
from deploy.sandbox.world.procedures import completion, working_moment
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.tenders import Lot
from deploy.sandbox.world.workdays import (
    DAY,
    last_day,
    office_hour,
    working_after,
    year_of,
)


class Habit(NamedTuple):
    """A usual kind of purchase: how often, by which method, of what, for how much (KZT net).

    `typical` is the median, `spread` the sigma of the logarithm, `most` the ceiling in MCI.
    """

    weight: float
    method: int
    kinds: tuple[str, ...]
    subject: int
    typical: int
    spread: float
    most: int
    ground: int = 0
    lead: tuple[int, int] = (2, 9)


LOTS: Final = {1: 86, 2: 9, 3: 5}
"""How many lots an ordinary notice has, by weight."""

SMALL = 28
HABITS: Final = (
    Habit(11.0, 23, ("other",), 1, 150_000, 0.7, 98, SMALL),
    Habit(9.0, 23, ("other",), 3, 600_000, 0.7, 490, SMALL),
    Habit(6.5, 23, ("utility",), 3, 4_600_000, 1.2, 60_000, 1),
    Habit(2.0, 23, ("telecom",), 3, 600_000, 0.8, 4_000, 1),
    Habit(1.6, 23, ("rent",), 3, 2_400_000, 0.9, 20_000, 38),
    Habit(2.6, 23, ("other",), 3, 32_000_000, 1.0, 120_000, 26),
    Habit(1.0, 23, ("construction", "repair"), 2, 60_000_000, 0.9, 150_000, 4),
    Habit(16.5, 60, ("other",), 1, 420_000, 0.9, 495),
    Habit(24.0, 3, ("other",), 1, 1_500_000, 1.1, 7_600),
    Habit(9.0, 3, ("other",), 3, 2_600_000, 1.0, 7_600),
    Habit(3.0, 3, ("repair",), 2, 7_000_000, 0.8, 7_600),
    Habit(3.6, 2, ("other",), 1, 16_000_000, 1.0, 150_000, 0, (12, 60)),
    Habit(3.0, 2, ("other",), 3, 18_000_000, 1.0, 150_000, 0, (12, 60)),
    Habit(1.0, 2, ("road",), 2, 70_000_000, 0.9, 300_000, 0, (12, 60)),
    Habit(2.0, 188, ("construction",), 2, 70_000_000, 0.9, 500_000, 0, (12, 60)),
    Habit(0.8, 188, ("design",), 3, 9_000_000, 0.9, 50_000, 0, (10, 45)),
    Habit(2.0, 78, ("other",), 1, 18_000_000, 0.9, 90_000, 0, (12, 45)),
    Habit(0.6, 52, ("other",), 3, 12_000_000, 0.8, 30_000, 0, (10, 40)),
    Habit(0.8, 120, ("other",), 3, 20_000_000, 0.8, 60_000, 0, (12, 45)),
)
WEIGHTS: Final = [habit.weight for habit in HABITS]
DAYS_NEEDED: Final = {23: 17, 60: 20, 3: 30, 2: 52, 120: 52, 52: 50, 78: 52, 188: 48}
"""From the notice to the last lawful day of a short contract; later ones wait for January."""

AMENDED_SHARE, REPLANNED_SHARE, DESK_SHARE, LATE_SHARE = 0.08, 0.2, 0.2, 0.04


def draw_habit(rng: Random) -> Habit:
    """One of the habits, as often as its weight says."""
    return rng.choices(HABITS, WEIGHTS)[0]


def draw_amount(rng: Random, habit: Habit, ceiling: float) -> float:
    """A sum around what is typical, never above the ceiling."""
    for _ in range(6):
        amount = habit.typical * exp(rng.gauss(0, habit.spread))
        if amount <= ceiling:
            return round(amount, -2)
    return round(ceiling * rng.uniform(0.3, 0.95), 2)


def ceiling_of(habit: Habit, year: int, buyer: Party) -> float:
    """What the law lets the customer spend that way on one item in a year."""
    if habit.ground == SMALL:
        small = terms.direct_small(year, goods=habit.subject == GOODS, rural=buyer.rural)
        return small * 0.98
    return terms.mci(year, habit.most)


def in_season(rng: Random, day: int, needed: int) -> int:
    """The day itself, or a day of next January when this year's end is too near."""
    last = last_day(year_of(day))
    return day if day + needed <= last else working_after(last + 8, rng.randint(1, 14))


def tell(tale: Tale, habit: Habit) -> None:
    """Tell an ordinary purchase from plan to payment."""
    rng = tale.rng
    lead = rng.randint(*habit.lead)
    tale.day = in_season(rng, tale.day, lead + DAYS_NEEDED[habit.method])
    TELLERS.get(habit.method, _competitive)(tale, habit, lead)


def _direct(tale: Tale, habit: Habit, lead: int) -> None:
    rng = tale.rng
    amount = draw_amount(rng, habit, ceiling_of(habit, tale.year, tale.buyer))
    position = tale.position(*habit.kinds, subject=habit.subject)
    planned = working_moment(rng, tale.day)
    point = plan(tale, planned, position, habit.method, amount, justification=100 + habit.ground)
    drafted = office_hour(rng, working_after(planned // DAY, 1 + lead // 4), 9, 12)
    if rng.random() < DESK_SHARE:
        point.record.patch(planned + 3600, refPlnPointStatusId=DESK_CONTROL)
        point.record.patch(drafted - 1800, refPlnPointStatusId=2)
    signed = office_hour(rng, working_after(drafted // DAY, rng.randint(1, 3)), 12, 18)
    reported = office_hour(rng, working_after(signed // DAY, rng.randint(1, 4)), 9, 18)
    price = point.price
    supplier = tale.supplier(position.sector)
    long = habit.ground in (1, 38)
    until = last_day(point.year) if long else completion(rng, position.subject, signed, point.year)
    deal = conclude(
        tale, supplier=supplier, lines=[Line(point, point.quantity, price)], method=habit.method,
        drafted=drafted, signed=signed, until=max(until, signed // DAY + 16), reported=reported,
    )  # fmt: skip
    fulfil(tale, deal)


def _shop(tale: Tale, habit: Habit, lead: int) -> None:
    rng = tale.rng
    amount = draw_amount(rng, habit, ceiling_of(habit, tale.year, tale.buyer))
    position = tale.position(*habit.kinds, subject=habit.subject)
    planned = working_moment(rng, tale.day)
    point = plan(tale, planned, position, habit.method, amount)
    drafted = office_hour(rng, working_after(planned // DAY, lead // 2 + 1), 9, 12)
    signed = office_hour(rng, working_after(drafted // DAY, rng.randint(1, 3)), 12, 18)
    price = int(point.price * rng.uniform(0.93, 0.99) * 100) / 100
    deal = conclude(
        tale, supplier=tale.supplier(position.sector),
        lines=[Line(point, point.quantity, max(price, 0.01))], method=habit.method,
        drafted=drafted, signed=signed, until=completion(rng, 1, signed, point.year),
    )  # fmt: skip
    fulfil(tale, deal)


def _competitive(tale: Tale, habit: Habit, lead: int) -> None:
    rng = tale.rng
    planned = working_moment(rng, tale.day)
    day = working_after(planned // DAY + lead, 0)
    lots = _lots(tale, habit, planned)
    if rng.random() < REPLANNED_SHARE:
        point = lots[0].points[0]
        replan(tale, point, planned + 4 * 3600, quantity=point.quantity)
    deals = run(tale, habit.method, lots, day)
    for deal in deals:
        fulfil(tale, deal)


def _lots(tale: Tale, habit: Habit, planned: int) -> list[Lot]:
    """The lots of a notice, all of one trade, so that the same suppliers bid for them."""
    trades = len(sectors_of(*habit.kinds, subject=habit.subject))
    lots = []
    for number in range(_number_of_lots(tale.rng, habit)):
        if number:
            tale.used += -tale.used % trades
        lots.append(_lot(tale, habit, planned))
    return lots


def _number_of_lots(rng: Random, habit: Habit) -> int:
    if habit.method not in (terms.QUOTATIONS, terms.COMPETITION) or habit.subject == WORKS:
        return 1
    return rng.choices(tuple(LOTS), tuple(LOTS.values()))[0]


def _lot(tale: Tale, habit: Habit, planned: int) -> Lot:
    rng = tale.rng
    ceiling = ceiling_of(habit, tale.year, tale.buyer)
    united = habit.subject == GOODS and habit.method == terms.QUOTATIONS and rng.random() < 0.04  # noqa: PLR2004 (a few lots are united)
    buyer = tale.buyer_of(rng) if rng.random() < 0.02 else tale.buyer  # noqa: PLR2004 (a few organisers buy for others)
    points = []
    for _ in range(1 + united):
        amount = draw_amount(rng, habit, ceiling / (1 + united))
        position = tale.position(*habit.kinds, subject=habit.subject)
        points.append(plan(tale, planned, position, habit.method, amount, buyer=buyer))
    return Lot(points)


def fulfil(tale: Tale, deal: Deal) -> None:
    """Carry a contract out as agreed, perhaps after a lawful change of it."""
    rng = tale.rng
    if rng.random() < AMENDED_SHARE:
        _change(tale, deal)
    length = deal.until - deal.signed // DAY
    parts = 1 if length < 45 else rng.randint(1, 3)  # noqa: PLR2004 (a short contract is done at once)
    late = rng.randint(1, 6) if rng.random() < LATE_SHARE else 0
    carry_out(tale, deal, parts=parts, late=late)


def _change(tale: Tale, deal: Deal) -> None:
    rng = tale.rng
    when = office_hour(rng, working_after(deal.signed // DAY, 2), 10, 17)
    kind = rng.randrange(4)
    if kind == 0:
        amend(tale, deal, when, (1,), prices=rng.uniform(0.93, 0.99))
    elif kind == 1:
        amend(tale, deal, when, (15,))
    elif deal.subject == GOODS:
        amend(tale, deal, when, (3,), quantities=rng.uniform(0.8, 0.97))
    else:
        amend(tale, deal, when, (18,), until=deal.until + rng.randint(5, 30))


TELLERS: Final[dict[int, Callable[[Tale, Habit, int], None]]] = {
    terms.DIRECT: _direct,
    terms.E_SHOP: _shop,
}
