"""What routes charge to the day of the organisation that calls."""

from collections.abc import Awaitable, Callable
from typing import Annotated, NamedTuple

import asyncpg
from fastapi import Depends, Request

from gateway.door import HOLDER, account_of
from gateway.state import Gateway
from gateway.tiers import What
from gateway.usage import Account, Usage


class Meter(NamedTuple):
    """Counts what a route gives to one account."""

    usage: Usage
    account: str

    def give(self, rows: int) -> None:
        """Count rows that are sent."""
        if rows:
            self.usage.note(self.account, "rows", rows)


async def _rows(request: Request, gateway: Gateway) -> Meter:
    holder = request.scope[HOLDER]
    account = account_of(holder)
    gateway.usage.check(account, holder.tier, "rows")
    return Meter(gateway.usage, account)


Rows = Annotated[Meter, Depends(_rows)]
"""The meter of a list; refused where the rows of the day are used up."""


async def charge(request: Request, gateway: Gateway, what: What) -> None:
    """Charge one of what is dear to whoever calls. Raises QuotaSpent."""
    holder = request.scope[HOLDER]
    await gateway.usage.charge(account_of(holder), holder.tier, what)


async def charge_in(
    connection: asyncpg.Connection, request: Request, gateway: Gateway, what: What
) -> None:
    """Charge it on the connection that is held already: to wait for a second one may take all."""
    holder = request.scope[HOLDER]
    account = Account(account_of(holder), holder.tier)
    await gateway.usage.charge_in(connection, account, what)


def charged(what: What) -> Callable[..., Awaitable[None]]:
    """Return a dependency that charges one of `what` before a route is answered."""

    async def dependency(request: Request, gateway: Gateway) -> None:
        await charge(request, gateway, what)

    return dependency
