"""A file of releases, read one by one in bounded memory, each with its own fault.

JSON Lines and JSON, plain or gzip (told by content), release and record packages, single and
compiled releases, arrays, and lines {"source": …, "release": …}. What cannot be read is refused by
itself, with its place and reason; everything else in the file still comes.
"""

import json
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final

import msgspec

from shared.ocds.decode import decode
from shared.ocds.inflate import Bound, unpacked
from shared.ocds.notes import KEPT, Note, Refusal, Refused, refuse
from shared.ocds.scanner import Cutter
from shared.ocds.unpack import Inner, releases_in
from shared.ocds.window import Window

AHEAD: Final = 5  # lines looked at to tell JSON Lines with a bad beginning from one long document
WITHIN: Final = (b'"', b"}", b"]", b",")  # begin a line inside a document, none by itself


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest single release or line in bytes, and how far a file may unpack.

    A package may be of any size: its releases are cut out of the stream one by one.
    """

    document: int = 32 * 1024**2
    bound: Bound = field(default_factory=Bound)


@dataclass(frozen=True, slots=True)
class Document:
    """One release as received.

    `raw` is its JSON: the bytes of the line where the line is one release, else written again.
    `line` counts from 1, `item` from 0 inside a package or array. `source` is what a collection's
    line says of its source. `notes` belong before those of its normal form.
    """

    release: dict[str, Any]
    raw: bytes
    line: int
    item: int | None = None
    offset: int = 0
    source: Any = None
    notes: list[Note] = field(default_factory=list)


def read(stream: BinaryIO, limits: Limits | None = None) -> Iterator[Document | Refusal]:
    """Yield every release of a file, and a refusal for everything that is none.

    Never raises for what the file holds. An empty file gives the refusal "empty".
    """
    limits = limits or Limits()
    endings: list[Refusal] = []
    window = Window(_until_refused(unpacked(stream, limits.bound), endings))
    found = False
    for document in _documents(window, limits.document):
        found = True
        yield document
    yield from endings
    if not found and not endings:
        yield refuse("empty")


def _until_refused(chunks: Iterator[bytes], endings: list[Refusal]) -> Iterator[bytes]:
    """Let a stream that cannot be unpacked further end, and keep the reason."""
    try:
        yield from chunks
    except Refused as refused:
        endings.append(refused.refusal)


def _documents(window: Window, limit: int) -> Iterator[Document | Refusal]:
    in_lines = False
    while window.skip_space():
        start = window.at
        end = window.line_end(start, limit)
        if end is None:
            in_lines = yield from _cut_long_line(window, limit, in_lines=in_lines)
            continue
        raw = window.bytes_between(start, end).strip()
        line = window.line_at(start)
        found = list(_releases(raw, line, start))
        broken = isinstance(found[0], Refusal) and found[0].code == "truncated"
        if broken and not in_lines and _goes_on(window, raw, end, limit):
            yield from _cut(window, limit)
            continue
        in_lines = in_lines or not broken
        window.at = end
        yield from found


def _goes_on(window: Window, raw: bytes, end: int, limit: int) -> bool:
    """Tell whether the first line opens a document of several lines.

    It does unless one of the next lines is a document by itself.
    """
    return raw.endswith(b"[") or not _document_follows(window, end, limit)


def _document_follows(window: Window, end: int, limit: int) -> bool:
    """Tell whether one of the next lines behind the newline is a document by itself."""
    for _ in range(AHEAD):
        start = end + 1
        following = window.line_end(start, limit)
        if following is None or following < start:
            break
        line = window.bytes_between(start, following).strip()
        if line.startswith(WITHIN):
            break
        if line.startswith(b"{") and isinstance(next(_releases(line, 0, 0)), Document):
            return True
        end = following
    return False


def _cut(window: Window, limit: int) -> Iterator[Document | Refusal]:
    """Read the document of several lines at the window's position piece by piece."""
    yield from _pieces(Cutter(window, limit))


def _cut_long_line(
    window: Window, limit: int, *, in_lines: bool
) -> Generator[Document | Refusal, None, bool]:
    """Read a document piece by piece whose first line is too large to be read whole.

    Returns whether the file is JSON Lines, as far as is known behind it.
    """

    def is_over(newline: int, object_may_follow: bool) -> bool:
        return (
            (in_lines and not cutter.packed)
            or (not object_may_follow and _object_follows(window, newline))
            or _document_follows(window, newline, KEPT)
        )

    cutter = Cutter(window, limit, is_over)
    yield from _pieces(cutter)
    return in_lines or cutter.broken_off


def _object_follows(window: Window, newline: int) -> bool:
    """Tell whether the next line that holds something begins an object."""
    window.line_end(newline + 1, KEPT)  # have it held
    return window.bytes_between(newline, newline + KEPT).lstrip().startswith(b"{")


def _pieces(cutter: Cutter) -> Iterator[Document | Refusal]:
    """Decode what is cut out; what does not even open a bracket is refused up to its newline."""
    window = cutter.window
    if window.bytes_between(window.at, window.at + 1) not in (b"{", b"["):
        yield refuse("not_an_object", line=window.line_at(window.at), offset=window.at)
        window.skip_line()
        return
    for piece in cutter.pieces():
        if isinstance(piece, Refusal):
            yield piece
        else:
            yield from _releases(piece.raw, piece.line, piece.offset, piece.item)


def _releases(
    raw: bytes, line: int, offset: int, item: int | None = None
) -> Iterator[Document | Refusal]:
    """Decode one document and take it apart; there is always at least one answer."""
    try:
        value, notes = decode(raw)
        found = list(releases_in(value))
    except Refused as refused:
        yield _placed(refused.refusal, line, item, offset)
        return
    except RecursionError:
        yield refuse("too_deep", line=line, item=item, offset=offset, raw=raw)
        return
    alone = len(found) == 1
    for index, inner in enumerate(found):
        place = item if alone else index
        if isinstance(inner, Refusal):
            kept = refuse(inner.code, line=line, item=place, offset=offset, raw=raw)
            yield msgspec.structs.replace(kept, reason=inner.reason)
        else:
            yield Document(
                release=inner.release,
                raw=raw if alone and inner.release is value else _written(inner),
                line=line,
                item=place,
                offset=offset,
                source=inner.source,
                notes=notes,
            )
    if not found:
        yield refuse("empty", line=line, item=item, offset=offset, raw=raw)


def _placed(refusal: Refusal, line: int, item: int | None, offset: int) -> Refusal:
    """Put the place into a refusal that does not know it."""
    return msgspec.structs.replace(refusal, line=line, item=item, offset=offset)


def _written(inner: Inner) -> bytes:
    """Write a release again that was inside something else."""
    try:
        return msgspec.json.encode(inner.release)
    except UnicodeEncodeError:
        return json.dumps(inner.release).encode()
