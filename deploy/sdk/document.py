"""The gateway's OpenAPI document as the generators of types like it, and its operations.

What the server alone has to check (lengths, patterns, bounds) and examples are left out: they make
types no narrower.
"""

import re
from dataclasses import dataclass
from typing import Any, Final

VERBS: Final = ("get", "post", "put", "patch", "delete")

_CHECKED_BY_THE_SERVER: Final = frozenset(
    {"minLength", "maxLength", "minItems", "maxItems", "minimum", "maximum", "pattern", "format"}
    | {"exclusiveMinimum", "exclusiveMaximum", "title", "example", "examples"}
)


@dataclass(frozen=True)
class Parameter:
    """A value in the path, the query or a header of a request."""

    name: str
    place: str
    required: bool
    schema: dict[str, Any]
    description: str


@dataclass(frozen=True)
class Operation:
    """What can be asked: a verb on a path, and the schemas of what goes in and comes out."""

    id: str
    verb: str
    path: str
    summary: str
    parameters: tuple[Parameter, ...]
    body: dict[str, Any] | None
    form: bool
    answers: tuple[dict[str, Any], ...]
    bound_to: str | None
    """The path under which the document is read on whose version this acts, if it can be."""

    @property
    def row(self) -> dict[str, Any] | None:
        """The schema of a row where the answer is a list that may have further pages."""
        for answer in self.answers:
            told = answer.get("properties", {})
            if {"data", "page"} <= told.keys():
                row: dict[str, Any] = told["data"]["items"]
                return row
        return None

    @property
    def file(self) -> bool:
        """Whether the answer is a file, of which a part can be asked for."""
        return self.takes("range")

    def takes(self, header: str) -> bool:
        """Whether the operation reads this header."""
        return any(
            one.place == "header" and one.name.lower() == header.lower() for one in self.parameters
        )


def plain(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document without what types cannot tell."""
    bare: dict[str, Any] = _bare(document)
    return bare


def operations(document: dict[str, Any]) -> list[Operation]:
    """Return all operations, by their ids."""
    read = frozenset(path for path, verbs in document["paths"].items() if "get" in verbs)
    found = [
        _operation(verb, path, told, read)
        for path, verbs in document["paths"].items()
        for verb, told in verbs.items()
        if verb in VERBS
    ]
    return sorted(found, key=lambda one: one.id)


def _operation(verb: str, path: str, told: dict[str, Any], read: frozenset[str]) -> Operation:
    contents = told.get("requestBody", {}).get("content", {})
    body = next((each["schema"] for each in contents.values()), None)
    answers = [
        content.get("schema", {})
        for status, answer in told["responses"].items()
        if status.startswith("2")
        for content in answer.get("content", {}).values()
    ]
    parameters = tuple(_parameter(each) for each in told.get("parameters", ()))
    acts_on = _MOVE.sub("", path)
    on_version = any(one.name.lower() == "if-match" for one in parameters)
    return Operation(
        id=told["operationId"],
        verb=verb.upper(),
        path=path,
        summary=told.get("summary", ""),
        parameters=parameters,
        body=body,
        form="application/x-www-form-urlencoded" in contents,
        answers=tuple(answers),
        bound_to=acts_on if on_version and acts_on in read else None,
    )


def _parameter(told: dict[str, Any]) -> Parameter:
    return Parameter(
        name=told["name"],
        place=told["in"],
        required=told.get("required", False),
        schema=told["schema"],
        description=told.get("description", ""),
    )


def _bare(value: Any, *, named: bool = False) -> Any:
    """Strip keywords; `named` tells that the keys here are names of the field, not keywords."""
    if isinstance(value, list):
        return [_bare(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _bare(inner, named=not named and key in _HOLD_NAMES)
        for key, inner in value.items()
        if named or not (key in _CHECKED_BY_THE_SERVER or (key, inner) == _CLOSED)
    }


_MOVE: Final = re.compile(r"(:[a-z-]+|/moves|/transitions)$")
"""What stands behind the path of a document where it is moved along its life cycle."""

_CLOSED: Final = ("additionalProperties", False)
_HOLD_NAMES: Final = frozenset({"properties", "schemas", "paths", "responses", "headers"})
