"""What the routes of administration have in common: who may, and the forms of what is sent."""

from datetime import datetime
from typing import Annotated, Any, Final

import asyncpg
from fastapi import Depends, Path
from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field

from gateway.api.asking import allowed
from gateway.who import approvals
from gateway.who.documents import Approval
from gateway.who.refusals import flaw
from gateway.who.roles import ADMIN
from shared.bodies import Body
from shared.security import Caller
from shared.vocabulary import kato

Anyone = Annotated[Caller, Depends(allowed(None))]
Admin = Annotated[Caller, Depends(allowed(ADMIN))]
"""Whoever administers the organisation: its admins, and keys that two of them allowed it to."""

Named = Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]


def _without_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)


Left: Final = Field(default="", json_schema_extra=_without_default)
"""Stands for what a change leaves as it is; what is sent in its place is never empty."""

Id = Annotated[str, Path(max_length=40, pattern="^[a-z0-9_]+$")]
_LAST: Final = 9998


def _of_a_calendar(moment: datetime) -> datetime:
    if moment.year > _LAST:
        raise ValueError("a year with four digits, before 9999")
    return moment


def _text(moment: Any) -> Any:
    if not isinstance(moment, str):
        raise ValueError("a moment is a text")  # noqa: TRY004 (pydantic tells the caller of these)
    return moment


Moment = Annotated[AwareDatetime, BeforeValidator(_text), AfterValidator(_of_a_calendar)]


def given(body: Body) -> dict[str, Any]:
    """Return what a body names; what it leaves out stays as it is."""
    return body.model_dump(include=set(body.model_fields_set))


def check_region(code: str | None) -> None:
    """Raise ValidationFailed for what is no region of today."""
    if code is not None and code not in kato.regions():
        raise flaw("/body/region", "region", "no region of the KATO has this code")


async def approval_document(connection: asyncpg.Connection, request: str) -> Approval:
    """Return a request for an approval as it is served."""
    row = await connection.fetchrow(
        f"SELECT {approvals.COLUMNS} FROM approval WHERE id = $1", request
    )
    return approvals.document(row)
