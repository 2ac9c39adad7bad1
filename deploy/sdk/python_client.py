"""The Python client's generated module of operations, a method for each."""

from collections.abc import Iterator
from typing import Final

from deploy.sdk.document import Operation, Parameter
from deploy.sdk.formed import MADE, formed
from deploy.sdk.python_types import NOTHING, kind

_HEADING: Final = f"""{MADE}

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from . import models
from .pages import Pages
from .transport import Transport


class Client(Transport):
    \"\"\"The API of the platform: a method for each operation.\"\"\"
"""


def client(operations: list[Operation]) -> str:
    """Return the module of the client."""
    return formed(_HEADING + "".join(f"\n{_method(one)}" for one in operations))


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
    if operation.row or operation.file:
        return [f"        return {_call(operation)}"]
    if not operation.answers:
        return [f"        {_call(operation)}"]
    return [f"        answer: {_returned(operation)} = {_call(operation)}", "        return answer"]


def _call(operation: Operation) -> str:
    said = [_path(operation, operation.path)]
    if query := [f'"{each.name}": {_name(each)}' for each in _at(operation, "query")]:
        said.append(f"query={{{', '.join(query)}}}")
    if operation.body is not None:
        said.append("form=body" if operation.form else "body=body")
    said += [f"{name}={_extra(operation, name)}" for name in _extras(operation)]
    if operation.takes("idempotency-key"):
        said.append("repeatable=True")
    if operation.row or operation.file:
        return f"self.{'pages' if operation.row else 'fetch'}({', '.join(said)})"
    return f'self.ask("{operation.verb}", {", ".join(said)})'


def _path(operation: Operation, path: str) -> str:
    """Return the text that makes a path, or the beginning of one, of the arguments."""
    for each in _at(operation, "path"):
        path = path.replace(f"{{{each.name}}}", f"{{self.part({_name(each)})}}")
    return f'f"{path}"' if "{" in path else f'"{path}"'


def _extra(operation: Operation, name: str) -> str:
    if name != "if_match" or operation.bound_to is None:
        return name
    return f"if_match or self.etag({_path(operation, operation.bound_to)})"


def _returned(operation: Operation) -> str:
    if operation.row:
        return f"Pages[{kind(operation.row)}]"
    if operation.file:
        return "Iterator[bytes]"
    kinds = dict.fromkeys(kind(each) for each in operation.answers)
    return " | ".join(kinds) or NOTHING


def _body(operation: Operation) -> str:
    return "Mapping[str, str]" if operation.form else kind(operation.body or {})


def _extras(operation: Operation) -> list[str]:
    """Headers that a caller may want to set."""
    known = {"if-match": "if_match", "idempotency-key": "idempotency_key"}
    return [name for header, name in known.items() if operation.takes(header)]


def _optional(parameter: Parameter) -> str:
    found = kind(parameter.schema)
    if parameter.required:
        return found
    if found.startswith("Sequence["):
        return f"{found} = ()"
    return f"{found.removesuffix(f' | {NOTHING}')} | None = None"


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
