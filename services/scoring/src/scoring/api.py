"""What scoring answers other services: scores of any day, and the format of an indicator file."""

from datetime import UTC, date, datetime, time
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response

from scoring import store
from scoring.indicator import json_schema
from shared.callers import internal_caller
from shared.database import Database
from shared.errors import NotFound, ScopeMissing, Unauthenticated, ValidationFailed, responses

LONGEST_ID = 100


def router(database: Database) -> APIRouter:
    """The routes that need a database."""
    routes = APIRouter(prefix="/internal", tags=["scores"])

    @routes.get(
        "/scores/{subject_type}/{subject_id}",
        response_class=Response,
        dependencies=[Depends(internal_caller("scores:read"))],
        responses=responses(Unauthenticated, ScopeMissing, NotFound, ValidationFailed),
    )
    async def read_score(
        subject_type: Annotated[str, Path(max_length=LONGEST_ID)],
        subject_id: Annotated[str, Path(max_length=LONGEST_ID)],
        at: Annotated[date | datetime | None, Query()] = None,
    ) -> Response:
        """The score document as it stood at a moment, at the end of a day (UTC), or stands now."""
        async with database.connection() as connection:
            found = await store.document_at(connection, subject_type, subject_id, moment(at))
        if found is None:
            raise NotFound("There was no score of this subject then.")
        return Response(found, media_type="application/json")

    @routes.get("/indicator-schema", dependencies=[Depends(internal_caller("scores:read"))])
    async def read_schema() -> dict[str, Any]:
        """The JSON Schema of an indicator file."""
        return json_schema()

    return routes


def moment(at: date | datetime | None) -> datetime | None:
    """Return the moment that is meant: of a bare day its end, without a zone UTC.

    >>> moment(date(2026, 3, 1))
    datetime.datetime(2026, 3, 1, 23, 59, 59, 999999, tzinfo=datetime.timezone.utc)
    """
    if at is None:
        return None
    if not isinstance(at, datetime):
        return datetime.combine(at, time.max, UTC)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
