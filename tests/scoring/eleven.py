"""The indicators of Cardinal under the profile of Kazakhstan, without the law's own terms.

Enough for tests of the engine and of the facts, however many indicators there come to be.
"""

import msgspec

from scoring.indicator import Indicator, catalogue
from scoring.profiles import Profile, load_profile


def eleven() -> dict[str, Indicator]:
    """The eleven, by code."""
    return {code: catalogue()[code] for code in load_profile("cardinal").enabled or ()}


def plain() -> Profile:
    """As kz, with one short term for every method, every source asked everything at once."""
    parameters: dict[str, dict[str, object]] = {"R003": {"by_law": 0, "days": 5}}
    return msgspec.structs.replace(
        load_profile("kz"), parameters=parameters, national=None, prompt=None
    )
