"""Functions whose modules are loaded when they are first called: an idle process does without."""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any


def later(module: str, name: str) -> Callable[..., Any]:
    """Return a function that does what `name` of `module` does, and loads it only then."""

    @cache
    def found() -> Callable[..., Any]:
        function: Callable[..., Any] = getattr(import_module(module), name)
        return function

    def call(*given: Any) -> Any:
        return found()(*given)

    return call
