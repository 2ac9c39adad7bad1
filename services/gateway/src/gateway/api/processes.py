"""Processes: found by what is asked of them, or read one by one."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import Field

from gateway.api import examples
from gateway.api.asking import (
    Amount,
    From,
    InPlaces,
    Until,
    Word,
    Words,
    allowed,
    each,
    organisations,
    send,
    send_list,
)
from gateway.api.describing import answers, lists
from gateway.documents import ProcessBrief
from gateway.memory import Answer
from gateway.process_document import Process
from gateway.reads import processes
from gateway.reads.answering import listing
from gateway.state import Gateway, State
from shared.errors import Ambiguous, CursorInvalid, NotFound, RateLimited, ScopeMissing
from shared.errors import Unauthenticated as NoKey

router = APIRouter(prefix="/v1/processes", tags=["processes"])
reader = Depends(allowed("processes:read"))

Sort = Literal["-published", "published", "-date", "date", "-score", "score", "-amount", "amount"]
PUBLIC_ID = "prc_"


class ProcessFilter(InPlaces):
    """Which processes, in which order. A parameter that is repeated means any of its values."""

    buyer: Words = Field([], description="Id (org_…) or BIN of who buys.")
    supplier: Words = Field([], description="Id (org_…) or BIN of who was awarded.")
    method: Words = Field([], description="OCDS procurementMethod: open, limited, direct…")
    indicator: Words = Field([], description="Code of an indicator that is flagged.")
    band: Words = Field([], description="Risk band: low, medium, high, critical.")
    source: Words = Field([], description="Id of the publisher's data set.")
    ocid: Words = Field([], description="The publisher's own id.")
    currency: Word | None = Field(None, description="ISO 4217 code of the amount.")
    amount_from: Amount | None = Field(
        None,
        alias="amount[gte]",
        description="What was awarded, or else planned, in its own currency: at least.",
    )
    amount_to: Amount | None = Field(None, alias="amount[lte]", description="At most.")
    published_from: From | None = Field(None, alias="published[gte]")
    published_to: Until | None = Field(None, alias="published[lte]")
    date_from: From | None = Field(
        None, alias="date[gte]", description="Date of the newest release."
    )
    date_to: Until | None = Field(None, alias="date[lte]")
    q: Word | None = Field(
        None, description="Words of title, description or parties, in Kazakh or Russian spelling."
    )
    sort: Sort = "-published"


@router.get(
    "",
    operation_id="list_processes",
    summary="Find processes",
    response_model=None,
    dependencies=[reader],
    responses=lists(
        ProcessBrief,
        examples.PROCESS_PAGE,
        CursorInvalid,
        NoKey,
        ScopeMissing,
        RateLimited,
        notice=True,
    ),
)
async def list_processes(asked: Annotated[ProcessFilter, Query()], gateway: Gateway) -> Response:
    """Find contracting processes; each with its score in short."""
    question, bound = _question(asked), asked.question("processes")
    after = gateway.cursor.decode(asked.cursor, question=bound) if asked.cursor else None
    async with gateway.database.connection() as connection:
        found = await processes.find(connection, question, after=after, limit=asked.limit)
    mark = gateway.cursor.encode(found.last, question=bound) if found.last else None
    return send_list(listing(found.documents, next_cursor=mark, notice=True, **gateway.as_of()))


@router.get(
    "/{process_id:path}",
    operation_id="read_process",
    summary="Read a process",
    response_model=None,
    dependencies=[reader],
    responses=answers(
        Process,
        examples.PROCESS_DOCUMENT,
        NoKey,
        ScopeMissing,
        NotFound,
        Ambiguous,
        RateLimited,
        conditional=True,
    ),
)
async def read_process(
    request: Request,
    process_id: Annotated[
        str, Path(max_length=300, description="Our id (prc_…) or the publisher's ocid.")
    ],
    gateway: Gateway,
    source: Annotated[
        str | None, Query(max_length=200, description="Whose ocid, where several use it.")
    ] = None,
) -> Response:
    """Read all of one purchase: from its plan to payments and complaints; its score in short."""
    remembered = gateway.memory.get("process", process_id)
    if remembered is not None and source is None:
        return send(request, remembered)
    return send(request, await _read(gateway, process_id, source))


async def _read(gateway: State, process_id: str, source: str | None) -> Answer:
    mark = gateway.memory.mark()
    async with gateway.database.connection() as connection:
        if process_id.startswith(PUBLIC_ID) and source is None:
            answer = await processes.by_id(connection, process_id)
            if answer is not None:
                size = len(answer.body)
                gateway.memory.put("process", process_id, answer, size=size, mark=mark)
                return answer
        return await processes.by_ocid(connection, process_id, source)


def _question(asked: ProcessFilter) -> processes.Question:
    return processes.Question(
        buyer=organisations(asked.buyer, "/query/buyer"),
        supplier=organisations(asked.supplier, "/query/supplier"),
        method=each(asked.method),
        indicator=each(asked.indicator),
        band=each(asked.band),
        source=each(asked.source),
        ocid=each(asked.ocid),
        places=asked.places(),
        currency=asked.currency,
        amount_from=asked.amount_from,
        amount_to=asked.amount_to,
        published_from=asked.published_from,
        published_to=asked.published_to,
        date_from=asked.date_from,
        date_to=asked.date_to,
        text=asked.q,
        sort=asked.sort,
    )
