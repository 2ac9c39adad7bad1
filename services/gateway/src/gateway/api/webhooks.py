"""Webhooks: where an organisation has events sent, what was sent, and sending it again."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal, NamedTuple

from fastapi import Depends, Path, Query, Request, Response
from pydantic import Field

from gateway import own_keys
from gateway.api import example_webhooks as examples
from gateway.api.administering import Id, Left, given
from gateway.api.asking import Words, allowed, each, send_list
from gateway.api.commanding import (
    NOT_STORED,
    ON_VERSION,
    ONCE,
    REFUSALS,
    Made,
    carry_out,
    changing,
    on_version,
    send_changed,
)
from gateway.api.describing import answers, lists
from gateway.api.filters import Paged
from gateway.push import endpoints
from gateway.push.documents import Delivery, Endpoint, Replay
from gateway.push.guard import Guard, Refused
from gateway.push.signatures import SEALED_AS
from gateway.reads.answering import encode, listing
from gateway.state import Gateway, State
from gateway.who.doing import Doing
from gateway.who.refusals import flaw
from gateway.who.sealing import Seal
from shared.bodies import Body
from shared.errors import CursorInvalid, GuardFailed, NotFound, ScopeMissing, ValidationFailed
from shared.feed.serve import GREATEST_SEQ
from shared.idempotency import KeyHeader
from shared.late import Router
from shared.paging import After, Limit
from shared.preconditions import IfMatch
from shared.security import Caller

router = Router(prefix="/v1/webhooks", tags=["webhooks"])


async def _of_an_organisation(
    caller: Annotated[Caller, Depends(allowed("webhooks:admin"))],
) -> Caller:
    if caller.organisation is None:
        raise ScopeMissing("Only an organisation has endpoints.")
    return caller


Sender = Annotated[Caller, Depends(_of_an_organisation)]
Url = Annotated[str, Field(min_length=1, max_length=2000)]
Types = Annotated[list[Annotated[str, Field(max_length=60)]], Field(max_length=50)]
Said = Annotated[str, Field(max_length=200)]
Address = Annotated[str, Field(max_length=254, pattern=r"^[^@\s,;<>\"]+@[^@\s,;<>\"]+$")]
DeliveryId = Annotated[str, Path(max_length=40, pattern="^msg_[a-z0-9]+$")]


class EndpointBody(Body):
    """A new endpoint. No `types`: all of them, those to come too. `contact` is told of troubles."""

    url: Url
    description: Said | None = None
    contact: Address | None = None
    types: Types = Field(default_factory=list)
    signing: Literal["v1", "v1a"] = "v1"


class EndpointChange(Body):
    """What is changed; what is left out stays. Enabled again, all that was missed is sent."""

    url: Url = Left
    description: Said | None = None
    contact: Address | None = None
    types: Types = Field(default_factory=list)
    enabled: bool = True


class ReplayBody(Body):
    """Numbers of a stream: those after `after`, up to `until`; 10,000 at a time."""

    stream: Literal["public", "own"] = "public"
    after: int = Field(0, ge=0, le=GREATEST_SEQ)
    until: int = Field(GREATEST_SEQ, ge=1, le=GREATEST_SEQ)


class DeliveryFilter(Paged):
    """Which deliveries, the newest first."""

    endpoint: Words = Field([], description="Id of an endpoint (whk_…).")
    state: list[Literal["pending", "delivered", "failed"]] = Field([], max_length=3)
    type: Words = Field([], description="Type of the event.")


_ENDPOINT: Final[Any] = examples.ENDPOINT


@router.get(
    "/endpoints",
    operation_id="list_endpoints",
    summary="List endpoints",
    response_model=None,
    responses=lists(Endpoint, examples.ENDPOINT_PAGE, *REFUSALS, CursorInvalid, ValidationFailed),
)
async def list_endpoints(
    caller: Sender, gateway: Gateway, cursor: After = None, limit: Limit = 50
) -> Response:
    """List the endpoints of your organisation, the oldest first."""
    question = {"list": "endpoints", "of": caller.organisation}
    page = _Page(question, cursor, limit)
    rows, mark = await _page(gateway, endpoints.LIST, [caller.organisation], page)
    return send_list(listing(_shown(gateway, rows), next_cursor=mark, **gateway.as_of()))


@router.post(
    "/endpoints",
    operation_id="add_endpoint",
    summary="Add an endpoint",
    response_model=None,
    status_code=201,
    responses=answers(Endpoint, examples.NEW_ENDPOINT, *REFUSALS, *ONCE, GuardFailed, status=201),
)
async def add_endpoint(
    request: Request,
    body: EndpointBody,
    caller: Sender,
    gateway: Gateway,
    idempotency_key: KeyHeader = None,
) -> Response:
    """Have events sent somewhere, from now on; only https to the public internet is accepted.

    `secret` is shown this once: an answer that is repeated has null there; ask for a new one then.
    """
    await _check(gateway, body.url)
    endpoints.check_types(body.types)

    async def work(do: Doing) -> Made:
        name = await endpoints.add(
            do, str(caller.organisation), _seal(gateway), wanted=body.model_dump()
        )
        row = await endpoints.one(do.connection, caller.organisation, name)
        return _made(gateway, row, do, f"/v1/webhooks/endpoints/{name}")

    return await carry_out(request, gateway, idempotency_key, work)


@router.get(
    "/endpoints/{endpoint_id}",
    operation_id="read_endpoint",
    summary="Read an endpoint",
    response_model=None,
    responses=answers(Endpoint, _ENDPOINT, *REFUSALS, NotFound, ValidationFailed),
)
async def read_endpoint(endpoint_id: Id, caller: Sender, gateway: Gateway) -> Response:
    """Read an endpoint: whether it is sent to, up to which numbers, and how much waits."""
    async with gateway.database.transaction() as connection:
        row = await endpoints.one(connection, caller.organisation, endpoint_id)
    return send_changed(_document(gateway, row), row["revision"])


@router.patch(
    "/endpoints/{endpoint_id}",
    operation_id="change_endpoint",
    summary="Change an endpoint",
    response_model=None,
    responses=answers(Endpoint, _ENDPOINT, *REFUSALS, *ON_VERSION, NotFound),
)
async def change_endpoint(
    request: Request,
    *,
    endpoint_id: Id,
    body: EndpointChange,
    caller: Sender,
    gateway: Gateway,
    if_match: IfMatch = None,
) -> Response:
    """Change an endpoint, disable it, or enable it again: then all that it missed is sent."""
    changed = given(body)
    if "url" in changed:
        await _check(gateway, body.url)
    endpoints.check_types(body.types)
    async with changing(request, gateway) as do:
        row = await endpoints.one(do.connection, caller.organisation, endpoint_id)
        on_version(if_match, row)
        await endpoints.change(do, row, changed)
        after = await endpoints.one(do.connection, caller.organisation, endpoint_id)
    return send_changed(_document(gateway, after), after["revision"])


@router.delete(
    "/endpoints/{endpoint_id}",
    operation_id="remove_endpoint",
    summary="Delete an endpoint",
    response_model=None,
    status_code=204,
    responses={
        **answers(Endpoint, _ENDPOINT, *REFUSALS, *ON_VERSION, NotFound, status=204),
        204: {"description": "Deleted, with its secrets and all that was to be sent there."},
    },
)
async def remove_endpoint(
    request: Request, endpoint_id: Id, caller: Sender, gateway: Gateway, if_match: IfMatch = None
) -> Response:
    """Delete an endpoint. What happened stays in the feed."""
    async with changing(request, gateway) as do:
        row = await endpoints.one(do.connection, caller.organisation, endpoint_id)
        on_version(if_match, row)
        await endpoints.remove(do, endpoint_id)
    return Response(status_code=204)


@router.post(
    "/endpoints/{endpoint_id}:test",
    operation_id="test_endpoint",
    summary="Send a ping",
    response_model=None,
    status_code=202,
    responses=answers(Delivery, examples.PING, *REFUSALS, *ONCE, NotFound, status=202),
)
async def ping_endpoint(
    request: Request,
    endpoint_id: Id,
    caller: Sender,
    gateway: Gateway,
    idempotency_key: KeyHeader = None,
) -> Response:
    """Have an event `ping` sent to an endpoint; read the delivery to see what it answered."""

    async def work(do: Doing) -> Made:
        await endpoints.one(do.connection, caller.organisation, endpoint_id)
        name = await endpoints.ping(do, endpoint_id)
        return _delivery(await endpoints.delivered(do.connection, caller.organisation, name))

    return await carry_out(request, gateway, idempotency_key, work)


@router.post(
    "/endpoints/{endpoint_id}:rotate-secret",
    operation_id="rotate_endpoint_secret",
    summary="Make a new secret",
    response_model=None,
    responses=answers(Endpoint, examples.NEW_ENDPOINT, *REFUSALS, *ONCE, NotFound),
)
async def rotate_endpoint_secret(
    request: Request,
    endpoint_id: Id,
    caller: Sender,
    gateway: Gateway,
    idempotency_key: KeyHeader = None,
) -> Response:
    """Make a new secret, shown this once; for 24 hours every message bears both signatures."""

    async def work(do: Doing) -> Made:
        row = await endpoints.one(do.connection, caller.organisation, endpoint_id)
        await endpoints.rotate(do, row, _seal(gateway))
        row = await endpoints.one(do.connection, caller.organisation, endpoint_id)
        return _made(gateway, row, do)._replace(status=200)

    return await carry_out(request, gateway, idempotency_key, work)


@router.post(
    "/endpoints/{endpoint_id}:replay",
    operation_id="replay_events",
    summary="Send a range again",
    response_model=None,
    status_code=202,
    responses=answers(Replay, examples.REPLAY, *REFUSALS, *ONCE, NotFound, status=202),
)
async def replay_events(
    request: Request,
    *,
    endpoint_id: Id,
    body: ReplayBody,
    caller: Sender,
    gateway: Gateway,
    idempotency_key: KeyHeader = None,
) -> Response:
    """Send what a stream told in a range of numbers, again or for the first time.

    An event that was sent before comes under the same `webhook-id`.
    """

    async def work(do: Doing) -> Made:
        row = await endpoints.one(do.connection, caller.organisation, endpoint_id)
        span = {"after": body.after, "until": body.until}
        return Made(await endpoints.replay(do, row, body.stream, **span), 202)

    return await carry_out(request, gateway, idempotency_key, work)


@router.get(
    "/deliveries",
    operation_id="list_deliveries",
    summary="List deliveries",
    response_model=None,
    responses=lists(Delivery, examples.DELIVERY_PAGE, *REFUSALS, CursorInvalid, ValidationFailed),
)
async def list_deliveries(
    asked: Annotated[DeliveryFilter, Query()], caller: Sender, gateway: Gateway
) -> Response:
    """List what was sent in the last 30 days, each with its last attempts, the newest first."""
    question = {**asked.question("deliveries"), "of": caller.organisation}
    words = [each(asked.endpoint), each(asked.state), each(asked.type)]
    bound = [caller.organisation, *words]
    page = _Page(question, asked.cursor, asked.limit)
    rows, mark = await _page(gateway, endpoints.DELIVERIES, bound, page)
    documents = [encode(endpoints.delivery_document(row)) for row in rows]
    return send_list(listing(documents, next_cursor=mark, **gateway.as_of()))


@router.get(
    "/deliveries/{delivery_id}",
    operation_id="read_delivery",
    summary="Read a delivery",
    response_model=None,
    responses=answers(Delivery, examples.DELIVERY, *REFUSALS, NotFound, ValidationFailed),
)
async def read_delivery(delivery_id: DeliveryId, caller: Sender, gateway: Gateway) -> Response:
    """Read a delivery with its last attempts."""
    async with gateway.database.connection() as connection:
        found = await endpoints.delivered(connection, caller.organisation, delivery_id)
    return send_list(encode(found), NOT_STORED)


@router.post(
    "/deliveries/{delivery_id}:retry",
    operation_id="retry_delivery",
    summary="Try a delivery again",
    response_model=None,
    status_code=202,
    responses=answers(Delivery, examples.PING, *REFUSALS, *ONCE, NotFound, status=202),
)
async def retry_delivery(
    request: Request,
    delivery_id: DeliveryId,
    caller: Sender,
    gateway: Gateway,
    idempotency_key: KeyHeader = None,
) -> Response:
    """Send a delivery again now, whatever became of it, from the beginning of its schedule."""

    async def work(do: Doing) -> Made:
        return _delivery(await endpoints.retry(do, caller.organisation, delivery_id))

    return await carry_out(request, gateway, idempotency_key, work)


async def _check(gateway: State, url: str) -> None:
    guard = Guard(nearby=gateway.settings.nearby(), own=gateway.settings.own_host())
    try:
        await guard.check(url)
    except Refused as refused:
        raise flaw("/body/url", "not_reachable", str(refused)) from refused


class _Page(NamedTuple):
    question: dict[str, Any]
    cursor: str | None
    limit: int


async def _page(
    gateway: State, query: str, bound: list[Any], asked: _Page
) -> tuple[list[Any], str | None]:
    """Return the rows of a page and the mark of the next, by the moment and id of the last row."""
    question, cursor, limit = asked
    after = gateway.cursor.decode(cursor, question=question) if cursor else [None, None]
    moment = datetime.fromisoformat(str(after[0])) if after[0] else None
    async with gateway.database.connection() as connection:
        rows = await connection.fetch(query, *bound, moment, after[1], limit + 1)
    if len(rows) <= limit:
        return rows, None
    last = rows[limit - 1]
    mark = gateway.cursor.encode([last["at"].isoformat(), last["id"]], question=question)
    return rows[:limit], mark


def _shown(gateway: State, rows: list[Any]) -> list[bytes]:
    return [encode(_document(gateway, row)) for row in rows]


def _document(gateway: State, row: Any) -> Endpoint:
    return endpoints.document(row, _seal(gateway), gateway.clock.now())


def _made(gateway: State, row: Any, do: Doing, location: str | None = None) -> Made:
    """Return what a command made: with the secret now, without it when the answer is repeated."""
    told = endpoints.document(row, _seal(gateway), do.now, secret=True)
    return Made(told, 201, location, endpoints.document(row, _seal(gateway), do.now))


def _delivery(found: Delivery) -> Made:
    return Made(found, 202, f"/v1/webhooks/deliveries/{found.id}")


def _seal(gateway: State) -> Seal:
    return own_keys.seal(gateway.settings, SEALED_AS)
