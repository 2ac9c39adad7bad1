"""Who may pass an internal door: the caller that a request names by its token, for FastAPI."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from shared.errors import ScopeMissing, Unauthenticated
from shared.security import Caller, verify

_bearer = HTTPBearer(auto_error=False, scheme_name="internal", description="An internal token.")


def internal_caller(scope: str) -> Callable[..., Awaitable[Caller]]:
    """Return a FastAPI dependency: the caller of an internal request that holds `scope`.

    Raises Unauthenticated without a valid token for this service, ScopeMissing without the scope.
    """

    async def dependency(
        request: Request,
        credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    ) -> Caller:
        if credentials is None:
            raise Unauthenticated("Send Authorization: Bearer with an internal token.")
        state = request.app.state
        key, clock = state.settings.internal_key, state.clock
        token = credentials.credentials
        caller = verify(token, audience=state.service, key=key, clock=clock)
        if scope not in caller.scopes:
            raise ScopeMissing(f"This needs the scope {scope}.")
        return caller

    return dependency
