"""Keys of who receives tips no more: the gateway knows who that is, and says so.

Members leave and roles change at the gateway. What it says in the request in which that happens may
be lost, so its worker asks now and then who has a key, and says it again.
"""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response

from cases.desk import Shared, admitted, one
from cases.vault.house import day_of
from shared.contracts.casework.tip_holders import KEEPS, Holders, NoRecipients, Retired
from shared.security import Caller

router: Final = APIRouter(prefix="/internal/tips/holders")

Keeper = Annotated[Caller, Depends(admitted(KEEPS))]


@router.get("")
async def read_holders(desk: Shared, keeper: Keeper) -> Response:
    """Name the members who have a key in use."""
    del keeper  # names nobody
    async with desk.vault.connection() as connection:
        rows = await connection.fetch(_HOLDERS)
    return one(Holders([row["member"] for row in rows]))


@router.post(":retire")
async def retire_keys(body: NoRecipients, desk: Shared, keeper: Keeper) -> Response:
    """Retire the keys of members who receive tips no more; doing it again changes nothing."""
    del keeper
    today = day_of(desk.clock.now())
    async with desk.vault.transaction() as connection:
        rows = await connection.fetch(_RETIRE, body.members, today)
    return one(Retired(len(rows)))


_HOLDERS: Final = """
    SELECT DISTINCT member FROM recipient_key WHERE retired_on IS NULL ORDER BY member
"""
_RETIRE: Final = """
    UPDATE recipient_key SET retired_on = $2
    WHERE member = ANY($1::text[]) AND retired_on IS NULL RETURNING id
"""
