"""How far an indicator can be trusted, and whom it may name to the public: rules, not opinions.

Before a person has looked, a supplier is named in public only by a check of an explicit rule of
law, or by a stable signal. Everything else names suppliers to partners, who look before they tell.
"""

from typing import Final

from scoring.indicator import Indicator, Life
from shared.contracts.catalogue import Measured

PUBLIC: Final = "public"
PARTNER: Final = "partner"

LEAST_PRECISION: Final = 0.9
"""The share of true flags that the whole catalogue must reach (issue 4): one in ten may err."""

LEAST_FLAGS: Final = 10
"""Fewer flags cannot show that one in ten errs: three of three say nothing of the fourth."""

UNTRIED: Final = frozenset({"experimental", "retired"})


def life(one: Indicator, told: Measured | None) -> Life:
    """Return the life that an indicator has earned: who is not proven is not stable."""
    return "tested" if one.life == "stable" and not proven(one, told) else one.life


def publication(one: Indicator, told: Measured | None) -> str:
    """Say to whom a flag may name a supplier before a person has looked.

    A breach needs no measure, for it rests on its rule; one that was measured and found wanting
    goes to partners all the same.
    """
    if one.life in UNTRIED or wanting(one, told):
        return PARTNER
    return PUBLIC if one.kind == "breach" or life(one, told) == "stable" else PARTNER


def proven(one: Indicator, told: Measured | None) -> bool:
    """Say whether enough flags of this very version were counted, and hardly any were wrong."""
    share = _precision(one, told)
    return share is not None and share >= LEAST_PRECISION


def wanting(one: Indicator, told: Measured | None) -> bool:
    """Say whether enough flags of this very version were counted, and too many were wrong."""
    share = _precision(one, told)
    return share is not None and share < LEAST_PRECISION


def _precision(one: Indicator, told: Measured | None) -> float | None:
    """Return the measured precision; None where it is of another version, or of too few flags."""
    if told is None or told.version != one.version or told.flags < LEAST_FLAGS:
        return None
    return told.precision
