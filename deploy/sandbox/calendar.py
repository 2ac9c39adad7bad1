"""Days of the invented world: a purchase's dates as text, in Kazakhstan's zone."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from random import Random

ZONE = "+05:00"
PERIODS = {"open": (15, 32), "selective": (15, 28), "limited": (4, 8), "direct": (1, 4)}
"""Days for bidding by method, from and to."""

SHORT_SHARE = 0.05
"""Open competitions that give too few days."""


@dataclass(frozen=True, slots=True)
class Dates:
    """Announcement, end of bidding, decision and signature of one purchase, as ordinals of days."""

    announced: int
    closes: int
    decided: int
    signed: int
    until: int


@dataclass(frozen=True, slots=True)
class Span:
    """The first and last day of announcing, and the world's own day, as ordinals."""

    first: int
    last: int
    today: int


def moment(day: int, minute: int) -> str:
    """Write a day's ordinal and a minute of it as RFC 3339 text."""
    return f"{_day(day)}T{minute // 60:02}:{minute % 60:02}:00{ZONE}"


@lru_cache(maxsize=8192)
def _day(ordinal: int) -> str:
    return date.fromordinal(ordinal).isoformat()


def plan(rng: Random, method: str, days: Span, *, hurried: bool) -> Dates:
    """Draw the dates of a purchase announced within the span.

    A `hurried` one leaves hardly any days to bid.
    """
    announced = rng.randint(days.first, days.last)
    shortest, longest = PERIODS[method]
    bidding = rng.randint(shortest, longest)
    if hurried:
        bidding = rng.randint(2, 4)
    elif method == "open" and rng.random() < SHORT_SHARE:
        bidding = rng.randint(3, 9)
    closes = announced + bidding
    decided = closes + rng.randint(2, 9)
    signed = decided + rng.randint(3, 14)
    return Dates(announced, closes, decided, signed, signed + rng.randint(30, 300))


def span(size: str, today: date) -> Span:
    """When purchases are announced: the last ten weeks for the demo, three years for benchmarks."""
    day = today.toordinal()
    return Span(day - 70, day, day) if size == "demo" else Span(day - 1155, day - 60, day)
