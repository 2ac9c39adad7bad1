"""Processes: found by what is asked of them, or read one by one."""

from typing import Annotated, Literal

from fastapi import Depends, Path, Query, Request, Response
from pydantic import Field

from gateway.api import examples
from gateway.api.asking import (
    Bands,
    From,
    Until,
    Words,
    allowed,
    each,
    organisations,
    send,
    send_list,
)
from gateway.api.describing import answers, lists
from gateway.api.filters import CurrencyRequired, OfPurchases
from gateway.api.metering import Rows
from gateway.documents import ProcessBrief
from gateway.memory import Answer
from gateway.process_document import Process
from gateway.reads import processes
from gateway.reads.answering import listing
from gateway.state import Gateway, State
from gateway.usage import QuotaSpent
from shared.errors import Ambiguous, CursorInvalid, NotFound, RateLimited, ScopeMissing
from shared.errors import Unauthenticated as NoKey
from shared.late import Router

router = Router(prefix="/v1/processes", tags=["processes"])
reader = Depends(allowed("processes:read"))

Sort = Literal["-published", "published", "-date", "date", "-score", "score", "-amount", "amount"]
PUBLIC_ID = "prc_"


class ProcessFilter(OfPurchases):
    """Which processes, in which order. A parameter that is repeated means any of its values."""

    supplier: Words = Field([], description="Id (org_…) or BIN of who was awarded.")
    indicator: Words = Field([], description="Code of an indicator that is flagged.")
    band: Bands = Field([], description="Risk band.")
    ocid: Words = Field([], description="The publisher's own id.")
    published_from: From | None = Field(None, alias="published[gte]")
    published_to: Until | None = Field(None, alias="published[lte]")
    date_from: From | None = Field(
        None, alias="date[gte]", description="Date of the newest release."
    )
    date_to: Until | None = Field(None, alias="date[lte]")
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
        CurrencyRequired,
        NoKey,
        ScopeMissing,
        RateLimited,
        QuotaSpent,
        notice=True,
    ),
)
async def list_processes(
    asked: Annotated[ProcessFilter, Query()], gateway: Gateway, meter: Rows
) -> Response:
    """Find contracting processes; each with its score in short."""
    question, bound = question_of(asked), asked.question("processes")
    after = gateway.cursor.decode(asked.cursor, question=bound) if asked.cursor else None
    async with gateway.database.connection() as connection:
        found = await processes.find(connection, question, after=after, limit=asked.limit)
    mark = gateway.cursor.encode(found.last, question=bound) if found.last else None
    meter.give(len(found.documents))
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


def question_of(asked: ProcessFilter) -> processes.Question:
    """Return what a filter asks for."""
    return processes.Question(
        **asked.common(),
        supplier=organisations(asked.supplier, "/query/supplier"),
        indicator=each(asked.indicator),
        band=each(asked.band),
        ocid=each(asked.ocid),
        published_from=asked.published_from,
        published_to=asked.published_to,
        date_from=asked.date_from,
        date_to=asked.date_to,
        sort=asked.sort,
    )
