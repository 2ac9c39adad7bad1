"""Statistics: tables of figures over all purchases, and profiles of regions."""

from typing import Annotated, Any, Final, Literal

from fastapi import Depends, Header, Path, Query, Request, Response

from gateway import regions
from gateway.api.asking import HEADERS, allowed, send, send_list
from gateway.api.describing import answers, lists
from gateway.api.example_figures import REGION, REGION_PAGE, TILE, TILE_CSV, TILE_PAGE
from gateway.memory import Answer
from gateway.reads import figures
from gateway.reads.answering import answer, encode, listing
from gateway.regions import Region, RegionBrief
from gateway.state import Gateway
from gateway.view.process import revision_of
from shared.contracts.statistics import Tile, TileBrief
from shared.errors import NotFound, RateLimited, ScopeMissing
from shared.errors import Unauthenticated as NoKey
from shared.late import Router
from shared.vocabulary import kato

router = Router(prefix="/v1", tags=["statistics"])
reader = Depends(allowed("processes:read"))

CSV: Final = "text/csv"


@router.get(
    "/stats",
    operation_id="list_statistics",
    summary="List the statistics",
    response_model=None,
    dependencies=[reader],
    responses=lists(TileBrief, TILE_PAGE, NoKey, ScopeMissing, RateLimited),
)
async def list_statistics(gateway: Gateway) -> Response:
    """List every table of figures with its definition and columns, all on one page."""
    async with gateway.database.connection() as connection:
        found = await figures.tiles_in_short(connection)
    return send_list(listing(found, next_cursor=None, **gateway.as_of()))


_tile_answers: Final[dict[int | str, dict[str, Any]]] = answers(
    Tile, TILE, NoKey, ScopeMissing, NotFound, RateLimited, conditional=True
)
_tile_answers[200]["content"][CSV] = {"schema": {"type": "string"}, "example": TILE_CSV}


@router.get(
    "/stats/{tile_id}",
    operation_id="read_statistics",
    summary="Read a table of figures",
    response_model=None,
    dependencies=[reader],
    responses=_tile_answers,
)
async def read_statistics(
    request: Request,
    tile_id: Annotated[str, Path(max_length=100)],
    gateway: Gateway,
    form: Annotated[
        Literal["json", "csv"] | None, Query(alias="format", description="Else as Accept asks.")
    ] = None,
    accept: Annotated[str | None, Header(max_length=500)] = None,
) -> Response:
    """Read one table with what every figure means; as CSV its rows alone."""
    as_csv = form == "csv" or (form is None and _prefers_csv(accept))
    key = f"{tile_id}.csv" if as_csv else tile_id
    found: Answer | None = gateway.memory.get("tile", key)
    if found is None:
        mark = gateway.memory.mark()
        async with gateway.database.connection() as connection:
            found = await figures.tile(connection, tile_id, as_csv=as_csv)
        if found is None:
            raise NotFound("There are no statistics under this name.")
        gateway.memory.put("tile", key, found, size=len(found.body), mark=mark)
    headers = HEADERS | {"Vary": "Authorization, Accept"}
    if not as_csv:
        return send(request, found, headers)
    headers["Content-Disposition"] = f'attachment; filename="{tile_id}.csv"'
    return send(request, found, headers, media_type=f"{CSV}; charset=utf-8; header=present")


def _prefers_csv(accept: str | None) -> bool:
    """Whether CSV is asked for before JSON."""
    named = [one.partition(";")[0].strip().lower() for one in (accept or "").split(",")]
    return CSV in named and "application/json" not in named[: named.index(CSV)]


@router.get(
    "/regions",
    operation_id="list_regions",
    summary="List the regions",
    response_model=None,
    dependencies=[reader],
    responses=lists(RegionBrief, REGION_PAGE, NoKey, ScopeMissing, RateLimited),
)
async def list_regions(gateway: Gateway) -> Response:
    """List the regions of today, all on one page."""
    found = [encode(one) for one in regions.all_in_short()]
    return send_list(listing(found, next_cursor=None, **gateway.as_of()))


@router.get(
    "/regions/{region_id}",
    operation_id="read_region",
    summary="Read a region",
    response_model=None,
    dependencies=[reader],
    responses=answers(Region, REGION, NoKey, ScopeMissing, NotFound, RateLimited, conditional=True),
)
async def read_region(
    request: Request,
    region_id: Annotated[str, Path(max_length=9, description="Two digits of KATO.")],
    gateway: Gateway,
) -> Response:
    """Read what the buyers seated in a region bought, how, from whom, and how it changes."""
    if region_id not in kato.regions():
        raise NotFound("There is no region under this code.")
    found: Answer | None = gateway.memory.get("region", region_id)
    if found is None:
        mark = gateway.memory.mark()
        async with gateway.database.connection() as connection:
            counted = await figures.figures(connection, "region", region_id)
        body = encode(regions.document(region_id, counted))
        found = answer(body, revision_of(body))
        gateway.memory.put("region", region_id, found, size=len(body), mark=mark)
    return send(request, found)
