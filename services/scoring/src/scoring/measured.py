"""How well each indicator did when it was last measured, as `make quality` recorded it.

measured.json is written by `python -m deploy.quality --json`: an invented world in which schemes
are planted beside innocent look-alikes, judged by every indicator.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

import msgspec

from shared.contracts.catalogue import Measured

RECORDED: Final = files("scoring") / "measured.json"


@cache
def measured() -> Mapping[str, Measured]:
    """Return by code what was measured; an indicator that is newer than the record has nothing."""
    told: dict[str, Any] = msgspec.json.decode(RECORDED.read_bytes())
    world = {name: told[name] for name in ("seed", "size", "missing")}
    return MappingProxyType(
        {one["code"]: msgspec.convert(world | one, Measured) for one in told["indicators"]}
    )
