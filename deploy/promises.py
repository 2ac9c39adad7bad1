"""What the API has promised its callers, one line each, and what would break a promise.

The lines are read off the OpenAPI document and kept in docs/api-promises.txt. What is new joins
them by `make docs`; a line that is there may not go, and nothing that is promised may need more
than it did, unless `gateway.api_changes` says that the operation was removed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from gateway.api_changes import CHANGES, ApiChange

KEPT: Final = Path(__file__).resolve().parent.parent / "docs" / "api-promises.txt"

Document = Mapping[str, Any]
Schema = Mapping[str, Any]

_NEEDS = " needs "
_TAKES = " takes "
_MARKS: Final = {"query": "?", "path": "/", "header": "^"}


def kept() -> list[str]:
    """Return the lines that were promised up to now."""
    return KEPT.read_text(encoding="utf-8").splitlines() if KEPT.exists() else []


def page(document: Document) -> str:
    """Return the promises as they are to be kept: those of before, and the new ones."""
    before = kept()
    gone = _gone(before, CHANGES)
    still = {line for line in before if not line.startswith(gone)}
    return "".join(f"{line}\n" for line in sorted(still | set(promises(document))))


def broken(
    document: Document, promised: Sequence[str], changes: Sequence[ApiChange] = CHANGES
) -> list[str]:
    """Return what the document no longer keeps of what was promised."""
    now, before = set(promises(document)), set(promised)
    gone = _gone(promised, changes)
    # Where a schema is asked or answered with no more, the lines of the operations say so.
    schemas, taken = document["components"]["schemas"].keys(), _taken(document)
    lost = [
        line
        for line in sorted(before - now)
        if _NEEDS not in line
        and not line.startswith(gone)
        and not _taken_wider(line, now)
        and (_of_operation(line) or _owner(line) in (taken if _TAKES in line else schemas))
    ]
    owners = {_owner(line) for line in before}
    asked = [line for line in sorted(now - before) if _NEEDS in line and _owner(line) in owners]
    return [f"no longer: {line}" for line in lost] + [f"newly: {line}" for line in asked]


def _taken_wider(promise: str, now: Iterable[str]) -> bool:
    """Whether a request may still say what was promised, and something else as well."""
    what, takes, kinds = promise.partition(_TAKES)
    wanted = set(kinds.split(" or "))
    others = (line.partition(_TAKES) for line in now if takes and line.startswith(what + takes))
    return any(wanted <= set(other.split(" or ")) for _, _, other in others)


def promises(document: Document) -> Iterator[str]:
    """Read the promises off a document."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            name = f"{method} {path}"
            yield f"{name} = {operation['operationId']}"
            yield from _asked(name, operation)
            yield from _answered(name, operation)
    taken = _taken(document)
    for name, schema in document["components"]["schemas"].items():
        yield from _accepted(name, schema) if name in taken else _given(name, schema)


def _asked(name: str, operation: Schema) -> Iterator[str]:
    for parameter in operation.get("parameters", []):
        place = _MARKS[parameter["in"]] + parameter["name"]
        yield f"{name} {place}: {_kind(parameter['schema'])}"
        if parameter.get("required"):
            yield f"{name}{_NEEDS}{place}"
    body = operation.get("requestBody", {})
    for media, content in body.get("content", {}).items():
        yield f"{name}{_TAKES}{media}: {_kind(content['schema'])}"
    if body.get("required"):
        yield f"{name}{_NEEDS}a body"


def _answered(name: str, operation: Schema) -> Iterator[str]:
    for status, answer in operation["responses"].items():
        if not status.startswith("2"):
            continue
        for media, content in answer.get("content", {}).items():
            yield f"{name} {status} {media}: {_kind(content.get('schema', {}))}"
            yield from _given(f"{name} {status}", content.get("schema", {}))


def _given(name: str, schema: Schema) -> Iterator[str]:
    """What an answer always has, and of which kind it is."""
    always = schema.get("required", [])
    for field, inner in schema.get("properties", {}).items():
        yield f"{name} .{field}: {_kind(inner)}{'' if field in always else ' or nothing'}"


def _accepted(name: str, schema: Schema) -> Iterator[str]:
    """What a request may and what it must have."""
    for field, inner in schema.get("properties", {}).items():
        yield f"{name} .{field}{_TAKES}{_kind(inner)}"
    for field in schema.get("required", []):
        yield f"{name}{_NEEDS}.{field}"


def _kind(schema: Schema) -> str:
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema or "oneOf" in schema:
        kinds = {_kind(each) for each in schema.get("anyOf", schema.get("oneOf", ()))}
        return " or ".join(sorted(kinds))
    kind = schema.get("type", "anything")
    kind = " or ".join(sorted(kind)) if isinstance(kind, list) else kind
    return f"[{_kind(schema.get('items', {}))}]" if kind == "array" else str(kind)


def _taken(document: Document) -> set[str]:
    """Return the schemas that requests are made of."""
    schemas = document["components"]["schemas"]
    operations = (each for methods in document["paths"].values() for each in methods.values())
    bodies = [each["requestBody"] for each in operations if "requestBody" in each]
    waiting = list(_named(bodies))
    taken: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in taken:
            taken.add(name)
            waiting += _named(schemas[name])
    return taken


def _named(schema: Any) -> set[str]:
    if isinstance(schema, Mapping):
        own = {_kind(schema)} if "$ref" in schema else set()
        return own.union(*map(_named, schema.values()))
    return set().union(*map(_named, schema)) if isinstance(schema, list) else set()


def _gone(promised: Sequence[str], changes: Sequence[ApiChange]) -> tuple[str, ...]:
    """Return how the lines begin of operations that were removed as announced."""
    removed = {name for each in changes if each.kind == "removed" for name in each.operations}
    lines = (line.partition(" = ") for line in promised)
    return tuple(f"{name} " for name, _, operation in lines if operation in removed)


def _owner(line: str) -> str:
    """Return whose promise a line is: an operation (`get /v1/lots`) or a schema."""
    return " ".join(line.split(" ")[: 2 if _of_operation(line) else 1])


def _of_operation(line: str) -> bool:
    return line.split(" ")[1].startswith("/")
