"""Tukey's fences from quartiles, with the single rounding that Cardinal uses."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

REACH = Fraction(3, 2)


@dataclass(frozen=True)
class Population:
    """What the members of one group look like: size, quartiles (type 8) and fences."""

    code: str
    peer: str
    n: int
    q1: float | None
    q3: float | None
    low: float | None
    high: float | None

    def fields(self) -> tuple[object, ...]:
        """As the relation `population` has them."""
        return (self.peer, self.n, self.q1, self.q3, self.low, self.high)


def tukey(code: str, row: Mapping[str, Any]) -> Population:
    """Add the fences to the row of a population query, unless it brings cuts of its own."""
    q1, q3 = row["q1"], row["q3"]
    low, high = row.get("low"), row.get("high")
    if q1 is not None and q3 is not None:
        low, high = _reach(q1, q1, q3, -REACH), _reach(q3, q1, q3, REACH)
    return Population(code, row["peer"], row["n"], q1, q3, low, high)


def _reach(start: float, q1: float, q3: float, factor: Fraction) -> float:
    """Multiply and add with one rounding at the end, as a fused multiply-add does."""
    spread = q3 - q1
    if not (math.isfinite(start) and math.isfinite(spread)):
        return start + float(factor) * spread
    return float(Fraction(start) + factor * Fraction(spread))
