"""The law's terms, limits and rates as the world keeps them: dated data with its citation.

`L` is law 106-VIII of 2024-07-01, `R` the rules of order 687 of 2024-10-09, `T` the tax code. The
table is the sandbox's own, so that a slip in another part of the platform cannot hide here too.
"""

from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple

from deploy.sandbox.world.workdays import day_of, year_of

COMPETITION, QUOTATIONS, AFTER_FAILURE, DIRECT = 2, 3, 6, 23
E_SHOP, AUCTION, RATING, SOCIAL, FOOD, TURNKEY = 60, 78, 188, 52, 120, 201
COMPETITIVE: Final = (COMPETITION, RATING, AUCTION, SOCIAL, FOOD, TURNKEY)

SINCE_2025: Final = date(2025, 1, 1)


class Term(NamedTuple):
    """A term: which step, for which methods (none: all), how long at least or at most, by what."""

    step: str
    methods: tuple[int, ...]
    bound: str
    value: int
    unit: str
    cite: str
    since: date = SINCE_2025


TERMS: Final = (
    Term("discussion", (COMPETITION, RATING, AUCTION, FOOD), "fixed", 2, "wd", "R170, R353"),
    Term("bid_window", (COMPETITION, FOOD, TURNKEY), "min", 5, "wd", "R164"),
    Term("bid_window", (RATING,), "min", 3, "wd", "R164 part 2"),
    Term("bid_window", (AUCTION,), "min", 5, "wd", "R348"),
    Term("notice_to_deadline", (QUOTATIONS,), "min", 2, "wd", "R411"),
    Term("notice_to_deadline", (SOCIAL,), "min", 5, "wd", "R454"),
    Term("repeat_to_deadline", (COMPETITION, FOOD, AUCTION, SOCIAL), "min", 3, "wd", "R167, R350"),
    Term("review", (COMPETITION, FOOD), "max", 3, "wd", "R208(3)"),
    Term("review", (AUCTION,), "max", 4, "wd", "R391, R397"),
    Term("review", (SOCIAL,), "max", 5, "wd", "R458"),
    Term("review", (QUOTATIONS, RATING), "max", 0, "wd", "R292, R419"),
    Term("review", (AFTER_FAILURE,), "max", 2, "wd", "R499"),
    Term("failure_to_invitation", (AFTER_FAILURE,), "max", 4, "wd", "R494, R500"),
    Term("consent", (AFTER_FAILURE,), "max", 2, "wd", "R503"),
    Term("standstill", (COMPETITION, FOOD, AUCTION, SOCIAL), "min", 3, "wd", "L25(1)"),
    Term("signing", (COMPETITION, FOOD, AUCTION, SOCIAL), "max", 9, "wd", "R519, R526"),
    Term("signing", (QUOTATIONS, RATING, AFTER_FAILURE), "max", 6, "wd", "R519, R526"),
    Term("contract_length", (), "min", 15, "cd", "L17(6), R569"),
    Term("act_review", (), "max", 3, "wd", "R587"),
    Term("payment", (), "max", 30, "cd", "L17(6), R567"),
    Term("report", (DIRECT,), "max", 5, "wd", "R510"),
    Term("securities", (), "max", 10, "wd", "R537"),
    Term("complaint_decision", (), "max", 3, "wd", "L25(2)"),
)

MCI: Final = {2024: 3_692, 2025: 3_932, 2026: 4_325}
"""Monthly calculation index by financial year, KZT (budget laws); later years keep the last."""

VAT: Final = ((date(2009, 1, 1), 12), (date(2026, 1, 1), 16))
"""Rate in percent from a day on (T; code 214-VIII since 2026)."""

DIRECT_SMALL_GOODS, DIRECT_SMALL_OTHER, DIRECT_RURAL = 100, 500, 4_000
E_SHOP_NO_ORDER, E_SHOP_YEAR, QUOTATIONS_YEAR = 500, 4_000, 8_000
"""Yearly limits in MCI: L16(3)28, R433-2, L10(5), L10(4)."""

ADVANCE_WORKS: Final = 30
"""Percent of the planned sum without VAT that construction gets in advance: R24."""

FLOORS: Final = {"construction": 2, "road": 5, "repair": 20, "design": 10, "other": 10}
"""How far below the base a price may lie, in percent: R85-R97."""

PENALTY_A_DAY: Final = 0.001
"""Share of the delayed sum owed for each day late: R-A42 7.3."""


def term(step: str, method: int = 0) -> int:
    """The length of a step for a method. Raises KeyError where the law sets none."""
    return _lengths()[step, method]


@lru_cache(maxsize=1)
def _lengths() -> dict[tuple[str, int], int]:
    return {(t.step, method): t.value for t in TERMS for method in (t.methods or (0,))}


def mci(year: int, times: int = 1) -> int:
    """So many monthly calculation indices of a financial year, in KZT."""
    return MCI[min(max(year, min(MCI)), max(MCI))] * times


@lru_cache(maxsize=16_384)
def vat_rate(day: int) -> int:
    """The rate of value added tax on a day, in percent."""
    return [rate for since, rate in VAT if day_of(since) <= day][-1]


def gross(net: float, day: int, *, payer: bool) -> float:
    """A sum with VAT, if whoever invoices it on that day is a payer."""
    return round(net * (100 + vat_rate(day)) / 100, 2) if payer else net


def direct_small(year: int, *, goods: bool, rural: bool) -> int:
    """What a customer may buy of one item in a year by ground 28, KZT."""
    times = DIRECT_RURAL if rural else DIRECT_SMALL_GOODS if goods else DIRECT_SMALL_OTHER
    return mci(year, times)


def limit_of(method: int, day: int) -> int | None:
    """The yearly limit of a method for one item in KZT; None where there is none."""
    times = {QUOTATIONS: QUOTATIONS_YEAR, E_SHOP: E_SHOP_YEAR}.get(method)
    return None if times is None else mci(year_of(day), times)
