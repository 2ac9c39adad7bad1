"""Exports: a whole list as a file, asked for once, made beside the requests, fetched in parts."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Header, Path, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import Field

from gateway.api import example_exports as examples
from gateway.api.administering import Id
from gateway.api.asking import HEADERS, allowed, send_list
from gateway.api.commanding import ONCE, REFUSALS, Made, carry_out, send_one
from gateway.api.describing import answers, lists
from gateway.api.filters import CurrencyRequired
from gateway.api.metering import charge
from gateway.api.ranged import RangeNotSatisfiable, part_of
from gateway.exports import asked, store
from gateway.exports.documents import Export, Manifest
from gateway.exports.formats import can_be
from gateway.reads.answering import encode, listing
from gateway.state import Gateway
from gateway.usage import QuotaSpent
from gateway.who.doing import Doing
from gateway.who.refusals import flaw
from shared.bodies import Body
from shared.errors import (
    CursorInvalid,
    NotFound,
    ScopeMissing,
    TransitionNotAllowed,
    ValidationFailed,
    responses,
)
from shared.idempotency import KeyHeader
from shared.paging import After, Limit
from shared.security import Caller

router = APIRouter(prefix="/v1/exports", tags=["exports"])


async def _of_an_organisation(
    caller: Annotated[Caller, Depends(allowed("exports:create"))],
) -> Caller:
    if caller.organisation is None:
        raise ScopeMissing("Only an organisation has exports.")
    return caller


Exporting = Annotated[Caller, Depends(_of_an_organisation)]
FileName = Annotated[str, Path(max_length=40, pattern=r"^[a-z]+\.[a-z]+$")]


class ExportBody(Body):
    """Which list, in which format. `filter` takes the parameters of the list, each as there.

    A parameter that may be repeated is a list of texts: {"band": ["high"], "currency": "KZT"}.
    """

    what: Literal["processes", "lots", "contracts", "alerts"]
    format: Literal["ndjson", "csv"] = "ndjson"
    filter: dict[str, Any] = Field(default_factory=dict, max_length=50)


@router.post(
    "",
    operation_id="create_export",
    summary="Ask for a list as a file",
    response_model=None,
    status_code=202,
    responses=answers(
        Export, examples.WAITING, *REFUSALS, *ONCE, CurrencyRequired, QuotaSpent, status=202
    ),
)
async def create_export(
    request: Request,
    body: ExportBody,
    caller: Exporting,
    gateway: Gateway,
    idempotency_key: KeyHeader = None,
) -> Response:
    """Have a list made into a file; `Location` is where to look whether it is done.

    It takes the scope of the list as well. Alerts, which hold lists, come as NDJSON only.
    """
    _check_scope(caller, body.what)
    if not can_be(body.what, body.format):
        raise flaw("/body/format", "format", f"{body.what} can be had as ndjson only")
    asked.question(body.what, body.filter)

    async def work(do: Doing) -> Made:
        await charge(request, gateway, "exports")
        wanted = (body.what, body.format, body.filter)
        name = await store.add(do.connection, caller.organisation, wanted, now=do.now)
        row = await store.one(do.connection, caller.organisation, name)
        return Made(store.document(row), 202, f"/v1/exports/{name}")

    return await carry_out(request, gateway, idempotency_key, work)


@router.get(
    "",
    operation_id="list_exports",
    summary="List exports",
    response_model=None,
    responses=lists(Export, examples.EXPORT_PAGE, *REFUSALS, CursorInvalid, ValidationFailed),
)
async def list_exports(
    caller: Exporting, gateway: Gateway, cursor: After = None, limit: Limit = 50
) -> Response:
    """List the exports of your organisation, the newest first."""
    bound = {"list": "exports", "of": caller.organisation}
    after = gateway.cursor.decode(cursor, question=bound) if cursor else [None, None]
    moment = datetime.fromisoformat(str(after[0])) if after[0] else None
    async with gateway.database.connection() as connection:
        rows = await connection.fetch(store.LIST, caller.organisation, moment, after[1], limit + 1)
    mark = None
    if len(rows) > limit:
        last = rows[limit - 1]
        mark = gateway.cursor.encode([last["created_at"].isoformat(), last["id"]], question=bound)
    documents = [encode(store.document(row)) for row in rows[:limit]]
    return send_list(listing(documents, next_cursor=mark, **gateway.as_of()))


@router.get(
    "/{export_id}",
    operation_id="read_export",
    summary="Read an export",
    response_model=None,
    responses=answers(
        Export, examples.EXPORT, *REFUSALS, NotFound, ValidationFailed, conditional=True
    ),
)
async def read_export(
    request: Request, export_id: Id, caller: Exporting, gateway: Gateway
) -> Response:
    """Read whether an export is done."""
    async with gateway.database.connection() as connection:
        row = await store.one(connection, caller.organisation, export_id)
    return send_one(request, store.document(row), row["revision"])


@router.delete(
    "/{export_id}",
    operation_id="cancel_export",
    summary="Cancel an export",
    response_model=None,
    status_code=204,
    responses={
        204: {"description": "It is not made, and its files are gone."},
        **responses(*REFUSALS, NotFound, ValidationFailed),
    },
)
async def cancel_export(export_id: Id, caller: Exporting, gateway: Gateway) -> Response:
    """Cancel an export that waits or is being made, or drop the files of one that is done."""
    async with gateway.database.transaction() as connection:
        await store.cancel(connection, caller.organisation, export_id)
    return Response(status_code=204)


@router.get(
    "/{export_id}/manifest",
    operation_id="read_export_manifest",
    summary="Read what an export made",
    response_model=None,
    responses=answers(
        Manifest,
        examples.MANIFEST,
        *REFUSALS,
        NotFound,
        TransitionNotAllowed,
        ValidationFailed,
        conditional=True,
    ),
)
async def read_manifest(
    request: Request, export_id: Id, caller: Exporting, gateway: Gateway
) -> Response:
    """Read the files of an export with their SHA-256, its fields, data date and licences."""
    async with gateway.database.connection() as connection:
        row = await store.one(connection, caller.organisation, export_id)
        if row["state"] != "done":
            raise TransitionNotAllowed(f"This export is {row['state']}; only one that is done has.")
        manifest = await store.manifest(connection, row)
    return send_one(request, manifest, row["revision"])


def _check_scope(caller: Caller, what: str) -> None:
    """Raise ScopeMissing for who could not read the list itself."""
    if (scope := asked.KINDS[what].scope) not in caller.scopes:
        raise ScopeMissing(f"This list needs the scope {scope}.")


_BYTES: Final[dict[str, Any]] = {
    "application/json": {
        "schema": {"type": "array", "items": {"type": "object"}},
        "example": [{"name": "id"}],
    },
    "application/x-ndjson": {"schema": {"type": "string"}, "example": '{"id":"prc_x"}\n'},
    "text/csv": {"schema": {"type": "string"}, "example": "id,source\r\nprc_x,kz-goszakup\r\n"},
}


@router.get(
    "/{export_id}/files/{name}",
    operation_id="download_export",
    summary="Fetch a file of an export",
    response_model=None,
    response_class=Response,
    responses={
        200: {"description": "The whole file.", "content": _BYTES},
        206: {"description": "The part that was asked for.", "content": _BYTES},
        **responses(*REFUSALS, NotFound, ValidationFailed, RangeNotSatisfiable),
    },
)
async def download(
    *,
    export_id: Id,
    name: FileName,
    caller: Exporting,
    gateway: Gateway,
    range_: Annotated[str | None, Header(alias="Range", max_length=200)] = None,
    if_range: Annotated[str | None, Header(max_length=200)] = None,
) -> Response:
    """Fetch a file, or go on where a download broke off: `Range` with `If-Range`, its ETag."""
    async with gateway.database.connection() as connection:
        row = await store.one(connection, caller.organisation, export_id)
        _check_scope(caller, row["what"])
        file = await store.file(connection, export_id, name)
    size, etag = file["size"], f'"{file["sha256"]}"'
    part = part_of(size, range_, condition=if_range, etag=etag)
    wanted = part or range(size)
    headers = {
        **HEADERS,
        "ETag": etag,
        "Accept-Ranges": "bytes",
        "Content-Length": str(len(wanted)),
        "Content-Disposition": f'attachment; filename="{name}"',
        "X-Content-Type-Options": "nosniff",
    }
    if part:
        headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{size}"
    body = store.parts(gateway.database, export_id, name, wanted.start, wanted.stop - 1)
    return StreamingResponse(
        body, 206 if part else 200, headers=headers, media_type=file["media_type"]
    )
