"""Buyers and suppliers: what open data say of an organisation. Natural persons have no profile."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from gateway.api import examples
from gateway.api.asking import allowed, send
from gateway.api.describing import answers
from gateway.documents import Organisation
from gateway.memory import Answer
from gateway.reads import organisations
from gateway.reads.answering import answer, encode, organisation_id
from gateway.state import Gateway, State
from gateway.view.process import revision_of
from shared.errors import NotFound, RateLimited, ScopeMissing
from shared.errors import Unauthenticated as NoKey

router = APIRouter(prefix="/v1", tags=["organisations"])
reader = Depends(allowed("processes:read"))

OrganisationId = Annotated[str, Path(max_length=300, description="Id (org_…) or BIN.")]
_answers = answers(
    Organisation,
    examples.BUYER_DOCUMENT,
    NoKey,
    ScopeMissing,
    NotFound,
    RateLimited,
    conditional=True,
)


@router.get(
    "/buyers/{buyer_id}",
    operation_id="read_buyer",
    summary="Read a buyer",
    response_model=None,
    dependencies=[reader],
    responses=_answers,
)
async def read_buyer(request: Request, buyer_id: OrganisationId, gateway: Gateway) -> Response:
    """Read who buys: names, figures per method, band and indicator, totals per currency."""
    return send(request, await _profile(gateway, buyer_id, "buyer"))


@router.get(
    "/suppliers/{supplier_id}",
    operation_id="read_supplier",
    summary="Read a supplier",
    response_model=None,
    dependencies=[reader],
    responses=_answers,
)
async def read_supplier(
    request: Request, supplier_id: OrganisationId, gateway: Gateway
) -> Response:
    """Read who sells or tried to: names, figures, totals awarded per currency."""
    return send(request, await _profile(gateway, supplier_id, "supplier"))


async def _profile(gateway: State, named: str, role: str) -> Answer:
    organisation = organisation_id(named, pointer=f"/path/{role}_id")
    remembered: dict[str, Answer] = gateway.memory.get("organisation", organisation) or {}
    if role in remembered:
        return remembered[role]
    mark = gateway.memory.mark()
    async with gateway.database.transaction() as connection:
        profile = await organisations.profile(connection, organisation, role)
    if profile is None:
        raise NotFound(f"No {role} is known under this id.")
    body = encode(profile)
    known = remembered | {role: answer(body, revision_of(body))}
    size = sum(len(each.body) for each in known.values())
    gateway.memory.put("organisation", organisation, known, size=size, mark=mark)
    return known[role]
