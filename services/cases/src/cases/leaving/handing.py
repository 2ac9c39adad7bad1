"""Every open case of an organisation is given to another at once, as each could be by itself."""

from typing import Final, NamedTuple

from cases.casefile import store
from cases.casefile.handing import hand_over
from cases.leaving import holding
from shared.clock import Clock
from shared.database import Database


class Handed(NamedTuple):
    """Ids of the cases that were given, or would be, and of those that are not ready for it."""

    given: list[str]
    unfinished: list[str]


async def hand(
    database: Database, clock: Clock, organisation: str, receiver: str, *, really: bool
) -> Handed:
    """Give the open cases to the receiver; not really: only say which. Closed ones stay.

    Raises ValueError for the same organisation, holding.OnHoldError.
    """
    if organisation == receiver:
        raise ValueError("it is theirs already")
    handed = Handed([], [])
    async with database.transaction() as connection:
        await connection.execute("SET LOCAL statement_timeout = 0")
        await holding.check(connection, organisation)  # the operator may know the ground
        for row in await connection.fetch(_OPEN, organisation):
            if row["embargoed"] or await store.unfinished(connection, row["id"]):
                handed.unfinished.append(row["id"])
                continue
            handed.given.append(row["id"])
            if really:
                who, now = holding.operator(), clock.now()
                await hand_over(connection, row, receiver, who, now, note=None)
    return handed


_OPEN: Final = """
    SELECT * FROM casefile WHERE organisation = $1 AND title <> ''
        AND NOT starts_with(state, 'closed_') AND state <> 'merged_into' ORDER BY id FOR UPDATE
"""
