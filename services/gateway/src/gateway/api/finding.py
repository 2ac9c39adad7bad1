"""Finding things by what people hold: a number, a link, a BIN; and lists of what there is."""

from typing import Annotated, Final, Literal

from fastapi import Depends, Query, Response
from pydantic import Field

from gateway.api import examples
from gateway.api.asking import (
    From,
    Until,
    Words,
    allowed,
    each,
    organisations,
    send_list,
)
from gateway.api.describing import lists
from gateway.api.filters import CurrencyRequired, OfPurchases
from gateway.api.metering import Meter, Rows
from gateway.listed import Candidate, ListedContract, ListedLot, ListedPlan
from gateway.naming import named
from gateway.reads import listed
from gateway.reads.answering import encode, listing
from gateway.state import Gateway, State
from gateway.usage import QuotaSpent
from shared.errors import CursorInvalid, RateLimited, ScopeMissing
from shared.errors import Unauthenticated as NoKey
from shared.late import Router

router = Router(prefix="/v1", tags=["finding"], dependencies=[Depends(allowed("processes:read"))])

LONGEST_ADDRESS: Final = 500
_refusals: Final = (CursorInvalid, CurrencyRequired, NoKey, ScopeMissing, RateLimited)


class ListedFilter(OfPurchases):
    """Which rows. A parameter that is repeated means any of its values."""

    id: Words = Field([], description="Our id of the row.")
    process: Words = Field([], description="Id of the process (prc_…).")
    status: Words = Field([], description="Status as listed.")


class LotFilter(ListedFilter):
    """Which lots, in which order."""

    published_from: From | None = Field(None, alias="published[gte]")
    published_to: Until | None = Field(None, alias="published[lte]")
    sort: Literal["-published", "published", "-amount", "amount"] = "-published"


class ContractFilter(ListedFilter):
    """Which contracts, in which order."""

    supplier: Words = Field([], description="Id (org_…) or BIN of the supplier.")
    signed_from: From | None = Field(None, alias="signed[gte]")
    signed_to: Until | None = Field(None, alias="signed[lte]")
    sort: Literal["-signed", "signed", "-amount", "amount"] = "-signed"


class PlanFilter(ListedFilter):
    """Which plan points, in which order."""

    planned_from: From | None = Field(
        None, alias="planned[gte]", description="Month of the purchase, as its first day (UTC)."
    )
    planned_to: Until | None = Field(None, alias="planned[lte]")
    sort: Literal["-planned", "planned", "-amount", "amount"] = "-planned"


@router.get(
    "/resolve",
    operation_id="resolve",
    summary="What does this number name?",
    response_model=None,
    responses=lists(Candidate, examples.CANDIDATES, NoKey, ScopeMissing, RateLimited),
)
async def resolve(
    q: Annotated[
        str,
        Query(
            min_length=1,
            max_length=LONGEST_ADDRESS,
            description="Number of a notice (17379679-1), lot (87361886-ЗЦП2) or contract "
            "(970140002674/260023/00), an address of the portal, a BIN, an ocid, or an id of ours.",
        ),
    ],
    gateway: Gateway,
) -> Response:
    """Name what the view holds under a number, a link, a BIN or an id; nothing if nothing fits."""
    async with gateway.database.connection() as connection:
        found = await listed.candidates(connection, named(q))
    documents = [encode(candidate) for candidate in found]
    return send_list(listing(documents, next_cursor=None, **gateway.as_of()))


@router.get(
    "/lots",
    operation_id="list_lots",
    summary="Find lots",
    response_model=None,
    responses=lists(ListedLot, examples.LOT_PAGE, *_refusals, QuotaSpent),
)
async def list_lots(
    asked: Annotated[LotFilter, Query()], gateway: Gateway, meter: Rows
) -> Response:
    """Find lots of tenders."""
    return await _page(gateway, meter, "lots", asked, of_lots(asked))


@router.get(
    "/contracts",
    operation_id="list_contracts",
    summary="Find contracts",
    response_model=None,
    responses=lists(ListedContract, examples.CONTRACT_PAGE, *_refusals, QuotaSpent),
)
async def list_contracts(
    asked: Annotated[ContractFilter, Query()], gateway: Gateway, meter: Rows
) -> Response:
    """Find contracts, each as it stands after its newest amendment."""
    return await _page(gateway, meter, "contracts", asked, of_contracts(asked))


@router.get(
    "/plans",
    operation_id="list_plans",
    summary="Find plan points",
    response_model=None,
    responses=lists(ListedPlan, examples.PLAN_PAGE, *_refusals, QuotaSpent),
)
async def list_plans(
    asked: Annotated[PlanFilter, Query()], gateway: Gateway, meter: Rows
) -> Response:
    """Find plan points: those a purchase has taken up, and those that none has."""
    question = _question("plan", asked, "planned", (asked.planned_from, asked.planned_to))
    return await _page(gateway, meter, "plans", asked, question)


def of_lots(asked: LotFilter) -> listed.Question:
    """Return what a filter of lots asks for."""
    return _question("lot", asked, "published", (asked.published_from, asked.published_to))


def of_contracts(asked: ContractFilter) -> listed.Question:
    """Return what a filter of contracts asks for."""
    between = (asked.signed_from, asked.signed_to)
    return _question("contract", asked, "signed", between, asked.supplier)


def _question(
    kind: str,
    asked: LotFilter | ContractFilter | PlanFilter,
    date_word: str,
    between: tuple[From | None, Until | None],
    supplier: list[str] | None = None,
) -> listed.Question:
    return listed.Question(
        **asked.common(),
        kind=kind,
        id=each(asked.id),
        process=each(asked.process),
        supplier=organisations(supplier or [], "/query/supplier"),
        status=each(asked.status),
        date_from=between[0],
        date_to=between[1],
        sort=asked.sort.replace(date_word, "date"),
    )


async def _page(
    gateway: State, meter: Meter, name: str, asked: ListedFilter, question: listed.Question
) -> Response:
    bound = asked.question(name)
    after = gateway.cursor.decode(asked.cursor, question=bound) if asked.cursor else None
    async with gateway.database.connection() as connection:
        found = await listed.find(connection, question, after=after, limit=asked.limit)
    mark = gateway.cursor.encode(found.last, question=bound) if found.last else None
    meter.give(len(found.documents))
    return send_list(listing(found.documents, next_cursor=mark, **gateway.as_of()))
