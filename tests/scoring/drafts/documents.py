"""Documents that a partner might send as drafts."""

from typing import Any

import msgspec

from scoring.indicator import catalogue

LIMIT = "CAST(NULL AS DOUBLE) AS value, CAST(NULL AS DOUBLE) AS threshold"
CLEAR = f"'clear' AS status, {LIMIT}, CAST(NULL AS VARCHAR) AS missing"


def document(code: str = "X-018", **changes: Any) -> dict[str, Any]:
    """The indicator of single bids, as somebody's own draft."""
    one: dict[str, Any] = msgspec.to_builtins(catalogue()["R018"])
    del one["version"]
    one["code"] = code
    one["examples"] = [each for each in one["examples"] if each["profile"] == "kz"]
    return one | changes


def querying(query: str, **changes: Any) -> dict[str, Any]:
    """The same with another query."""
    return document(query=query, evidence=None, **changes)
