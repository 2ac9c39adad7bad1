"""How answers are described in the OpenAPI document: schemas read off the structs that are served.

A route says which struct it answers with, and shows an example made by the code that makes the
real ones. `complete` adds the schemas of all named structs to the document.
"""

import threading
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from fastapi import FastAPI
from msgspec import Struct

from gateway.api.announced import announced
from gateway.api_changes import ApiChange, mark
from gateway.guessing import TooManyFailures
from gateway.texts import Notice
from gateway.who.networks import NetworkNotAllowed, OriginNotAllowed
from shared.errors import Problem, Unauthenticated, responses

SUCCESSES: Final = frozenset({"200", "201", "202"})

_TEMPLATE = "#/components/schemas/{name}"
_described: dict[str, type] = {}
_examples: list[Any] = []

_HEADERS: Final = {
    "ETag": {"description": "The version of this document.", "schema": {"type": "string"}},
    "RateLimit": {
        "description": "What is left of the quota, and the seconds until it is back.",
        "schema": {"type": "string", "examples": ['"key-min";r=599;t=60']},
    },
}


OF_KEYS: Final = (TooManyFailures, NetworkNotAllowed, OriginNotAllowed)
"""What the door may refuse wherever a key is shown."""

_CLIENT: Final = {
    "type": "http",
    "scheme": "basic",
    "description": "Id and secret of an OAuth client, for getting tokens.",
}


class PageInfo(Struct, frozen=True, gc=False):
    """Whether more rows follow, and the cursor to ask for them with."""

    next_cursor: str | None
    has_more: bool


def answers(
    kind: type,
    example: Any,
    *problems: type[Problem],
    conditional: bool = False,
    status: int = 200,
) -> dict[int | str, dict[str, Any]]:
    """Return `responses=` of a route that answers one document of this kind."""
    found = _answers(_reference(kind), kind.__doc__, example, problems, conditional=conditional)
    return {status: found.pop(200), **found}


def lists(
    kind: type, example: Any, *problems: type[Problem], notice: bool = False
) -> dict[int | str, dict[str, Any]]:
    """Return `responses=` of a route that answers a page of documents of this kind."""
    properties: dict[str, Any] = {
        "data": {"type": "array", "items": _reference(kind)},
        "page": _reference(PageInfo),
        "as_of": {"type": "string", "format": "date-time", "description": "Last change seen."},
        "seq": {"type": "integer", "description": "Number of the last change seen."},
    }
    if notice:
        properties["notice"] = _reference(Notice)
    schema = {"type": "object", "required": [*properties], "properties": properties}
    return _answers(schema, "A page.", example, problems, conditional=False)


def describe(kind: type) -> dict[str, str]:
    """Have the document contain the schema of this kind; return what refers to it."""
    return _reference(kind)


def complete(app: FastAPI, changes: Sequence[ApiChange]) -> None:
    """Let an application's OpenAPI document contain the schemas of what it answers with."""
    described = app.openapi
    one_at_a_time = threading.Lock()  # the routes are read off it in a thread while it may be asked

    def completed() -> dict[str, Any]:
        with one_at_a_time:
            if app.openapi_schema is None:
                document = described()
                document["components"]["schemas"].update(_schemas())
                document["components"]["securitySchemes"]["client"] = _CLIENT
                _show_examples(document)
                mark(document, changes)
                document["webhooks"] = announced()
            return described()

    app.openapi = completed  # type: ignore[method-assign]  # FastAPI's documented way


def _answers(
    schema: Mapping[str, Any],
    description: str | None,
    example: Any,
    problems: tuple[type[Problem], ...],
    *,
    conditional: bool,
) -> dict[int | str, dict[str, Any]]:
    headers = _HEADERS if conditional else {"RateLimit": _HEADERS["RateLimit"]}
    _examples.append(example)
    answer = {
        "description": (description or "").split("\n\n", maxsplit=1)[0],
        "headers": headers,
        "content": {"application/json": {"schema": schema, "example": len(_examples) - 1}},
    }
    unchanged: dict[int | str, Any] = {
        304: {"description": "You have this version (If-None-Match)."}
    }
    if not conditional:
        unchanged = {}
    guessed = OF_KEYS if Unauthenticated in problems else ()
    return {200: answer, **unchanged, **responses(*problems, *guessed)}


def _reference(kind: type) -> dict[str, str]:
    _described[kind.__name__] = kind
    return {"$ref": _TEMPLATE.format(name=kind.__name__)}


def _schemas() -> dict[str, Any]:
    kinds = list(_described.values())
    _, components = msgspec.json.schema_components(kinds, ref_template=_TEMPLATE)
    return components


def _show_examples(document: Mapping[str, Any]) -> None:
    """Put the examples in: the framework would have dropped every null from them."""
    for methods in document["paths"].values():
        for operation in methods.values():
            for status in SUCCESSES & operation["responses"].keys():
                answer = operation["responses"][status]
                shown = answer.get("content", {}).get("application/json", {})
                if isinstance(shown.get("example"), int):
                    shown["example"] = _examples[shown["example"]]
