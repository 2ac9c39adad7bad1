"""What other services may ask of the ingestor beside its feeds: where a payload came from."""

from datetime import date, datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel

from ingestor import provenance
from shared.callers import internal_caller
from shared.database import Database
from shared.errors import NotFound, ScopeMissing, Unauthenticated, responses

SCOPE: Final = "raw:lookup"


class RecordFound(BaseModel):
    """A release that was made of the payload."""

    process: str
    key: str
    date: datetime | None
    run: str


class Found(BaseModel):
    """What is known of a payload. The payload itself never leaves by this door."""

    hash: str
    records: list[RecordFound]
    quarantine: list[int]
    size: int | None
    received_at: datetime | None
    expires_on: date | None


def raw_router(database: Database, vault: Database | None) -> APIRouter:
    """The door through which an auditor's question about a payload is answered."""
    router = APIRouter(prefix="/internal/raw", tags=["raw"])

    @router.get(
        "/{digest}",
        dependencies=[Depends(internal_caller(SCOPE))],
        responses=responses(Unauthenticated, ScopeMissing, NotFound),
    )
    async def look_up(digest: Annotated[str, Path(pattern="^[0-9a-f]{64}$")]) -> Found:
        """Tell what became of the payload with this SHA-256, and how long it is kept."""
        found = await provenance.look_up(database, vault, bytes.fromhex(digest))
        if found is None:
            raise NotFound("No payload with this hash was taken in.")
        return Found.model_validate(found)

    return router
