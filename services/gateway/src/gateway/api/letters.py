"""Letters and deadlines of complaints as files: cases keeps them, the gateway hands them on."""

from typing import Annotated, Any, Final, Literal

from fastapi import Depends, Path, Request, Response

from gateway.api.asking import Language, allowed
from gateway.state import Gateway
from shared.contracts.casework.operation import LONGEST_ID
from shared.errors import (
    DependencyDown,
    NotFound,
    RateLimited,
    ScopeMissing,
    Unauthenticated,
    ValidationFailed,
    responses,
)
from shared.late import Router
from shared.security import Caller

router: Final = Router(prefix="/v1", tags=["cases"])

Id = Annotated[str, Path(max_length=LONGEST_ID, pattern="^[A-Za-z0-9_-]+$")]
Form = Literal["pdf", "docx"]

MEDIA: Final = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_BINARY: Final = {"type": "string", "format": "binary"}
_BEGINS: Final = {"pdf": "%PDF-1.7", "docx": "PK"}
_CALENDAR: Final = {
    "schema": {"type": "string"},
    "example": "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n",
}
_REFUSALS: Final = (
    Unauthenticated,
    ScopeMissing,
    RateLimited,
    DependencyDown,
    NotFound,
    ValidationFailed,
)
CALENDAR: Final = "text/calendar"
_OF_LIST: Final = (Unauthenticated, ScopeMissing, RateLimited, DependencyDown)
_RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The letter.",
        "content": {
            media: {"schema": _BINARY, "example": _BEGINS[form]} for form, media in MEDIA.items()
        },
    },
    **responses(*_REFUSALS),
}


@router.get(
    "/complaints/{complaint_id}/letters/{letter_id}/{form}",
    operation_id="read_letter",
    summary="Fetch a letter as PDF or DOCX",
    response_model=None,
    response_class=Response,
    responses=_RESPONSES,
)
async def read_letter(
    request: Request,
    *,
    complaint_id: Id,
    letter_id: Id,
    form: Form,
    caller: Annotated[Caller, Depends(allowed("complaints:read"))],
    gateway: Gateway,
) -> Response:
    """Fetch a letter as it was made: its organisation any, its addressee the one filed."""
    path = f"/complaints/{complaint_id}/letters/{letter_id}/{form}"
    answer = await gateway.cases.ask(request, path, caller)
    if answer.is_error:
        return gateway.cases.passed_on(request, answer)
    headers = {
        "Cache-Control": "private, no-store",
        "Content-Disposition": f'attachment; filename="{letter_id}.{form}"',
        "X-Content-Type-Options": "nosniff",
    }
    return Response(answer.content, media_type=MEDIA[form], headers=headers)


@router.get(
    "/complaints.ics",
    operation_id="read_deadlines",
    summary="Fetch the deadlines of your complaints as a calendar",
    response_model=None,
    response_class=Response,
    responses={
        200: {
            "description": "An iCalendar file, in kk, ru or en.",
            "content": {CALENDAR: _CALENDAR},
        },
        **responses(*_OF_LIST),
    },
)
async def read_deadlines(
    request: Request,
    caller: Annotated[Caller, Depends(allowed("complaints:read"))],
    gateway: Gateway,
    accept_language: Language = None,
) -> Response:
    """Fetch until when your complaints may be filed or are to be answered, day by day."""
    del accept_language  # it is passed on with the question
    address = gateway.settings.public_url
    answer = await gateway.cases.ask(request, "/complaints.ics", caller, address=address)
    if answer.is_error:
        return gateway.cases.passed_on(request, answer)
    headers = {
        "Cache-Control": "private, no-cache",
        "Content-Language": answer.headers.get("content-language", "en"),
        "Vary": "Authorization, Accept-Language",
    }
    return Response(answer.content, media_type=CALENDAR, headers=headers)
