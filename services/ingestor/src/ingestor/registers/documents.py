"""A list as JSON: Lines, an array, or a page of a service; its records may need a shape of theirs.

A source whose records hold several entries each has a module `shape.py` with `rows(record)`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from msgspec import DecodeError, json

from ingestor.registers.judge import normal
from ingestor.registers.mapping import Mapping as ListMapping
from ingestor.registers.rows import Row, Unusable

LARGEST: Final = 256 * 1024**2  # bytes of one document, which is held in memory
LONGEST_LINE: Final = 16 * 1024**2
LISTS: Final = ("items", "content", "data", "rows")

Shape = Callable[[Mapping[str, Any]], Iterable[Mapping[str, Any]]]


def rows(path: Path, mapping: ListMapping) -> Iterator[Row]:
    """Yield the rows; raises Unusable where the document is no JSON."""
    shape = _shape(mapping.shape)
    for number, record in enumerate(_records(path), start=1):
        if not isinstance(record, dict):
            raise Unusable(f"Record {number} is no object")
        for one in shape(record):
            yield Row(number, {normal(name): value for name, value in one.items()})


def _shape(name: str | None) -> Shape:
    if name is None:
        return lambda record: (record,)
    shape: Shape = import_module(f"ingestor.sources.{name}.shape").rows
    return shape


def _records(path: Path) -> Iterator[Any]:
    """Yield the records of Lines one by one, of a document all at once."""
    with path.open("rb") as stream:
        first = stream.readline(LONGEST_LINE)
        try:
            whole = json.decode(first)
        except DecodeError:
            whole = None
        if isinstance(whole, dict) and not _listed(whole):
            yield whole
            yield from _lines(stream)
            return
    yield from _document(path)


def _lines(stream: Iterable[bytes]) -> Iterator[Any]:
    for number, line in enumerate(stream, start=2):
        if line.strip():
            try:
                yield json.decode(line)
            except DecodeError as fault:
                raise Unusable(f"Line {number} is no JSON; the rest was not read") from fault


def _document(path: Path) -> Iterator[Any]:
    if path.stat().st_size > LARGEST:
        raise Unusable("The document is too large to be held; give JSON Lines")
    try:
        whole = json.decode(path.read_bytes())
    except DecodeError as fault:
        raise Unusable(f"This is no JSON: {fault}") from fault
    if isinstance(whole, dict):
        whole = _listed(whole) or [whole]
    yield from whole if isinstance(whole, list) else [whole]


def _listed(whole: dict[str, Any]) -> list[Any] | None:
    """Find the list in a page of a service."""
    found = (whole[name] for name in LISTS if isinstance(whole.get(name), list))
    return next(found, None)
