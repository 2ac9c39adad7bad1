"""Routes that are read when they are first needed, so that a process answers sooner.

What a route takes (parameters, bodies, dependencies) is analysed by the framework when the route is
made, a tenth of a second of CPU for a handful. Here a route knows only its address until somebody
asks for it, or the whole document is read.
"""

from collections.abc import Callable
from threading import RLock
from typing import Any, Final

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.routing import compile_path

_reading: Final = RLock()
"""The document is read in a thread while routes are asked for."""


class LateRoute(APIRoute):
    """A route that FastAPI reads at the first question about more than where it is."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **told: Any) -> None:
        self._told = told
        self.path, self.endpoint = path, endpoint
        self.path_regex, self.path_format, self.param_convertors = compile_path(path)
        self.methods = set(told["methods"] or ["GET"])
        self.name = told["name"] or endpoint.__name__
        self.operation_id = told["operation_id"]
        self.include_in_schema = told["include_in_schema"]

    def __getattr__(self, name: str) -> Any:
        """Have everything else read. Raises AttributeError for what no route has."""
        known = vars(self)
        with _reading:
            if "_told" in known and not name.startswith("__"):
                super().__init__(self.path, self.endpoint, **known.pop("_told"))
        if name not in known:
            raise AttributeError(name)
        return known[name]


class Router(APIRouter):
    """A router of such routes."""

    def __init__(self, **told: Any) -> None:
        super().__init__(route_class=LateRoute, **told)
