"""Tips, cases, evidence, complaints, outcomes: routes made of declarations, answered by cases.

Nothing is decided here but who may ask, and nothing kept: what comes is forwarded with a token that
names the caller, and the answer is sent on. `shared.contracts.casework` declares every operation.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from inspect import Parameter, Signature
from typing import Annotated, Any, Final

import msgspec
from fastapi import Depends, Path, Query, Request, Response

from gateway.api import named
from gateway.api.asking import Day, Words, allowed, each, send_list
from gateway.api.describing import answers, lists
from gateway.reads.answering import encode, listing
from gateway.state import Gateway, State
from shared.contracts.casework import OPERATIONS
from shared.contracts.casework.operation import (
    LONGEST_ID,
    LONGEST_TEXT,
    Filter,
    Kind,
    Operation,
)
from shared.errors import (
    CursorInvalid,
    DependencyDown,
    IdempotencyInProgress,
    IdempotencyKeyRequired,
    IdempotencyKeyReused,
    MalformedBody,
    NotFound,
    PreconditionRequired,
    Problem,
    RateLimited,
    RoleMissing,
    ScopeMissing,
    Unauthenticated,
    ValidationFailed,
    VersionConflict,
)
from shared.idempotency import KeyHeader
from shared.late import Router
from shared.paging import After, Limit
from shared.preconditions import IfMatch
from shared.security import Caller

router: Final = Router(prefix="/v1")

KINDS: Final[Mapping[Kind, tuple[Any, Any]]] = {
    "words": (Words, []),
    "text": (Annotated[str, Query(min_length=1, max_length=LONGEST_TEXT)] | None, None),
    "day": (Day | None, None),
    "flag": (bool | None, None),
    "number": (Annotated[int, Query(ge=0, le=2**53)] | None, None),
}
"""What a filter of each kind is taken as, and what it is when it is not given."""

_SHOWN_AT: Final = datetime(2026, 3, 2, 4, tzinfo=UTC)


def _route(operation: Operation) -> Callable[..., Any]:
    """Return the function that answers an operation, with the signature the document is made of."""
    answer = _page if operation.listed else _forwarded

    async def route(**asked: Any) -> Response:
        return await answer(operation, **asked)

    route.__name__ = operation.name
    route.__doc__ = operation.description
    route.__signature__ = Signature(list(_parameters(operation)))  # type: ignore[attr-defined]  # read by FastAPI
    return route


def _parameters(operation: Operation) -> Iterator[Parameter]:
    yield _named("request", Request)
    yield _named("caller", Annotated[Caller, Depends(allowed(operation.scope))])
    yield _named("gateway", Gateway)
    for name in _ids(operation):
        yield _named(name, Annotated[str, Path(max_length=LONGEST_ID, pattern="^[A-Za-z0-9_-]+$")])
    if operation.body is not None:
        yield _named("body", operation.body)
    for each_filter in operation.filters:
        yield _of_filter(each_filter)
    if operation.listed:
        yield _named("cursor", After, None)
        yield _named("limit", Limit, 50)
    if operation.method == "POST":
        yield _named("idempotency_key", KeyHeader, None)
    if operation.on_version:
        yield _named("if_match", IfMatch, None)


def _named(name: str, kind: Any, default: Any = Parameter.empty) -> Parameter:
    return Parameter(name, Parameter.KEYWORD_ONLY, annotation=kind, default=default)


def _of_filter(declared: Filter) -> Parameter:
    kind, default = KINDS[declared.kind]
    asked: Any = Annotated[kind, Query(alias=declared.name, description=declared.description)]
    return _named(f"filter_{declared.name}", asked, default)


def _ids(operation: Operation) -> list[str]:
    parts = (part.partition(":")[0] for part in operation.path.split("/"))
    return [part.strip("{}") for part in parts if part.startswith("{")]


async def _forwarded(
    operation: Operation, *, request: Request, caller: Caller, gateway: State, **asked: Any
) -> Response:
    path = operation.path.format_map(asked)
    if operation.method == "GET":
        return await gateway.cases.get(request, path, caller, **_filters(asked))
    body = asked.get("body")
    if body is not None:
        await named.check(gateway.database, body, caller)
    content = None if body is None else body.model_dump_json(exclude_unset=True).encode()
    return await gateway.cases.command(request, operation.method, path, caller, content)


async def _page(
    operation: Operation,
    *,
    request: Request,
    caller: Caller,
    gateway: State,
    cursor: str | None,
    limit: int,
    **asked: Any,
) -> Response:
    path, filters = operation.path.format_map(asked), _filters(asked)
    bound = {"list": path, "of": caller.organisation, "by": caller.member, **filters}
    after = gateway.cursor.decode(cursor, question=bound) if cursor else None
    answer = await gateway.cases.ask(
        request,
        path,
        caller,
        **filters,
        limit=limit,
        after=json.dumps(after) if after is not None else None,
    )
    if answer.is_error:
        return gateway.cases.passed_on(request, answer)
    found = msgspec.json.decode(answer.content)
    mark = found["after"]
    following = gateway.cursor.encode(mark, question=bound) if mark is not None else None
    documents = [encode(one) for one in found["data"]]
    return send_list(listing(documents, next_cursor=following, **gateway.as_of()))


def _filters(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return the filters that were given, as they are handed on."""
    given = {
        name.removeprefix("filter_"): value
        for name, value in asked.items()
        if name.startswith("filter_") and value not in (None, [])
    }
    return {name: _plain(value) for name, value in given.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return list(each(value))
    return value if isinstance(value, bool | int | str) else value.isoformat()


def _problems(operation: Operation) -> list[type[Problem]]:
    found: list[type[Problem]] = [
        *(Unauthenticated, ScopeMissing, RoleMissing, RateLimited, DependencyDown)
    ]
    if operation.method == "POST":
        found += [IdempotencyKeyRequired, IdempotencyInProgress, IdempotencyKeyReused]
    if operation.body is not None or operation.method == "POST":
        found += [MalformedBody]
    if operation.on_version:
        found += [PreconditionRequired, VersionConflict]
    if operation.listed:
        found += [CursorInvalid]
    if _ids(operation) or operation.body is not None:  # a body may name what is not there
        found += [NotFound]
    return [*dict.fromkeys([*found, ValidationFailed, *operation.problems])]


def _responses(operation: Operation) -> dict[int | str, dict[str, Any]]:
    problems = _problems(operation)
    assert operation.answer is not None
    if operation.listed:
        example = msgspec.json.decode(
            listing(
                [encode(one) for one in operation.example],
                next_cursor=None,
                as_of=_SHOWN_AT,
                seq=1,
            )
        )
        return lists(operation.answer, example, *problems)
    return answers(operation.answer, operation.example, *problems, status=operation.status)


for _operation in OPERATIONS.values():
    router.add_api_route(
        _operation.path,
        _route(_operation),
        methods=[_operation.method],
        operation_id=_operation.name,
        name=_operation.name,
        summary=_operation.summary,
        tags=[_operation.tag],
        status_code=_operation.status,
        response_model=None,
        responses=_responses(_operation),
    )
