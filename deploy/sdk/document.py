"""The gateway's OpenAPI document as the generators of types like it, and its operations.

What the server alone has to check (lengths, patterns, bounds) and examples are left out: they make
types no narrower. Names of schemas lose their dots.
"""

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

    @property
    def row(self) -> dict[str, Any] | None:
        """The schema of a row where the answer is a list that may have further pages."""
        for answer in self.answers:
            told = answer.get("properties", {})
            if {"data", "page"} <= told.keys():
                row: dict[str, Any] = told["data"]["items"]
                return row
        return None

    def takes(self, header: str) -> bool:
        """Whether the operation reads this header."""
        return any(
            one.place == "header" and one.name.lower() == header.lower() for one in self.parameters
        )


def plain(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document without what types cannot tell, its schemas named by plain words."""
    names = {name: _word(name) for name in document["components"]["schemas"]}
    if len(set(names.values())) < len(names):
        raise ValueError("two schemas would have one name")
    bare: dict[str, Any] = _bare(document, names)
    schemas = bare["components"]["schemas"]
    bare["components"]["schemas"] = {names[name]: schema for name, schema in schemas.items()}
    return bare


def operations(document: dict[str, Any]) -> list[Operation]:
    """Return all operations, by their ids."""
    found = [
        _operation(verb, path, told)
        for path, verbs in document["paths"].items()
        for verb, told in verbs.items()
        if verb in VERBS
    ]
    return sorted(found, key=lambda one: one.id)


def _operation(verb: str, path: str, told: dict[str, Any]) -> Operation:
    contents = told.get("requestBody", {}).get("content", {})
    body = next((each["schema"] for each in contents.values()), None)
    answers = [
        content.get("schema", {})
        for status, answer in told["responses"].items()
        if status.startswith("2")
        for content in answer.get("content", {}).values()
    ]
    return Operation(
        id=told["operationId"],
        verb=verb.upper(),
        path=path,
        summary=told.get("summary", ""),
        parameters=tuple(_parameter(each) for each in told.get("parameters", ())),
        body=body,
        form="application/x-www-form-urlencoded" in contents,
        answers=tuple(answers),
    )


def _parameter(told: dict[str, Any]) -> Parameter:
    return Parameter(
        name=told["name"],
        place=told["in"],
        required=told.get("required", False),
        schema=told["schema"],
        description=told.get("description", ""),
    )


def _bare(value: Any, names: dict[str, str], *, named: bool = False) -> Any:
    """Strip keywords; `named` tells that the keys here are names of the field, not keywords."""
    if isinstance(value, list):
        return [_bare(each, names) for each in value]
    if not isinstance(value, dict):
        return value
    kept: dict[str, Any] = {}
    for key, inner in value.items():
        if key == "$ref" and not named:
            kept[key] = _pointed(inner, names)
        elif named or not (key in _CHECKED_BY_THE_SERVER or (key, inner) == _CLOSED):
            kept[key] = _bare(inner, names, named=not named and key in _HOLD_NAMES)
    return kept


_CLOSED: Final = ("additionalProperties", False)
_HOLD_NAMES: Final = frozenset({"properties", "schemas", "paths", "responses", "headers"})


def _pointed(reference: str, names: dict[str, str]) -> str:
    path, _, name = reference.rpartition("/")
    return f"{path}/{names.get(name, name)}"


def _word(name: str) -> str:
    """`gateway.stages.Period` is StagesPeriod."""
    return "".join(part[:1].upper() + part[1:] for part in name.split(".")[-2:])
