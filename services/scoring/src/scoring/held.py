"""Indicators held back: what flags nearly everything it looks at tells nobody anything.

At every comparison the share of flags among what an indicator could judge is looked at. One that
lies above its bound is held back: its flags stay to be seen, count no points and alert nobody,
until the share falls or a person lifts the hold. A person who finds an indicator wrong retracts it:
its open findings are closed with the reason, and that version is not judged again.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import asyncpg
import msgspec

from scoring.indicator import Indicator
from scoring.store import Superseded, Tally
from shared.contracts.catalogue import HeldBack
from shared.database import Database

MOST_HITS: Final = 0.5
"""Share of flags above which an indicator is held back, unless its file bounds itself otherwise:
a sign that most purchases bear sets none of them apart."""

LEAST_JUDGED: Final = 200
"""Subjects that an indicator must have judged before its share of flags means anything."""

RELEASE: Final = 0.9
"""Share of the bound to which the flags must fall before they count again: no flicker."""

RATE: Final = "rate"
RETRACTED: Final = "retracted"


class Held(msgspec.Struct, frozen=True):
    """One hold: of which version, why (`rate` or `retracted`), since when, and who lifted it."""

    indicator: str
    version: str
    why: str
    since: datetime
    rate: float | None = None
    bound: float | None = None
    judged: int | None = None
    reason: str | None = None
    lifted_at: datetime | None = None

    def face(self) -> HeldBack:
        """Return what the public reads of it."""
        return HeldBack(
            self.why, self.since, self.rate, self.bound, self.judged, self.reason, self.lifted_at
        )


Holds = Mapping[str, Held]
"""Holds by indicator, those that were lifted among them."""


def counting_nothing(catalogue: Mapping[str, Indicator], holds: Holds) -> frozenset[str]:
    """Name the indicators of which this very version is held back, and no person lifted it."""
    return frozenset(
        code
        for code, one in catalogue.items()
        if (hold := holds.get(code)) and hold.version == one.version and hold.lifted_at is None
    )


def judged_by(catalogue: Mapping[str, Indicator], holds: Holds) -> dict[str, Indicator]:
    """Leave out of a catalogue what was retracted, as long as its file is the same."""
    return {
        code: one
        for code, one in catalogue.items()
        if not ((hold := holds.get(code)) and hold.why == RETRACTED and hold.version == one.version)
    }


def reviewed(
    catalogue: Mapping[str, Indicator], tally: Tally, holds: Holds, now: datetime
) -> dict[str, Held]:
    """Look at every indicator's share of flags; holds that are still due stay as they are."""
    found = {
        code: hold for code, one in catalogue.items() if (hold := _hold(one, tally, holds, now))
    }
    retracted = {code: one for code, one in holds.items() if one.why == RETRACTED}
    return retracted | found


def _hold(one: Indicator, tally: Tally, holds: Holds, now: datetime) -> Held | None:
    kinds = {kind for kind, code, _ in tally if code == one.code}
    flagged = sum(tally[kind, one.code, "flagged"] for kind in kinds)
    judged = flagged + sum(tally[kind, one.code, "clear"] for kind in kinds)
    bound = MOST_HITS if one.most_hits is None else one.most_hits
    before = holds.get(one.code)
    if before is not None and (before.version, before.why) != (one.version, RATE):
        before = None
    if judged < LEAST_JUDGED or flagged <= bound * judged * (RELEASE if before else 1):
        return None
    return before or Held(one.code, one.version, RATE, now, flagged / judged, bound, judged)


async def read(connection: asyncpg.Connection) -> dict[str, Held]:
    """Read all holds."""
    rows = await connection.fetch(f"SELECT {_COLUMNS} FROM held ORDER BY indicator")
    return {row["indicator"]: Held(**row) for row in rows}


async def keep(connection: asyncpg.Connection, holds: Holds) -> None:
    """Write the holds of now in the place of what was there."""
    await connection.execute("DELETE FROM held")
    records = [msgspec.structs.astuple(one) for one in holds.values()]
    await connection.copy_records_to_table("held", records=records, columns=_COLUMNS.split(", "))


async def lift(connection: asyncpg.Connection, code: str, reason: str, now: datetime) -> bool:
    """Let a held indicator count again by a person's word; False where none is held so."""
    await connection.execute(_LOCK)
    done = await connection.execute(_LIFT, code, reason, now)
    return bool(done != "UPDATE 0")


async def retract(
    connection: asyncpg.Connection, one: Indicator, reason: str, now: datetime
) -> int:
    """Take back what an indicator says: close its open findings with the reason; return how many.

    The lock on the state of judging keeps an engine from opening new ones meanwhile; the next thing
    it does is to see that the holds are others.
    """
    await connection.execute(_LOCK)
    await connection.execute(_RETRACT, one.code, one.version, reason, now)
    return int(await connection.fetchval(_CLOSE, one.code, reason, now))


async def still(database: Database, known: Holds) -> None:
    """Return while the holds are the same; raise Superseded, so that the engine begins anew."""
    async with database.connection() as connection:
        if await read(connection) != known:
            raise Superseded("other indicators are held back now")


_COLUMNS: Final = ", ".join(Held.__struct_fields__)

_LOCK: Final = "SELECT FROM engine FOR UPDATE"

_LIFT: Final = """
    UPDATE held SET lifted_at = $3, reason = $2
    WHERE indicator = $1 AND why = 'rate' AND lifted_at IS NULL
"""

_RETRACT: Final = """
    INSERT INTO held (indicator, version, why, since, reason) VALUES ($1, $2, 'retracted', $4, $3)
    ON CONFLICT (indicator) DO UPDATE SET
        version = excluded.version, why = excluded.why, since = excluded.since,
        reason = excluded.reason, rate = NULL, bound = NULL, judged = NULL, lifted_at = NULL
"""

_CLOSE: Final = """
    WITH closed AS (
        UPDATE finding
        SET closed_at = $3, closed_as = 'retracted', closed_cause = 'method', closed_reason = $2
        WHERE closed_at IS NULL AND indicator = $1 RETURNING 1
    )
    SELECT count(*) FROM closed
"""
