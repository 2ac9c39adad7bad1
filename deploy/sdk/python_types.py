"""Schemas as Python types, and the Python client's generated module of them."""

import json
import keyword
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from deploy.sdk.formed import MADE, formed

NOTHING: Final = "None"

_HEADING: Final = f"""{MADE}

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict
"""

_WORDS: Final = {
    "string": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "null": NOTHING,
}


class Spelling(NamedTuple):
    """What the types of another module, lists and documents are called where a type stands."""

    module: str
    many: str
    document: str


ASKED: Final = Spelling("models.", "Sequence", "Mapping")
"""In the signature of a method: whatever can be read."""

TOLD: Final = Spelling("", "list", "dict")
"""In the types of JSON itself."""


def models(document: dict[str, Any]) -> str:
    """Return the module of types, a TypedDict per schema."""
    schemas = sorted(document["components"]["schemas"].items())
    return formed(_HEADING + "".join(_typed_dict(name, schema) for name, schema in schemas))


def kind(schema: dict[str, Any], said: Spelling = ASKED) -> str:
    """Return a schema as a Python type."""
    if reference := schema.get("$ref"):
        return f"{said.module}{reference.rpartition('/')[2]}"
    if words := schema.get("enum", [schema["const"]] if "const" in schema else None):
        return f"Literal[{', '.join(json.dumps(word) for word in words)}]"
    if choices := schema.get("anyOf", schema.get("oneOf")):
        kinds = dict.fromkeys(kind(each, said) for each in choices)
        return " | ".join(sorted(kinds, key=lambda each: each == NOTHING))
    if schema.get("type") == "array":
        return f"{said.many}[{kind(schema.get('items', {}), said)}]"
    if schema.get("type") == "object":
        values = schema.get("additionalProperties")
        inner = kind(values, said) if isinstance(values, dict) else "Any"
        return f"{said.document}[str, {inner}]"
    return _WORDS.get(schema.get("type", ""), "Any")


def _typed_dict(name: str, schema: dict[str, Any]) -> str:
    """Write a schema as a class, or as a call where a field has no name that Python can spell."""
    fields = list(_fields(schema))
    if any(keyword.iskeyword(field) or not field.isidentifier() for field, _ in fields):
        said = ", ".join(f"{json.dumps(field)}: {json.dumps(kind_)}" for field, kind_ in fields)
        return f'\n{name} = TypedDict("{name}", {{{said}}})\n'
    told = " ".join(schema.get("description", name).split("\n\n")[0].split())
    lines = [f"class {name}(TypedDict):", f'    """{told}"""', ""]
    return "\n".join(["", *lines, *(f"    {field}: {kind_}" for field, kind_ in fields), ""])


def _fields(schema: dict[str, Any]) -> Iterator[tuple[str, str]]:
    always = schema.get("required", ())
    for field, inner in schema.get("properties", {}).items():
        found = kind(inner, TOLD)
        yield field, found if field in always else f"NotRequired[{found}]"
