"""Subscriptions: saved filters, and how an organisation is told of what newly fits them."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

import msgspec
from fastapi import Depends, Request, Response
from pydantic import Field

from gateway import own_keys
from gateway.api import example_subscriptions as examples
from gateway.api.administering import Id, Left, given
from gateway.api.asking import allowed, each, send_list
from gateway.api.commanding import (
    ON_VERSION,
    ONCE,
    REFUSALS,
    Made,
    carry_out,
    changing,
    on_version,
    send_changed,
    send_page_of,
)
from gateway.api.describing import answers, lists
from gateway.api.filters import CurrencyRequired
from gateway.exports.asked import KINDS as LISTS
from gateway.reads.answering import encode
from gateway.state import Gateway, State
from gateway.subscriptions import store
from gateway.subscriptions.cadence import Cadence
from gateway.subscriptions.codes import Codes
from gateway.subscriptions.documents import Preview, Subscription, What
from gateway.subscriptions.matching import KINDS, Filter, question
from gateway.subscriptions.preview import preview
from gateway.who.doing import Doing
from gateway.who.refusals import flaw
from shared.bodies import Body
from shared.errors import (
    CursorInvalid,
    GuardFailed,
    NotFound,
    ScopeMissing,
    TransitionNotAllowed,
    ValidationFailed,
)
from shared.idempotency import KeyHeader
from shared.late import Router
from shared.paging import After, Limit
from shared.preconditions import IfMatch
from shared.security import Caller
from shared.vocabulary.text import Language

router = Router(prefix="/v1", tags=["subscriptions"])


async def _of_an_organisation(
    caller: Annotated[Caller, Depends(allowed("webhooks:admin"))],
) -> Caller:
    if caller.organisation is None:
        raise ScopeMissing("Only an organisation has subscriptions.")
    return caller


Subscriber = Annotated[Caller, Depends(_of_an_organisation)]

_ADDRESS: Final = (
    r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@"
    r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+$"
)
"""What HTML takes for an e-mail address, with a dot in its domain."""

Named = Annotated[
    str,
    Field(
        min_length=1,
        max_length=80,
        pattern=r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$",
    ),
]
Kinds = Annotated[list[Annotated[str, Field(max_length=60)]], Field(max_length=10)]
Asked = Annotated[dict[str, Any], Field(max_length=50)]
Hour = Annotated[int, Field(ge=0, le=23)]
Weekday = Annotated[int, Field(ge=1, le=7)]


class WebhookChannel(Body):
    """An endpoint of your organisation: events are sent there as `types` would have them sent.

    One that is to get nothing else takes the type `subscription.digest` alone.
    """

    kind: Literal["webhook"]
    endpoint: Annotated[str, Field(max_length=40, pattern="^whk_[a-z0-9]+$")]


class EmailChannel(Body):
    """A letter; the address is sent a code and a link first, and nothing before it agrees."""

    kind: Literal["email"]
    address: Annotated[str, Field(max_length=254, pattern=_ADDRESS)]


class TelegramChannel(Body):
    """A chat, by its id, that has begun to talk with our bot; it is sent a code first."""

    kind: Literal["telegram"]
    chat: Annotated[str, Field(pattern="^-?[1-9][0-9]{0,18}$")]


Channel = Annotated[WebhookChannel | EmailChannel | TelegramChannel, Field(discriminator="kind")]


class PreviewBody(Body):
    """Which list, by which filter; `filter` takes the parameters of the list, each as there.

    A parameter that may be repeated is a list of texts: {"band": ["high"], "region": ["75"]}.
    """

    what: What = "alerts"
    filter: Asked = Field(default_factory=dict)
    events: Kinds = Field(default_factory=list)


class SubscriptionBody(PreviewBody):
    """A new subscription. No `events`: all of its list.

    A digest is due at `hour`, weekly on `weekday` (Monday is 1), by the clock of Kazakhstan, UTC+5.
    """

    name: Named
    channel: Channel
    cadence: Cadence = "daily"
    hour: Hour = 9
    weekday: Weekday = 1
    language: Language = "kk"


class SubscriptionChange(Body):
    """What is changed; what is left out stays. What happens while it is paused is not sent."""

    name: Named = Left
    filter: Asked = Field(default_factory=dict)
    events: Kinds = Field(default_factory=list)
    cadence: Cadence = "daily"
    hour: Hour = 9
    weekday: Weekday = 1
    language: Language = "kk"
    paused: bool = False


class CodeBody(Body):
    """The code that was sent to the address."""

    code: Annotated[str, Field(min_length=1, max_length=40)]


_SUBSCRIPTION: Final[Any] = examples.SUBSCRIPTION


@router.get(
    "/subscriptions",
    operation_id="list_subscriptions",
    summary="List subscriptions",
    response_model=None,
    responses=lists(
        Subscription, examples.SUBSCRIPTION_PAGE, *REFUSALS, CursorInvalid, ValidationFailed
    ),
)
async def list_subscriptions(
    caller: Subscriber, gateway: Gateway, cursor: After = None, limit: Limit = 50
) -> Response:
    """List the subscriptions of your organisation, the oldest first."""
    return await send_page_of(
        gateway,
        store.document,
        store.LIST,
        caller.organisation,
        question={"list": "subscriptions", "of": caller.organisation},
        cursor=cursor,
        limit=limit,
    )


@router.post(
    "/subscriptions",
    operation_id="add_subscription",
    summary="Add a subscription",
    response_model=None,
    status_code=201,
    responses=answers(
        Subscription,
        examples.NEW_SUBSCRIPTION,
        *REFUSALS,
        *ONCE,
        CurrencyRequired,
        GuardFailed,
        status=201,
    ),
)
async def add_subscription(
    request: Request,
    body: SubscriptionBody,
    caller: Subscriber,
    gateway: Gateway,
    idempotency_key: KeyHeader = None,
) -> Response:
    """Be told of what fits a filter from now on, at once or as a digest; an empty one is not sent.

    It takes the scope of the list as well; of the purchases of a BIN your organisation speaks for
    (`buyer`), none.
    """
    await _check_asked(gateway, caller, body.what, body.filter)
    wanted = body.model_dump(exclude={"channel"}) | _addressed(gateway, body.channel)
    wanted["events"] = _kinds(body.what, body.events)

    async def work(do: Doing) -> Made:
        name = await store.add(do, str(caller.organisation), wanted)
        row = await store.one(do.connection, caller.organisation, name)
        return Made(store.document(row), location=f"/v1/subscriptions/{name}")

    return await carry_out(request, gateway, idempotency_key, work)


@router.post(
    "/subscriptions:preview",
    operation_id="preview_subscription",
    summary="See what a filter would have sent",
    response_model=None,
    responses=answers(Preview, examples.PREVIEW, *REFUSALS, ValidationFailed, CurrencyRequired),
)
async def preview_subscription(body: PreviewBody, caller: Subscriber, gateway: Gateway) -> Response:
    """See what the last 30 days would have sent: events by day, and the newest of them."""
    await _check_asked(gateway, caller, body.what, body.filter)
    saved = Filter(body.what, msgspec.json.encode(body.filter))
    kinds = _kinds(body.what, body.events)
    async with gateway.database.transaction() as connection:
        found = await preview(connection, saved, kinds, now=gateway.clock.now())
    return send_list(encode(found))


@router.get(
    "/subscriptions/{subscription_id}",
    operation_id="read_subscription",
    summary="Read a subscription",
    response_model=None,
    responses=answers(Subscription, _SUBSCRIPTION, *REFUSALS, NotFound, ValidationFailed),
)
async def read_subscription(subscription_id: Id, caller: Subscriber, gateway: Gateway) -> Response:
    """Read a subscription: whether it is sent, when its next digest is due, and how much waits."""
    async with gateway.database.transaction() as connection:
        row = await store.one(connection, caller.organisation, subscription_id)
    return send_changed(store.document(row), row["revision"])


@router.patch(
    "/subscriptions/{subscription_id}",
    operation_id="change_subscription",
    summary="Change a subscription",
    response_model=None,
    responses=answers(
        Subscription,
        _SUBSCRIPTION,
        *REFUSALS,
        *ON_VERSION,
        NotFound,
        CurrencyRequired,
        GuardFailed,
    ),
)
async def change_subscription(
    request: Request,
    *,
    subscription_id: Id,
    body: SubscriptionChange,
    caller: Subscriber,
    gateway: Gateway,
    if_match: IfMatch = None,
) -> Response:
    """Change a subscription, pause it, or resume it: with what happens from then on.

    Where its reader unsubscribed or was not there, resuming sends a code first.
    """
    changed = given(body)
    async with changing(request, gateway) as do:
        row = await store.one(do.connection, caller.organisation, subscription_id)
        on_version(if_match, row)
        if "filter" in changed:
            await _check_asked(gateway, caller, row["what"], body.filter)
        elif changed.get("paused") is False:
            question(row["what"], row["filter"])  # an upgrade may refuse what was saved
        if "events" in changed:
            changed["events"] = _kinds(row["what"], body.events)
        await store.change(do, row, changed)
        after = await store.one(do.connection, caller.organisation, subscription_id)
    return send_changed(store.document(after), after["revision"])


@router.delete(
    "/subscriptions/{subscription_id}",
    operation_id="remove_subscription",
    summary="Delete a subscription",
    response_model=None,
    status_code=204,
    responses={
        **answers(Subscription, _SUBSCRIPTION, *REFUSALS, *ON_VERSION, NotFound, status=204),
        204: {"description": "Deleted, with all that was to be sent."},
    },
)
async def remove_subscription(
    request: Request,
    subscription_id: Id,
    caller: Subscriber,
    gateway: Gateway,
    if_match: IfMatch = None,
) -> Response:
    """Delete a subscription. What happened stays in the feed."""
    async with changing(request, gateway) as do:
        row = await store.one(do.connection, caller.organisation, subscription_id)
        on_version(if_match, row)
        await store.remove(do, subscription_id)
    return Response(status_code=204)


@router.post(
    "/subscriptions/{subscription_id}:confirm",
    operation_id="confirm_subscription",
    summary="Confirm an address",
    response_model=None,
    responses=answers(
        Subscription, _SUBSCRIPTION, *REFUSALS, NotFound, TransitionNotAllowed, ValidationFailed
    ),
)
async def confirm_subscription(
    request: Request, subscription_id: Id, body: CodeBody, caller: Subscriber, gateway: Gateway
) -> Response:
    """Show the code that the address was sent; of ten wrong ones the right one is no use."""
    async with changing(request, gateway) as do:
        row = await store.one(do.connection, caller.organisation, subscription_id)
        valid = store.valid_code(_codes(gateway), row, body.code)
        confirmed = await store.confirm(do, row, valid=valid)
        after = await store.one(do.connection, caller.organisation, subscription_id)
    if not confirmed:
        raise flaw("/body/code", "code", "is not the code that was sent last, or is too old")
    return send_changed(store.document(after), after["revision"])


@router.post(
    "/subscriptions/{subscription_id}:send-code",
    operation_id="send_subscription_code",
    summary="Send a code again",
    response_model=None,
    status_code=202,
    responses=answers(
        Subscription,
        examples.NEW_SUBSCRIPTION,
        *REFUSALS,
        *ONCE,
        NotFound,
        TransitionNotAllowed,
        GuardFailed,
        status=202,
    ),
)
async def send_code(
    request: Request,
    subscription_id: Id,
    caller: Subscriber,
    gateway: Gateway,
    idempotency_key: KeyHeader = None,
) -> Response:
    """Have the address sent another code; the one before is void."""

    async def work(do: Doing) -> Made:
        row = await store.one(do.connection, caller.organisation, subscription_id)
        await store.send_code(do, row)
        after = await store.one(do.connection, caller.organisation, subscription_id)
        return Made(store.document(after), 202)

    return await carry_out(request, gateway, idempotency_key, work)


async def _check_asked(
    gateway: State, caller: Caller, what: What, asked: Mapping[str, Any]
) -> None:
    """Let a filter pass whose list the caller may read, or that asks for its own purchases.

    Raises ValidationFailed, CurrencyRequired, ScopeMissing.
    """
    wanted = question(what, msgspec.json.encode(asked))
    if (scope := LISTS[what].scope) in caller.scopes:
        return
    async with gateway.database.connection() as connection:
        own = await store.speaks_for(connection, caller.organisation)
    if not wanted.buyer or not own.issuperset(wanted.buyer):
        raise ScopeMissing(f"This list needs the scope {scope}, or a buyer you speak for.")


def _kinds(what: What, kinds: list[str]) -> list[str]:
    """Return the kinds of events; all of a list if none is named. Raises ValidationFailed."""
    if unknown := sorted(set(kinds) - set(KINDS[what])):
        known = ", ".join(KINDS[what])
        raise flaw("/body/events", "unknown", f"{unknown[0][:60]!r}; of {what}: {known}")
    return [*each(kinds)] or [*KINDS[what]]


def _addressed(gateway: State, channel: Any) -> dict[str, str]:
    """Return where messages go. Raises GuardFailed for a channel that is not set up here."""
    if isinstance(channel, WebhookChannel):
        return {"channel": "webhook", "address": channel.endpoint}
    if isinstance(channel, EmailChannel):
        if gateway.settings.smtp_url is None:
            raise GuardFailed("This gateway sends no letters: it has no mail server (SMTP_URL).")
        return {"channel": "email", "address": channel.address}
    if gateway.settings.telegram_token is None:
        raise GuardFailed("This gateway has no bot of Telegram (TELEGRAM_TOKEN).")
    return {"channel": "telegram", "address": channel.chat}


def _codes(gateway: State) -> Codes:
    return own_keys.codes(gateway.settings)
