"""The OpenAPI 3.1 document of a service: every refusal with an example, none left undescribed."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from shared import errors
from shared.errors import Problem, responses

_METHODS = ("get", "post", "put", "patch", "delete")
_WITH_BODY: Final = (
    errors.MalformedBody,
    errors.TooSlow,
    errors.PayloadTooLarge,
    errors.UnsupportedMediaType,
    errors.ValidationFailed,
)
_ALWAYS: Final = (
    errors.UnknownParameter,
    errors.RepeatedParameter,
    errors.AddressTooLong,
    errors.DependencyDown,
)

PROBLEM_SCHEMA: Final[Mapping[str, Any]] = {
    "title": "Problem",
    "description": "A refusal or a fault, as RFC 9457 has it.",
    "type": "object",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string", "description": "Address of the page on this kind of problem."},
        "title": {"type": "string", "description": "What is wrong, in the language asked for."},
        "status": {"type": "integer", "description": "The HTTP status."},
        "detail": {"type": "string", "description": "What is wrong with this very request."},
        "instance": {"type": "string", "description": "The path that was asked."},
        "code": {"type": "string", "description": "Stable name of the problem, for programs."},
        "request_id": {"type": "string", "description": "Quote it when you write to us."},
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/FieldError"}},
    },
    "additionalProperties": True,
}
FIELD_ERROR_SCHEMA: Final[Mapping[str, Any]] = {
    "title": "FieldError",
    "description": "One flaw in what was sent.",
    "type": "object",
    "required": ["pointer", "code", "message"],
    "properties": {
        "pointer": {
            "type": "string",
            "description": "JSON Pointer into the request: /query/…, /path/…, /header/…, /body/…",
        },
        "code": {"type": "string"},
        "message": {"type": "string"},
    },
}


def install(app: FastAPI) -> None:
    """Let an application describe itself by `document`, made once."""

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = document(app)
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]  # FastAPI's documented way


def document(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document of an application, completed."""
    plain = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description or None,
        tags=app.openapi_tags,
        routes=app.routes,
    )
    return completed(plain)


def completed(plain: dict[str, Any]) -> dict[str, Any]:
    """Replace the framework's own error schemas by ours, and add what any operation may answer."""
    schemas = plain.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas["Problem"], schemas["FieldError"] = dict(PROBLEM_SCHEMA), dict(FIELD_ERROR_SCHEMA)
    for _, operation in _operations(plain):
        _complete(operation)
    return plain


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document.get("paths", {}).items():
        for method in _METHODS:
            if method in methods:
                yield f"{method.upper()} {path}", methods[method]


def _complete(operation: dict[str, Any]) -> None:
    answers: dict[str, Any] = operation["responses"]
    if "HTTPValidationError" in str(answers.get("422")):
        del answers["422"]
    for status, entry in responses(*_possible(operation)).items():
        known = answers.setdefault(str(status), entry)
        if known is not entry:
            examples = known["content"][errors.MEDIA_TYPE]["examples"]
            known["content"][errors.MEDIA_TYPE]["examples"] = (
                entry["content"][errors.MEDIA_TYPE]["examples"] | examples
            )
    answers.setdefault("500", responses(errors.InternalError)[500])
    operation["responses"] = dict(sorted(answers.items()))


def _possible(operation: Mapping[str, Any]) -> list[type[Problem]]:
    found: list[type[Problem]] = list(_ALWAYS)
    if "requestBody" in operation:
        found += _WITH_BODY
    elif operation.get("parameters"):
        found.append(errors.ValidationFailed)
    return found


def without_example(document: Mapping[str, Any]) -> list[str]:
    """List the answers that show no example, as `GET /v1/scores 200`; 204 and 304 have no body."""
    return [
        f"{name} {status}"
        for name, operation in _operations(document)
        for status, answer in operation["responses"].items()
        if status not in ("204", "304") and not _has_example(answer)
    ]


def _has_example(answer: Mapping[str, Any]) -> bool:
    kinds = answer.get("content", {}).values()
    return bool(kinds) and all("example" in kind or kind.get("examples") for kind in kinds)
