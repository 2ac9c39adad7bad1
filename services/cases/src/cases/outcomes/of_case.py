"""What an outcome takes from the case it belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import asyncpg

from cases.casefile import store
from shared.errors import FieldError, ValidationFailed
from shared.security import Caller


@dataclass(frozen=True, slots=True)
class OfCase:
    """Whose case it is, and what it lends."""

    id: str
    organisation: str
    region: str | None
    campaign: str | None
    indicators: Sequence[str]


async def of_case(
    connection: asyncpg.Connection, caller: Caller, case: str | None, now: datetime
) -> OfCase | None:
    """Return what a case that the caller may write to lends.

    Raises NotFound for one they may not know of, RoleMissing for one they may only read.
    """
    if case is None:
        return None
    row = (await store.writable(connection, case, caller, now)).row
    led = await connection.fetchval(_LED, case)
    return OfCase(case, row["organisation"], row["region"], row["campaign"], led)


async def proved(connection: asyncpg.Connection, case: str | None, proof: str | None) -> str | None:
    """Return the proof, if it is a piece of evidence of the case. Raises ValidationFailed."""
    if proof is None:
        return None
    there = await connection.fetchval(_THERE, proof, case)
    if not there:
        flaw = FieldError("/body/proof", "unknown", "is no piece of evidence of this case")
        raise ValidationFailed("The proof is not there.", errors=[flaw])
    return proof


_LED: Final = """
    SELECT ARRAY(SELECT DISTINCT code
        FROM case_link AS link JOIN alert ON alert.id = link.target
            CROSS JOIN LATERAL unnest(alert.indicators) AS code
        WHERE link.case_id = $1 AND link.kind = 'alert' AND link.ended_at IS NULL ORDER BY code)
"""

_THERE: Final = "SELECT EXISTS (SELECT FROM evidence WHERE id = $1 AND case_id = $2)"
