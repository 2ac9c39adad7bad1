"""Which indicators a story is about: read off codes.yaml, which names them by their codes alone."""

from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

import yaml

ORDINARY: Final = "ordinary"
"""The part of codes.yaml that is about honest purchases."""


class Codes(NamedTuple):
    """What is to be seen in a story and must not be seen in its look-alike; see codes.yaml."""

    guilty: tuple[str, ...] = ()
    innocent: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    may: tuple[str, ...] = ()


@cache
def codes_of(scheme: str) -> Codes:
    """Return the codes of a scheme. Raises KeyError for one that codes.yaml does not name."""
    return Codes(**{kind: tuple(codes) for kind, codes in _written()[scheme].items()})


@cache
def schemes() -> tuple[str, ...]:
    """Name the schemes of codes.yaml."""
    return tuple(name for name in _written() if name != ORDINARY)


@cache
def ordinary() -> dict[str, tuple[str, ...]]:
    """Return what may rightly be seen where something happens that is no scheme, by its name."""
    return {name: tuple(codes) for name, codes in _written().get(ORDINARY, {}).items()}


@cache
def _written() -> dict[str, dict[str, list[str]]]:
    text = (files("deploy.sandbox.world.schemes") / "codes.yaml").read_text("utf-8")
    read: dict[str, dict[str, list[str]]] = yaml.safe_load(text)
    return read
