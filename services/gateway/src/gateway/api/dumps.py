"""Dumps of every night: announced to everybody, fetched by who has a key."""

from datetime import date
from typing import Final

from fastapi import Request, Response
from msgspec import Struct

from gateway.api import example_exports as examples
from gateway.api.commanding import REFUSALS
from gateway.api.describing import answers
from gateway.api.exports import Exporting, FileName, check_scope
from gateway.api.files import CONTENT, IfRange, Range, send_file
from gateway.api.ranged import RangeNotSatisfiable
from gateway.exports import dumps
from gateway.exports.documents import Dump
from gateway.reads.answering import encode
from gateway.state import Gateway
from gateway.who.networks import address_of
from shared.errors import NotFound, RateLimited, ValidationFailed, responses
from shared.late import Router

router = Router(prefix="/v1/dumps", tags=["exports"])

CROWD: Final = "dumps"
"""Under which name it is counted how often a network asks, which needs no key for it."""

_PUBLIC: Final = {"Cache-Control": "public, max-age=300"}


class Dumps(Struct, frozen=True):
    """The dumps that can be fetched, the newest first."""

    data: list[Dump]


@router.get(
    "",
    operation_id="list_dumps",
    summary="List the nightly dumps",
    response_model=None,
    responses=answers(Dumps, examples.DUMPS, RateLimited),
)
async def list_dumps(request: Request, gateway: Gateway) -> Response:
    """List the dumps of the last nights with their SHA-256, data date and licences, without a key.

    Findings and scores in them name suppliers only by signs whose precision is measured.
    """
    await gateway.crowds.take(CROWD, address_of(request.scope, gateway.proxies))
    async with gateway.database.connection() as connection:
        found = Dumps(await dumps.listed(connection))
    return Response(encode(found), media_type="application/json", headers=_PUBLIC)


@router.get(
    "/{day}/files/{name}",
    operation_id="download_dump",
    summary="Fetch a file of a dump",
    response_model=None,
    response_class=Response,
    responses={
        200: {"description": "The whole file.", "content": CONTENT},
        206: {"description": "The part that was asked for.", "content": CONTENT},
        **responses(*REFUSALS, NotFound, ValidationFailed, RangeNotSatisfiable),
    },
)
async def download_dump(
    *,
    day: date,
    name: FileName,
    caller: Exporting,
    gateway: Gateway,
    range_: Range = None,
    if_range: IfRange = None,
) -> Response:
    """Fetch a file, or go on where a download broke off. Takes the scope of its list as well."""
    async with gateway.database.connection() as connection:
        file = await dumps.find(connection, day, name)
    if file is None:
        raise NotFound("There is no such file of that night, or no longer.")
    check_scope(caller, file["what"])
    named = {**file, "name": name}
    return send_file(gateway, file["export_id"], named, range_=range_, if_range=if_range)
