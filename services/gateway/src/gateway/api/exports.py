"""Exports: a whole list as a file, asked for once, made beside the requests, fetched in parts."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Depends, Path, Request, Response
from pydantic import Field

from gateway.api import example_exports as examples
from gateway.api.administering import Id
from gateway.api.asking import allowed, send_list
from gateway.api.commanding import ONCE, REFUSALS, Made, carry_out, send_one
from gateway.api.describing import answers, lists
from gateway.api.files import CONTENT, IfRange, Range, send_file
from gateway.api.filters import CurrencyRequired
from gateway.api.metering import charge_in
from gateway.api.ranged import RangeNotSatisfiable
from gateway.exports import asked, store
from gateway.exports.documents import Export, Manifest
from gateway.exports.formats import can_be
from gateway.reads.answering import encode, listing
from gateway.state import Gateway
from gateway.usage import QuotaSpent
from gateway.who.doing import Doing
from gateway.who.refusals import flaw
from gateway.withheld import PARTNER, sees_all
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
from shared.late import Router
from shared.paging import After, Limit
from shared.security import Caller

router = Router(prefix="/v1/exports", tags=["exports"])


async def _of_an_organisation(
    caller: Annotated[Caller, Depends(allowed("exports:create"))],
) -> Caller:
    if caller.organisation is None:
        raise ScopeMissing("Only an organisation has exports.")
    return caller


Exporting = Annotated[Caller, Depends(_of_an_organisation)]
FileName = Annotated[str, Path(max_length=40, pattern=r"^[a-z]+(\.[a-z]+){1,2}$")]


class ExportBody(Body):
    """Which list, in which format. `filter` takes the parameters of the list, each as there.

    A parameter that may be repeated is a list of texts: {"band": ["high"], "currency": "KZT"}.
    Scores take `subject_type`, `subject`, `indicator`, `band`; findings `status` too (flagged).
    """

    what: Literal["processes", "lots", "contracts", "alerts", "scores", "findings"]
    format: Literal["ndjson", "ndjson.gz", "csv", "parquet", "xlsx", "ocds", "ocds.gz"] = "ndjson"
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

    It takes the scope of the list as well. Rows count to the quota of the day: an export that
    would go beyond it fails with `daily_quota_spent`. OCDS is for processes: their releases.
    """
    check_scope(caller, body.what)
    if not can_be(body.what, body.format):
        raise flaw("/body/format", "format", f"there is no OCDS of {body.what}")
    asked.question(body.what, body.filter)

    async def work(do: Doing) -> Made:
        await charge_in(do.connection, request, gateway, "exports")
        wanted = (body.what, body.format, body.filter)
        partner = body.what in asked.OF_PARTNERS and sees_all(caller)
        name = await store.add(
            do.connection, caller.organisation, wanted, partner=partner, now=do.now
        )
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


def check_scope(caller: Caller, what: str) -> None:
    """Raise ScopeMissing for who could not read the list itself."""
    if (scope := asked.KINDS[what].scope) not in caller.scopes:
        raise ScopeMissing(f"This list needs the scope {scope}.")


@router.get(
    "/{export_id}/files/{name}",
    operation_id="download_export",
    summary="Fetch a file of an export",
    response_model=None,
    response_class=Response,
    responses={
        200: {"description": "The whole file.", "content": CONTENT},
        206: {"description": "The part that was asked for.", "content": CONTENT},
        **responses(*REFUSALS, NotFound, ValidationFailed, RangeNotSatisfiable),
    },
)
async def download(
    *,
    export_id: Id,
    name: FileName,
    caller: Exporting,
    gateway: Gateway,
    range_: Range = None,
    if_range: IfRange = None,
) -> Response:
    """Fetch a file, or go on where a download broke off: `Range` with `If-Range`, its ETag."""
    async with gateway.database.connection() as connection:
        row = await store.one(connection, caller.organisation, export_id)
        check_scope(caller, row["what"])
        if row["partner"] and not sees_all(caller):
            raise ScopeMissing(f"This file needs the scope {PARTNER}.")
        file = await store.file(connection, export_id, name)
    return send_file(gateway, export_id, {**file, "name": name}, range_=range_, if_range=if_range)
