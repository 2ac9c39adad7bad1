"""Buyers and suppliers: what open data say of an organisation. Natural persons have no profile."""

from typing import Annotated

import msgspec
from fastapi import Depends, Path, Request, Response
from msgspec import structs

from gateway.api import examples
from gateway.api.asking import allowed, send
from gateway.api.describing import answers
from gateway.api.example_figures import NETWORK
from gateway.documents import Organisation
from gateway.memory import Answer
from gateway.reads import figures, organisations, scores
from gateway.reads.answering import answer, encode, organisation_id
from gateway.state import Gateway, State
from gateway.view.apply import PERSON_PREFIX
from gateway.view.process import revision_of
from gateway.withheld import public_codes, sees_all, shortened
from shared.contracts.profiles import Network
from shared.errors import NotFound, RateLimited, ScopeMissing
from shared.errors import Unauthenticated as NoKey
from shared.late import Router
from shared.security import Caller
from shared.vocabulary.identifiers import is_person_number

router = Router(prefix="/v1", tags=["organisations"])
reader = Depends(allowed("processes:read"))
Reader = Annotated[Caller, reader]

_organisation_of = msgspec.json.Decoder(Organisation).decode

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
    """Read who buys: names, volumes, methods, competition, counterparts, signs and trend."""
    return send(request, await _profile(gateway, buyer_id, "buyer"))


@router.get(
    "/suppliers/{supplier_id}",
    operation_id="read_supplier",
    summary="Read a supplier",
    response_model=None,
    responses=_answers,
)
async def read_supplier(
    request: Request, supplier_id: OrganisationId, caller: Reader, gateway: Gateway
) -> Response:
    """Read who sells or tried to: names, volumes, success, counterparts, signs and trend."""
    found = await _profile(gateway, supplier_id, "supplier")
    return send(request, found if sees_all(caller) else await _for_public(gateway, found))


@router.get(
    "/suppliers/{supplier_id}/network",
    operation_id="read_network",
    summary="Read with whom a supplier meets",
    response_model=None,
    dependencies=[reader],
    responses=answers(
        Network, NETWORK, NoKey, ScopeMissing, NotFound, RateLimited, conditional=True
    ),
)
async def read_network(request: Request, supplier_id: OrganisationId, gateway: Gateway) -> Response:
    """Read who bids in the same purchases, on whom the supplier depends, who shares contacts."""
    organisation = _organisation(supplier_id, "supplier")
    found: Answer | None = gateway.memory.get("network", organisation)
    if found is None:
        mark = gateway.memory.mark()
        async with gateway.database.connection() as connection:
            network = await figures.network(connection, organisation)
        if network is None:
            raise NotFound("No network of a supplier is known under this id.")
        body = encode(network)
        found = answer(body, revision_of(body))
        gateway.memory.put("network", organisation, found, size=len(body), mark=mark)
    return send(request, found)


def _organisation(named: str, role: str) -> str:
    """Return the id of an organisation. Natural persons and sole traders have no profile."""
    if named.startswith(PERSON_PREFIX) or is_person_number(named):
        raise NotFound(f"No {role} is known under this id.")
    return organisation_id(named, pointer=f"/path/{role}_id")


async def _for_public(gateway: State, found: Answer) -> Answer:
    """Return the profile of a supplier without the flags that only partners read."""
    profile = _organisation_of(found.body)
    if profile.score is None:
        return found
    public = public_codes((await scores.known_catalogue(gateway))[0])
    body = encode(structs.replace(profile, score=shortened(profile.score, public)))
    return answer(body, revision_of(body))


async def _profile(gateway: State, named: str, role: str) -> Answer:
    organisation = _organisation(named, role)
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
