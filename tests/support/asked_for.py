"""What of an invented portal a back-fill asks for that begins on the world's first day.

Some stories tell of purchases of earlier years: the portal has them, and nobody asks for them, but
whoever follows what changes from a day on.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from deploy.sandbox.world import World

Row = dict[str, Any]


def asked_for(
    world: World, first: date, changed: date = date.max
) -> Mapping[str, Mapping[int, Row]]:
    """The notices and contracts from a day on, with all that is theirs, by root and id.

    And the notices that changed from another day on, with all that is theirs.
    """
    day, since = first.isoformat(), changed.isoformat()
    notices = _where(
        world, "TrdBuy", lambda row: row["publishDate"] >= day or row["lastUpdateDate"] >= since
    )
    older = {key for key, row in notices.items() if row["publishDate"] < day}
    contracts = _where(
        world,
        "Contract",
        lambda row: (row["signDate"] or row["crdate"]) >= day or row["trdBuyId"] in older,
    )
    return {
        "TrdBuy": notices,
        "Contract": contracts,
        "Lots": _where(world, "Lots", lambda row: row["trdBuyId"] in notices),
        "TrdApp": _where(world, "TrdApp", lambda row: row["buyId"] in notices),
        "Acts": _where(world, "Acts", lambda row: row["contractId"] in contracts),
    }


def _where(world: World, root: str, holds: Any) -> dict[int, Row]:
    return {key: row for key, row in world.table(root).items() if holds(row)}
