"""Recorded answers of the portal, out of files: whatever they are wrapped in, one record at a time.

JSON or JSON Lines, gzip or not; GraphQL answers of any root, REST lists and details, bare arrays of
records; bare, or with the request beside them under any of the usual names.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

import msgspec
from msgspec import Struct

from ingestor.sources.goszakup.kinds import (
    Kind,
    dictionary_in,
    notice_in,
    of_fields,
    of_path,
    of_root,
)
from shared.ocds.inflate import Bound, unpacked
from shared.ocds.notes import Refused as RefusedFile

ANSWERS: Final = ("response", "answer", "body", "payload", "result", "content", "text")
REQUESTS: Final = ("request", "url", "path", "query", "variables", "operation", "method", "params")


class Found(Struct, frozen=True):
    """One record with its kind; `notice` where only the request said which notice it is of."""

    kind: Kind
    record: Any
    notice: str | None = None


class Rows(Struct, frozen=True):
    """Rows of one dictionary."""

    dictionary: str
    rows: list[Any]


class Fault(Struct, frozen=True):
    """Something in a file that cannot be used. `broken`: the file did not arrive whole."""

    reason: str
    line: int | None = None
    broken: bool = False


class Asked(Struct, frozen=True):
    """What is known of the request whose answer is read: where it stands, and any text of it."""

    file: str
    request: str = ""
    line: int | None = None


def recorded(stream: BinaryIO, file: str) -> Iterator[Found | Rows | Fault]:
    """Yield everything in one file; `file` is its name, which may name a dictionary.

    Never raises for what the file holds.
    """
    try:
        content = b"".join(unpacked(stream, Bound()))
    except RefusedFile as refused:
        yield Fault(refused.refusal.reason, broken=True)
        return
    if not content.strip():
        yield Fault("The file is empty.", broken=True)
        return
    for line, document in _documents(content):
        if isinstance(document, Fault):
            yield document
        else:
            yield from _opened(document, Asked(Path(file).name, line=line))


def _documents(content: bytes) -> Iterator[tuple[int | None, Any]]:
    """Yield the one document, or each line's; a last line cut off tells a file not whole."""
    whole = _decoded(content)
    if not isinstance(whole, Fault):
        yield None, whole
        return
    lines = [(n, raw) for n, raw in enumerate(content.splitlines(), 1) if raw.strip()]
    if all(isinstance(_decoded(raw), Fault) for _, raw in lines[:2]):
        yield None, Fault(f"It ends too early, or is no JSON at all. {whole.reason}", broken=True)
        return
    for number, raw in lines:
        document = _decoded(raw)
        if isinstance(document, Fault):
            document = Fault(document.reason, number, broken=number == lines[-1][0])
        yield number, document


def _decoded(raw: bytes) -> Any:
    try:
        return msgspec.json.decode(raw)
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as fault:
        return Fault(f"Not JSON: {fault}")


def _opened(value: Any, asked: Asked) -> Iterator[Found | Rows | Fault]:
    """Open whatever wraps the records."""
    if isinstance(value, list):
        for one in value:
            yield from _opened(one, asked)
    elif not isinstance(value, dict):
        yield Fault("A record is a JSON object; this is something else.", asked.line)
    elif (inner := _answer(value)) is not None:
        yield from _opened(inner, _with(asked, value))
    elif isinstance(value.get("data"), dict):
        yield from _graphql(value["data"], asked)
    elif isinstance(value.get("items"), list):
        yield from _listed(value["items"], asked)
    elif of_fields(value) is None and _is_table(value):
        for name, one in value.items():
            if isinstance(one, dict | list):
                yield from _opened(one, Asked(asked.file, name, asked.line))
    else:
        yield from _single(value, asked)


def _answer(value: dict[str, Any]) -> Any:
    """Return the answer out of a record of request and answer; None where it is none."""
    if not any(name in value for name in REQUESTS):
        return None
    for name in (*ANSWERS, "data"):
        inner = value.get(name)
        if isinstance(inner, str):
            inner = _from_text(inner)
        if isinstance(inner, dict | list):
            return {"data": inner} if name == "data" and isinstance(inner, dict) else inner
    return None


def _from_text(text: str) -> Any:
    decoded = _decoded(text.encode("utf-8", "replace"))
    return None if isinstance(decoded, Fault) else decoded


def _with(asked: Asked, value: dict[str, Any]) -> Asked:
    """Keep everything of the request as one text to look into."""
    said = {name: value[name] for name in value if name not in ANSWERS and name != "data"}
    return Asked(asked.file, json.dumps(said, ensure_ascii=False).replace('\\"', '"'), asked.line)


def _graphql(data: dict[str, Any], asked: Asked) -> Iterator[Found | Rows | Fault]:
    for root, rows in data.items():
        kind = of_root(root)
        if not isinstance(rows, list):
            continue
        for row in rows:
            if kind is not None:
                yield Found(kind, row, notice_in(asked.request))
            else:
                yield from _opened(row, asked)


def _listed(items: list[Any], asked: Asked) -> Iterator[Found | Rows | Fault]:
    dictionary = _dictionary(asked)
    if dictionary is not None:
        yield Rows(dictionary, items)
        return
    for row in items:
        yield from _single(row, asked)


def _single(value: Any, asked: Asked) -> Iterator[Found | Rows | Fault]:
    if not isinstance(value, dict):
        yield Fault("A record is a JSON object; this is something else.", asked.line)
        return
    dictionary = _dictionary(asked)
    kind = of_fields(value) or of_path(asked.request)
    if kind is not None:
        yield Found(kind, value, notice_in(asked.request))
    elif dictionary is not None:
        yield Rows(dictionary, [value])
    else:
        names = ", ".join(sorted(map(str, value))[:6])
        yield Fault(f"Nothing of the portal is known by these fields: {names}", asked.line)


def _dictionary(asked: Asked) -> str | None:
    return dictionary_in(asked.request) or (
        dictionary_in(asked.file) if not asked.request else None
    )


def _is_table(value: dict[str, Any]) -> bool:
    """Tell an object whose keys are requests or names of dictionaries, each with its answer."""
    return any(
        isinstance(one, dict | list)
        and ("/v3/" in name or "/v2/" in name or dictionary_in(name) == name)
        for name, one in value.items()
    )
