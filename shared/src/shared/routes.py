"""The routes of an application as its own documentation names them.

Read once and looked up afterwards: the template of an endpoint (for metrics and logs), and the
query parameters an operation has (any other is refused, for a filter that is silently ignored
answers a question nobody asked).
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from shared.bodies import pointer
from shared.errors import FieldError, RepeatedParameter, UnknownParameter

NO_ROUTE: Final = "none"
"""Label of requests that met no route."""

_ELSEWHERE = "other"
_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Operation:
    """One path and method, and the query parameters it takes: whether each may be repeated.

    `slashes` of its path are those of every address that fits it.
    """

    path: re.Pattern[str]
    method: str
    parameters: Mapping[str, bool]
    slashes: int


class Routes:
    """Looks up the routes of one application."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    def prepare(self) -> None:
        """Read the routes now rather than at the first request that needs them."""
        _ = self._templates, self._operations

    def template(self, endpoint: Callable[..., Any] | None) -> str:
        """Return the path template of an endpoint, as it may label a metric."""
        return NO_ROUTE if endpoint is None else self._templates.get(endpoint, _ELSEWHERE)

    def check_query(self, method: str, path: str, names: Iterable[str]) -> None:
        """Raise UnknownParameter or RepeatedParameter for what the operation does not take."""
        for operation in self._operations.get((method, path.count("/")), ()):
            if operation.path.fullmatch(path):
                refuse_unknown(names, operation.parameters)
                return

    @cached_property
    def _templates(self) -> dict[Callable[..., Any], str]:
        contexts = iter_route_contexts(self._app.routes)
        return {route.endpoint: route.path for route in contexts if route.endpoint and route.path}

    @cached_property
    def _operations(self) -> Mapping[tuple[str, int], list[Operation]]:
        found: dict[tuple[str, int], list[Operation]] = {}
        for each in operations(self._app.openapi()):
            found.setdefault((each.method, each.slashes), []).append(each)
        return found


def operations(document: Mapping[str, Any]) -> Iterable[Operation]:
    """Read the operations off an OpenAPI document, fixed paths before those with parameters."""
    for path in sorted(document["paths"], key=lambda path: path.count("{")):
        pattern = re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)))
        for method, operation in document["paths"][path].items():
            yield Operation(pattern, method.upper(), _query_of(operation), path.count("/"))


def _query_of(operation: Mapping[str, Any]) -> dict[str, bool]:
    parameters = operation.get("parameters", [])
    return {
        each["name"]: _is_list(each.get("schema", {}))
        for each in parameters
        if each["in"] == "query"
    }


def _is_list(schema: Mapping[str, Any]) -> bool:
    return schema.get("type") == "array" or any(map(_is_list, schema.get("anyOf", ())))


def refuse_unknown(names: Iterable[str], known: Mapping[str, bool]) -> None:
    """Raise UnknownParameter for a name that is not known, RepeatedParameter for one too many."""
    counts = Counter(name[:_SHOWN] for name in names)
    if unknown := [name for name in counts if name not in known]:
        said = f"Unknown: {', '.join(unknown)}. Known here: {', '.join(sorted(known)) or 'none'}."
        raise UnknownParameter(said, errors=_flaws(unknown, "unknown", "no such parameter here"))
    if again := [name for name, count in counts.items() if count > 1 and not known[name]]:
        said = f"Repeated: {', '.join(again)}. Each may be given once."
        raise RepeatedParameter(said, errors=_flaws(again, "repeated", "may be given once"))


def _flaws(names: Iterable[str], code: str, message: str) -> list[FieldError]:
    return [FieldError(pointer("query", name), code, message) for name in names]
