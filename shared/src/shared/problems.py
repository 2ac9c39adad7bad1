"""Speaking problem documents: every error of the framework and of ours leaves by this door."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import Scope

from shared import errors, logs
from shared.bodies import pointer
from shared.vocabulary.text import Language, negotiate

_MOST_ERRORS = 50
_LONGEST_INSTANCE = 300

_BY_STATUS: Final[Mapping[int, type[errors.Problem]]] = {
    problem.status: problem
    for problem in (
        errors.MalformedBody,
        errors.Unauthenticated,
        errors.ScopeMissing,
        errors.NotFound,
        errors.MethodNotAllowed,
        errors.PayloadTooLarge,
        errors.UnsupportedMediaType,
        errors.ValidationFailed,
        errors.RateLimited,
        errors.DependencyDown,
    )
}
"""What the framework's own refusals are called here."""


def language_of(scope: Scope) -> Language:
    """Return the language a request asks for."""
    for name, value in scope["headers"]:
        if name == b"accept-language":
            return negotiate(value.decode("latin-1"))
    return negotiate(None)


def problem_response(problem: errors.Problem, scope: Scope) -> Response:
    """Return a problem as the answer to a request, in the request's language."""
    language = language_of(scope)
    request_id = logs.request_id.get()
    instance = scope["raw_path"].decode("latin-1")[:_LONGEST_INSTANCE]
    document = problem.document(language=language, instance=instance, request_id=request_id)
    headers = {
        "Content-Language": ", ".join(dict.fromkeys((language, *problem.languages(language)))),
        "Vary": "Accept-Language",
        "Cache-Control": "no-store",
        **problem.headers,
    }
    content = json.dumps(document, ensure_ascii=False, default=str).encode(errors="replace")
    return Response(content, problem.status, headers, media_type=errors.MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Let an application speak problem documents for refusals of every origin."""
    app.add_exception_handler(errors.Problem, _refused)
    app.add_exception_handler(HTTPException, _refused_by_framework)
    app.add_exception_handler(RequestValidationError, _not_valid)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, errors.Problem)
    return problem_response(error, request.scope)


async def _refused_by_framework(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    # FastAPI takes whatever is raised while a body is read for a body that cannot be parsed.
    if isinstance(error.__cause__, ClientDisconnect):
        raise error.__cause__
    if isinstance(error.__cause__, errors.Problem):
        return problem_response(error.__cause__, request.scope)
    return problem_response(from_framework(error), request.scope)


async def _not_valid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return problem_response(from_validation(error.errors(), error.body), request.scope)


def from_framework(error: HTTPException) -> errors.Problem:
    """Return our problem for a refusal of Starlette's or FastAPI's."""
    fallback = errors.InternalError if error.status_code >= 500 else errors.MalformedBody  # noqa: PLR2004
    kind = _BY_STATUS.get(error.status_code, fallback)
    headers = dict(error.headers or {})
    if allowed := headers.get("Allow"):
        return kind(f"Allowed here: {allowed}.", headers=headers)
    return kind(kind.example if kind is errors.NotFound else str(error.detail), headers=headers)


def from_validation(flaws: Sequence[Any], body: Any = None) -> errors.ValidationFailed:
    """Return our problem for what pydantic found; the received values are not repeated."""
    listed = [
        errors.FieldError(pointer(*_place(flaw, body)), flaw["type"], flaw["msg"])
        for flaw in flaws[:_MOST_ERRORS]
    ]
    places = ", ".join(sorted({error.pointer for error in listed})[:5])
    return errors.ValidationFailed(f"Not acceptable: {places}.", errors=listed)


def _place(flaw: Mapping[str, Any], body: Any) -> Sequence[str | int]:
    """Return where a flaw lies in what was sent, without the names of what pydantic tried there."""
    first, *rest = flaw["loc"]
    if first != "body":
        return tuple(flaw["loc"])
    place: list[str | int] = [first]
    for number, part in enumerate(rest, start=1):
        if _has(body, part):
            body = body[part]
        elif not (flaw["type"] == "missing" and number == len(rest)):
            continue
        place.append(part)
    return place


def _has(body: Any, part: str | int) -> bool:
    if isinstance(body, list):
        return isinstance(part, int) and part < len(body)
    return isinstance(body, dict) and part in body
