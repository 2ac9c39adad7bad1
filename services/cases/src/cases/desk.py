"""What the routes of cases share: who calls, commands carried out once, pages, and the bell."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, TypeVar

import asyncpg
import msgspec
from fastapi import APIRouter, Depends, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from cases.settings import Settings
from shared.clock import Clock
from shared.contracts.casework import OPERATIONS
from shared.database import Database
from shared.errors import FieldError, ScopeMissing, Unauthenticated, ValidationFailed
from shared.idempotency import Answer, Attempt, command, once
from shared.late import LateRoute
from shared.preconditions import etag, require_match
from shared.queue import Bell
from shared.security import Caller, verify
from shared.vocabulary.kato import region_of, subtree

JSON: Final = "application/json"
FEED: Final = "case_events"

Handler = TypeVar("Handler", bound=Callable[..., Any])

_bearer = HTTPBearer(auto_error=False, scheme_name="internal", description="An internal token.")


class Desk:
    """The databases and the clock of one process, and how its commands are carried out."""

    def __init__(
        self, settings: Settings, database: Database, vault: Database, clock: Clock
    ) -> None:
        self.settings = settings
        self.database = database
        self.vault = vault
        self.clock = clock
        self._bell: Bell | None = None

    @asynccontextmanager
    async def once(
        self, request: Request, caller: Caller, *, content: bytes | None = None
    ) -> AsyncIterator["Attempting"]:
        """Carry out a command once: its effect, its events and its answer in one transaction.

        `content` is the fingerprint of a body that was read as a stream. What is rung for is rung
        after the commit; a lost ring is made good by the worker's sweep.
        """
        who = f"{caller.organisation or ''}/{caller.member or ''}"
        asked = await command(
            request, request.headers.get("idempotency-key"), caller=who, content=content
        )
        now = self.clock.now()
        async with (
            self.database.transaction() as connection,
            once(connection, asked, now=now) as attempt,
        ):
            yield Attempting(connection, attempt, now)
        await self.ring()

    @asynccontextmanager
    async def changing(self) -> AsyncIterator[tuple[asyncpg.Connection, datetime]]:
        """Lend a transaction for a change that may be repeated as it is, and ring after it."""
        async with self.database.transaction() as connection:
            yield connection, self.clock.now()
        await self.ring()

    async def ring(self) -> None:
        """Tell the gateway that events may be waiting; they are found without it too."""
        self._bell = self._bell or await Bell.connect(self.settings.redis_url)
        await self._bell.ring(FEED, int(self.clock.now().timestamp() * 1000))

    async def close(self) -> None:
        """Give the connections back."""
        if self._bell is not None:
            await self._bell.close()


@dataclass(slots=True)
class Attempting:
    """A command that is being carried out: its transaction, and the answer of an earlier time."""

    connection: asyncpg.Connection
    attempt: Attempt
    now: datetime

    @property
    def replay(self) -> Response | None:
        """The answer it was given before, if it was carried out before."""
        stored = self.attempt.stored
        return stored.response(replayed=True) if stored is not None else None

    def answer(
        self,
        document: Any,
        status: int = 200,
        *,
        revision: int | None = None,
        at: str | None = None,
    ) -> Response:
        """Keep the answer with the effect; `at` is where what was made is found, below /v1."""
        headers = {"ETag": etag(revision)} if revision is not None else {}
        headers |= {"Location": f"/v1{at}"} if at is not None else {}
        return self.attempt.keep(Answer(status, msgspec.json.encode(document), headers))


async def desk_of(request: Request) -> Desk:
    """Return the desk of the application that answers."""
    desk: Desk = request.app.state.desk
    return desk


async def caller_of(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Caller:
    """Return who calls, if they may do what is served here.

    Raises Unauthenticated without a token for us, ScopeMissing without the operation's scope.
    """
    return _admit(request, credentials, OPERATIONS[request.scope["route"].name].scope)


def admitted(scope: str) -> Callable[..., Any]:
    """Return a dependency that is who calls, if they have a scope: for routes of files."""

    async def caller_with(
        request: Request,
        credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    ) -> Caller:
        return _admit(request, credentials, scope)

    return caller_with


def _admit(
    request: Request, credentials: HTTPAuthorizationCredentials | None, scope: str | None
) -> Caller:
    if credentials is None:
        raise Unauthenticated("Send Authorization: Bearer with an internal token.")
    state = request.app.state
    key, clock = state.settings.internal_key, state.clock
    caller = verify(credentials.credentials, audience="cases", key=key, clock=clock)
    if scope is not None and scope not in caller.scopes:
        raise ScopeMissing(f"This needs the scope {scope}.")
    return caller


Shared = Annotated[Desk, Depends(desk_of)]
Called = Annotated[Caller, Depends(caller_of)]


def serves(router: APIRouter, name: str) -> Callable[[Handler], Handler]:
    """Let a function answer an operation; its method, address and scope are declared there."""
    operation = OPERATIONS[name]

    def serve(handler: Handler) -> Handler:
        router.add_api_route(
            f"/internal{operation.path}",
            handler,
            methods=[operation.method],
            name=name,
            status_code=operation.status,
            response_model=None,
            dependencies=[Depends(caller_of)],
            route_class_override=LateRoute,
        )
        return handler

    return serve


def among(name: str, asked: Sequence[str] | None, known: Collection[str]) -> None:
    """Let a filter pass that names what there is. Raises ValidationFailed for any other word."""
    if not set(asked or ()) <= set(known):
        flaw = FieldError(f"/query/{name}", "enum", f"known: {', '.join(sorted(known))}")
        raise ValidationFailed(f"Not acceptable: /query/{name}.", errors=[flaw])


def places(codes: Sequence[str] | None) -> list[str]:
    """Return the beginnings of KATO codes that are asked for. Raises ValidationFailed."""
    return [_place(one, subtree) for one in codes or ()]


def region_asked(code: str | None) -> str | None:
    """Return today's region of the place that is asked for, if one is. Raises ValidationFailed."""
    return _place(code, region_of) if code is not None else None


def on_version(request: Request, revision: int) -> None:
    """Let a change pass that was made on the present version.

    Raises PreconditionRequired, VersionConflict.
    """
    require_match(request.headers.get("if-match"), etag(revision))


def one(document: Any, revision: int | None = None) -> Response:
    """Send one document, with the version that changes must name."""
    headers = {"ETag": etag(revision)} if revision is not None else {}
    return Response(msgspec.json.encode(document), media_type=JSON, headers=headers)


def page(rows: Sequence[Any], limit: int, mark: Callable[[Any], Sequence[Any]]) -> Response:
    """Send a page of documents, of which one more than asked was looked for.

    `mark` gives of a document where the next page begins, as the list takes it in `after`.
    """
    shown = rows[:limit]
    after = list(mark(shown[-1])) if len(rows) > limit else None
    body: Mapping[str, Any] = {"data": shown, "after": after}
    return Response(msgspec.json.encode(body), media_type=JSON)


def _place(code: str, found: Callable[[str], str | None]) -> str:
    place = found(code)
    if place is None:
        flaw = FieldError("/query/region", "no_kato", "2, 4, 6 or 9 digits of a KATO code")
        raise ValidationFailed("This is no place.", errors=[flaw])
    return place
