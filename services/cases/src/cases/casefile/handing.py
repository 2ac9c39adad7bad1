"""How a case becomes another organisation's: with a number of theirs, and shared with nobody."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import asyncpg

from cases import events
from cases.casefile import store
from cases.casefile.moving import LOCAL
from cases.events import Happened
from shared.security import Caller


async def hand_over(
    connection: asyncpg.Connection,
    row: Mapping[str, Any],
    receiver: str,
    caller: Caller,
    now: datetime,
    *,
    note: str | None,
) -> dict[str, Any]:
    """Make a case the other's; return what is different about it."""
    number = await store.take_number(connection, receiver, now.astimezone(LOCAL).year)
    values: dict[str, Any] = {
        "organisation": receiver,
        "number": number,
        "assignees": [],
        "campaign": None,
    }
    await connection.execute(_END_SHARES, row["id"], now)
    await store.change(connection, row["id"], values, now)
    happened = Happened(
        object="case",
        id=row["id"],
        organisation=row["organisation"],
        what="handed_over",
        type="case.shared",
        note=note,
        changes={
            "organisation": (row["organisation"], receiver),
            "number": (row["number"], number),
            "campaign": (row["campaign"], None),
            "assignees": (row["assignees"], []),
        },
        shown={"case": row["id"], "parts": ["all"], "link": f"/v1/cases/{row['id']}"},
        told=[receiver],
    )
    await events.record(connection, caller, now, happened)
    return values


_END_SHARES: Final = "UPDATE case_share SET ended_at = $2 WHERE case_id = $1 AND ended_at IS NULL"
