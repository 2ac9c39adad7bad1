"""The routes of an application as its own documentation names them.

Looked up for every request: the template of an endpoint (for metrics and logs), and the query
parameters an operation has (any other is refused, for a filter that is silently ignored answers a
question nobody asked). An operation is read when it is first asked with any, and no other with it.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, iter_route_contexts

from shared.bodies import pointer
from shared.errors import FieldError, RepeatedParameter, UnknownParameter

NO_ROUTE: Final = "none"
"""Label of requests that met no route."""

_ELSEWHERE = "other"
_SHOWN = 50


@dataclass(frozen=True)
class Operation:
    """One route and method of it."""

    route: APIRoute
    method: str

    @cached_property
    def parameters(self) -> Mapping[str, bool]:
        """The query parameters it takes, and whether each may be repeated."""
        document = get_openapi(title=NO_ROUTE, version=NO_ROUTE, routes=[self.route])
        return _query_of(document["paths"][self.route.path_format][self.method.lower()])


class Routes:
    """Looks up the routes of one application."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    def template(self, endpoint: Callable[..., Any] | None) -> str:
        """Return the path template of an endpoint, as it may label a metric."""
        return NO_ROUTE if endpoint is None else self._templates.get(endpoint, _ELSEWHERE)

    def check_query(self, method: str, path: str, names: Iterable[str]) -> None:
        """Raise UnknownParameter or RepeatedParameter for what the operation does not take."""
        for operation in self._operations.get((method, path.count("/")), ()):
            if operation.route.path_regex.fullmatch(path):
                refuse_unknown(names, operation.parameters)
                return

    @cached_property
    def _templates(self) -> dict[Callable[..., Any], str]:
        contexts = iter_route_contexts(self._app.routes)
        return {route.endpoint: route.path for route in contexts if route.endpoint and route.path}

    @cached_property
    def _operations(self) -> Mapping[tuple[str, int], list[Operation]]:
        """The operations of the document by method and number of slashes, as they are routed."""
        found: dict[tuple[str, int], list[Operation]] = {}
        for route in self._app.routes:
            if isinstance(route, APIRoute) and route.include_in_schema:
                for method in route.methods or ():
                    place = method, route.path.count("/")
                    found.setdefault(place, []).append(Operation(route, method))
        return found


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
