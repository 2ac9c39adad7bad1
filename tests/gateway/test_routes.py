"""How routes are put together: what the framework would make slow without saying so."""

from collections.abc import Iterator
from inspect import isasyncgenfunction, iscoroutinefunction
from typing import Any

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from gateway.app import build
from shared.late import LateRoute
from tests.gateway.house import settings


def routes(found: Any) -> Iterator[Any]:
    """All routes, those of included routers too."""
    for route in found:
        if hasattr(route, "dependant"):
            yield route
        inner = getattr(route, "original_router", route)
        yield from routes(getattr(inner, "routes", ()))


def asked(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for each in dependant.dependencies:
        yield from asked(each)


def awaited(call: Any) -> bool:
    """Whether a function, or what is called like one, is awaited where it stands."""
    called = (call, type(call).__call__)
    return any(iscoroutinefunction(each) or isasyncgenfunction(each) for each in called)


def test_nothing_that_answers_a_request_is_run_in_a_thread() -> None:
    app = build(settings("postgresql://unused", "redis://unused"))

    found = (each.call for route in routes(app.routes) for each in asked(route.dependant))
    calls = [call for call in found if call is not None]
    hopping = [call for call in calls if not awaited(call)]

    assert len(calls) > 300
    assert hopping == []  # a hop there and back costs as much as half of a small answer


def test_every_operation_is_read_late_so_that_a_gateway_soon_answers() -> None:
    app = build(settings("postgresql://unused", "redis://unused"))

    at_once = [
        route.path
        for route in app.routes
        if isinstance(route, APIRoute)
        and route.include_in_schema
        and not isinstance(route, LateRoute)
    ]

    assert sum(isinstance(route, LateRoute) for route in app.routes) > 200
    assert at_once == []
