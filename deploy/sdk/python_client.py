"""The Python client's two generated modules: types of what is sent, and a method per operation."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from deploy.sdk.document import Operation, Parameter

MADE: Final = '"""Made by `make sdk` from the OpenAPI document of the gateway."""'

_HEADING: Final = f"""{MADE}

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from . import models
from .pages import Pages
from .transport import Transport


class Client(Transport):
    \"\"\"The API of the platform: a method for each operation.\"\"\"
"""

_WORDS: Final = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}
_OPTIONAL: Final = "None"


def models(document: dict[str, Any]) -> str:
    """Return the module of types, a TypedDict per schema.

    Raises subprocess.CalledProcessError when the generator refuses the document.
    """
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "openapi.json", Path(folder) / "models.py"
        source.write_text(json.dumps(document))
        subprocess.run(
            [_tool("datamodel-codegen"), f"--input={source}", f"--output={target}", *_OPTIONS],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        return target.read_text()


_OPTIONS: Final = (
    *("--input-file-type", "openapi", "--output-model-type", "typing.TypedDict"),
    *("--target-python-version", "3.11", "--formatters", "builtin"),
    *("--use-standard-collections", "--use-union-operator", "--use-schema-description"),
    *("--disable-timestamp", "--custom-file-header", MADE),
)


def client(operations: list[Operation]) -> str:
    """Return the module of the client."""
    text = _HEADING + "".join(f"\n{_method(one)}" for one in operations)
    command = [_tool("ruff"), "format", "--isolated", "--line-length=100", "-"]
    return subprocess.run(command, input=text, check=True, text=True, stdout=subprocess.PIPE).stdout


def _tool(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def _method(operation: Operation) -> str:
    lines = [
        f"    def {operation.id}(",
        "        self,",
        *(f"        {argument}," for argument in _arguments(operation)),
        f"    ) -> {_returned(operation)}:",
        f'        """{operation.summary or operation.id}."""'.replace('?."""', '?"""'),
        *_asking(operation),
    ]
    return "\n".join(lines) + "\n"


def _arguments(operation: Operation) -> Iterator[str]:
    """The method's arguments: the path's by place, all others by name."""
    for each in _at(operation, "path"):
        yield f"{_name(each)}: str"
    if operation.body is not None:
        yield f"body: {_body(operation)}"
    named = [f"{_name(each)}: {_optional(each)}" for each in _at(operation, "query")]
    named += [f"{name}: str | None = None" for name in _extras(operation)]
    if named:
        yield from ("*", *named)


def _asking(operation: Operation) -> list[str]:
    if operation.row:
        return [f"        return {_call(operation)}"]
    if not operation.answers:
        return [f"        {_call(operation)}"]
    return [f"        answer: {_returned(operation)} = {_call(operation)}", "        return answer"]


def _call(operation: Operation) -> str:
    path = operation.path
    for each in _at(operation, "path"):
        path = path.replace(f"{{{each.name}}}", f"{{self.part({_name(each)})}}")
    said = [f'f"{path}"' if "{" in path else f'"{path}"']
    if query := [f'"{each.name}": {_name(each)}' for each in _at(operation, "query")]:
        said.append(f"query={{{', '.join(query)}}}")
    if operation.body is not None:
        said.append("form=body" if operation.form else "body=body")
    said += [f"{name}={name}" for name in _extras(operation)]
    if operation.takes("idempotency-key"):
        said.append("repeatable=True")
    if operation.row:
        return f"self.pages({', '.join(said)})"
    return f'self.ask("{operation.verb}", {", ".join(said)})'


def _returned(operation: Operation) -> str:
    if operation.row:
        return f"Pages[{_kind(operation.row)}]"
    kinds = dict.fromkeys(_kind(each) for each in operation.answers)
    return " | ".join(kinds) or "None"


def _body(operation: Operation) -> str:
    return "Mapping[str, str]" if operation.form else _kind(operation.body or {})


def _extras(operation: Operation) -> list[str]:
    """Headers that a caller may want to set."""
    known = {"if-match": "if_match", "idempotency-key": "idempotency_key"}
    return [name for header, name in known.items() if operation.takes(header)]


def _optional(parameter: Parameter) -> str:
    kind = _kind(parameter.schema)
    if parameter.required:
        return kind
    if kind.startswith("Sequence["):
        return f"{kind} = ()"
    return f"{kind.removesuffix(' | None')} | None = None"


def _kind(schema: dict[str, Any]) -> str:
    """Return a schema as a Python type."""
    if reference := schema.get("$ref"):
        return f"models.{reference.rpartition('/')[2]}"
    if words := schema.get("enum"):
        return f"Literal[{', '.join(json.dumps(word) for word in words)}]"
    if choices := schema.get("anyOf"):
        kinds = dict.fromkeys(_kind(each) for each in choices)
        return " | ".join(sorted(kinds, key=lambda kind: kind == _OPTIONAL))
    if schema.get("type") == "array":
        return f"Sequence[{_kind(schema['items'])}]"
    if schema.get("type") == "null":
        return _OPTIONAL
    return _WORDS.get(schema.get("type", ""), "Mapping[str, Any]")


def _at(operation: Operation, place: str) -> list[Parameter]:
    """Parameters of this place; a cursor is the affair of who walks the pages."""
    walked = operation.row is not None
    return [
        each
        for each in operation.parameters
        if each.place == place and not (walked and each.name == "cursor")
    ]


def _name(parameter: Parameter) -> str:
    """`amount[gte]` is amount_gte."""
    return parameter.name.replace("[", "_").replace("]", "").replace("-", "_")
