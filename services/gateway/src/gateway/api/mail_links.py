"""The links that messages carry: confirming an address, and unsubscribing at one click (RFC 8058).

Asking for a link shows a page with a button: programs that look through letters open links too, and
neither agree to anything nor end it. What is sent to the link does it.
"""

from typing import Annotated, Any, Final

from fastapi import Query, Response

from gateway import own_keys
from gateway.audit.chain import Actor
from gateway.portal import render
from gateway.portal.pages import page_of
from gateway.state import Gateway, State
from gateway.subscriptions import store
from gateway.who.doing import acting
from shared.errors import NotFound
from shared.late import Router

router = Router(include_in_schema=False)

CONFIRM: Final = "/subscription-confirmed"
UNSUBSCRIBE: Final = "/unsubscribed"
BY_LINK: Final = Actor(None, "link", None)

Name = Annotated[str, Query(alias="subscription", max_length=40)]
Token = Annotated[str, Query(max_length=40)]

_ONE: Final = """
    SELECT * FROM subscription WHERE id = $1 AND deleted_at IS NULL FOR UPDATE
"""


@router.get(CONFIRM)
async def ask_to_confirm(name: Name, token: Token, gateway: Gateway) -> Response:
    """Show the button that confirms an address."""
    return await _asked(gateway, "confirm", name, token)


@router.get(UNSUBSCRIBE)
async def ask_to_unsubscribe(name: Name, token: Token, gateway: Gateway) -> Response:
    """Show the button that ends a subscription."""
    return await _asked(gateway, "unsubscribe", name, token)


@router.post(CONFIRM)
async def confirm(name: Name, token: Token, gateway: Gateway) -> Response:
    """Confirm an address. Raises NotFound for a link that is no good, or no more."""
    async with acting(gateway.database, gateway.clock, gateway.audit, BY_LINK) as do:
        row = await do.connection.fetchrow(_ONE, name)
        _check(gateway, "confirm", row, token)
        if row["state"] == "unconfirmed" and not await store.confirm(do, row, valid=True):
            raise NotFound("This link is too old: ask the organisation for a new one.")
    return _page(row, "confirmed")


@router.post(UNSUBSCRIBE)
async def unsubscribe(name: Name, token: Token, gateway: Gateway) -> Response:
    """End a subscription at once; the body, which RFC 8058 prescribes, says nothing more."""
    async with acting(gateway.database, gateway.clock, gateway.audit, BY_LINK) as do:
        row = await do.connection.fetchrow(_ONE, name)
        _check(gateway, "unsubscribe", row, token)
        if await store.pause(do.connection, name, "unsubscribed"):
            do.note("subscription.unsubscribed", name)
    return _page(row, "unsubscribed")


async def _asked(gateway: State, purpose: Any, name: str, token: str) -> Response:
    async with gateway.database.transaction() as connection:
        row = await connection.fetchrow(_ONE, name)
    _check(gateway, purpose, row, token)
    return _page(row, purpose)


def _check(gateway: State, purpose: Any, row: Any, token: str) -> None:
    """Raise NotFound for a link that we did not make, as for a subscription that is not there."""
    codes = own_keys.codes(gateway.settings)
    moment = row["code_asked_at"] if row is not None and purpose == "confirm" else None
    if row is None or not codes.fits(token, purpose, row["id"], moment):
        raise NotFound("This link is not one of ours, or no more.")


def _page(row: Any, what: str) -> Response:
    html = render.render("link.html", "", row["language"], what=what, name=row["name"])
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return page_of(html, **headers)
