"""How many purchases begin on which day, and which of them are planted.

A year has a fixed number of beginnings; January is busy with what the whole year needs, the turn
from November to December with what must be spent, weekends and holidays are quiet.
"""

from bisect import bisect_right
from typing import Final, NamedTuple

from deploy.sandbox.world.workdays import date_of, is_working

MONTHS: Final = (1.2, 1.1, 1.0, 0.95, 0.9, 0.9, 0.8, 0.85, 0.95, 1.05, 1.1, 0.5)
"""Beginnings by month against the average."""

QUIET: Final = 0.06
"""Share of a working day that begins at a weekend or on a holiday."""

RUSH: Final = {11: (16, 30, 2.3), 12: (1, 6, 6.0)}
"""Weeks in which money must be spent that else is lost: month, from and to its day, weight."""

CONTRACTS_A_TALE: Final = 0.93
"""Contracts that an ordinary tale leads to on average."""
CONTRACTS_A_PLANT: Final = 1.9
EARLY: Final = 0.58
"""Where there is room for each story once only, all are told in this part of the year's tales."""


class Slot(NamedTuple):
    """A planted tale: its place in the row of all planted ones."""

    order: int


class Pace:
    """Beginnings by day from `start` on, and the places of planted tales among them."""

    def __init__(self, contracts: int, start: int, density: float, variants: int) -> None:
        self._start = start
        self.planted = max(variants, round(contracts * density))
        rest = max(contracts - self.planted * CONTRACTS_A_PLANT, contracts * 0.75)
        self.a_year = self.planted + round(rest / CONTRACTS_A_TALE)
        repeated = min(1.0, (self.planted - variants) / variants)
        spread = EARLY + (1 - EARLY) * repeated
        self._spread = max(self.planted, int(self.a_year * spread))
        self._sums = [0.0]
        self._scale = self.a_year / self._weight_of_year()

    def _weight_of_year(self) -> float:
        return sum(self._weight(self._start + number) for number in range(365))

    @staticmethod
    def _weight(day: int) -> float:
        today = date_of(day)
        weight = MONTHS[today.month - 1]
        first, last, rush = RUSH.get(today.month, (99, 0, 0.0))
        if first <= today.day <= last:
            weight = rush
        return weight if is_working(day) else weight * QUIET

    def begun_before(self, day: int) -> int:
        """How many tales begin before a day."""
        number = max(0, day - self._start)
        while len(self._sums) <= number:
            latest = self._start + len(self._sums) - 1
            self._sums.append(self._sums[-1] + self._weight(latest) * self._scale)
        return int(self._sums[number] + 1e-9)

    def day_of(self, number: int) -> int:
        """The day on which the tale of a number begins."""
        while int(self._sums[-1] + 1e-9) <= number:
            self.begun_before(self._start + len(self._sums))
        return self._start + bisect_right(self._sums, number + 1 - 2e-9) - 1

    def planted_at(self, number: int) -> Slot | None:
        """The place of a tale among the planted ones; None for an ordinary one."""
        year, place = divmod(number, self.a_year)
        order = place * self.planted // self._spread
        for candidate in (order - 1, order, order + 1):
            if 0 <= candidate < self.planted and self._place(candidate) == place:
                return Slot(year * self.planted + candidate)
        return None

    def number_of(self, order: int) -> int:
        """The number of a planted tale."""
        year, place = divmod(order, self.planted)
        return year * self.a_year + self._place(place)

    def _place(self, order: int) -> int:
        return (2 * order + 1) * self._spread // (2 * self.planted)
