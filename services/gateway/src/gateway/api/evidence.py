"""Files of cases: taken and given block by block, kept nowhere here. `casework` has the rest."""

from typing import Annotated, Any, Final

from fastapi import Depends, Path, Query, Request, Response

from gateway.api.asking import allowed
from gateway.api.commanding import ONCE
from gateway.api.describing import answers
from gateway.state import Gateway
from shared.contracts.casework.evidence import (
    EXAMPLE,
    FILES,
    LARGEST_FILE,
    CaseEvidence,
    Description,
    FileInfected,
    FileRefused,
    Name,
    Which,
)
from shared.contracts.casework.operation import LONGEST_ID
from shared.errors import (
    DependencyDown,
    NotFound,
    PayloadTooLarge,
    RateLimited,
    RoleMissing,
    ScopeMissing,
    TooSlow,
    Unauthenticated,
    ValidationFailed,
    responses,
)
from shared.idempotency import KeyHeader
from shared.late import Router
from shared.security import Caller

router = Router(prefix="/v1", tags=["cases"])

Id = Annotated[str, Path(max_length=LONGEST_ID, pattern="^[A-Za-z0-9_-]+$")]
Adding = Annotated[Caller, Depends(allowed(FILES["add_evidence"]))]
Reading = Annotated[Caller, Depends(allowed(FILES["read_evidence_file"]))]
Exporting = Annotated[Caller, Depends(allowed(FILES["read_case_history"]))]

_REFUSALS: Final = (
    Unauthenticated,
    ScopeMissing,
    RoleMissing,
    NotFound,
    ValidationFailed,
    RateLimited,
)
_BYTES: Final[dict[str, Any]] = {
    "application/octet-stream": {
        "schema": {"type": "string", "format": "binary"},
        "example": "%PDF-1.7",
    }
}
_LINES: Final[dict[str, Any]] = {
    "application/x-ndjson": {
        "schema": {"type": "string"},
        "example": '{"id":7,"what":"open","before":"draft","after":"open","changes":{}}\n',
    }
}
_FILE: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": f"The file itself, {LARGEST_FILE} bytes at most, not as a form.",
        "content": _BYTES,
    }
}


@router.post(
    "/cases/{case_id}/evidence",
    operation_id="add_evidence",
    summary="Add a file as evidence",
    status_code=201,
    response_model=None,
    openapi_extra=_FILE,
    responses=answers(
        CaseEvidence,
        EXAMPLE,
        *_REFUSALS,
        *ONCE,
        PayloadTooLarge,
        TooSlow,
        FileRefused,
        FileInfected,
        DependencyDown,
        status=201,
    ),
)
async def add_evidence(
    request: Request,
    case_id: Id,
    gateway: Gateway,
    caller: Adding,
    *,
    name: Annotated[Name, Query(description="What it is called: no path.")],
    description: Annotated[Description | None, Query(description="What it shows.")] = None,
    idempotency_key: KeyHeader = None,
) -> Response:
    """Add a file to a case as the body of the request, whatever its Content-Type.

    Its kind is told by its content. The original is sealed; of pictures and PDF a copy is made
    without what they tell of place, camera and author.
    """
    del idempotency_key
    return await gateway.cases.pass_file_on(
        request, f"/cases/{case_id}/evidence", caller, name=name, description=description
    )


@router.get(
    "/evidence/{evidence_id}/file",
    operation_id="read_evidence_file",
    summary="Fetch a file of evidence",
    response_model=None,
    response_class=Response,
    responses={
        200: {"description": "The file, as an attachment.", "content": _BYTES},
        **responses(*_REFUSALS, DependencyDown),
    },
)
async def read_evidence_file(
    request: Request,
    evidence_id: Id,
    gateway: Gateway,
    caller: Reading,
    which: Annotated[Which, Query(description="The sealed original is for its organisation.")] = (
        "cleaned"
    ),
) -> Response:
    """Fetch the cleaned copy of a file, or the sealed original; each fetch is written down."""
    return await gateway.cases.file(request, f"/evidence/{evidence_id}/file", caller, which=which)


@router.get(
    "/cases/{case_id}/history",
    operation_id="read_case_history",
    summary="Fetch the history of a case",
    response_model=None,
    response_class=Response,
    responses={
        200: {"description": "Every event, a JSON document a line.", "content": _LINES},
        **responses(*_REFUSALS, DependencyDown),
    },
)
async def read_case_history(
    request: Request, case_id: Id, gateway: Gateway, caller: Exporting
) -> Response:
    """Fetch all that was done to a case of your organisation, with old and new values."""
    return await gateway.cases.file(request, f"/cases/{case_id}/history", caller)
