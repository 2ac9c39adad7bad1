"""Files of JSON Lines as they come: plain or gzip, a path or standard input, faults and all.

DuckDB's reader is more lenient than JSON: it takes NaN, a comma before a closing bracket, and of
two equal keys in one object the first. An input of up to `CHECKED_BYTES` is therefore looked at
line by line before, so that it is read exactly as Cardinal reads it. In a larger one these three
are tolerated where they stand in a field that no indicator reads, and of equal keys the first
counts; a strict look at every line would cost more than the whole evaluation.

Of a gzip file that is cut short or damaged the whole lines before the damage are given.
"""

import gzip
import json
import shutil
import sys
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from mmap import ACCESS_READ, PAGESIZE, mmap
from pathlib import Path
from typing import IO, Any

CHECKED_BYTES = 16 * 1024 * 1024
DEEPEST = 127
"""Cardinal's parser gives up on deeper nesting."""

DAMAGE = (EOFError, gzip.BadGzipFile, zlib.error)
"""What reading a gzip file raises where it is cut short or holds something else."""

_SPACE = 0x20
_WINDOW = 32 * 1024 * 1024
_PIECE = 1024 * 1024


@dataclass(frozen=True)
class Source:
    """A readable file on disk, and what was already found wrong in it.

    `damage` says from where on nothing could be read; it is complete when all lines were taken.
    """

    path: Path
    compression: str
    warnings: list[str] = field(default_factory=list)
    damage: list[str] = field(default_factory=list)


class NotJsonError(ValueError):
    """A line that is no JSON by the standard; the message says why."""


@contextmanager
def open_source(name: str, *, check: bool = True) -> Iterator[Source]:
    """Give a file that DuckDB can read: the one named, or a checked, spooled or whole copy of it.

    Raises OSError where there is no such file.
    """
    with tempfile.TemporaryDirectory(prefix="qadaga-") as folder:
        copy = Path(folder) / "lines.jsonl"
        if name == "-":
            with copy.open("wb") as target:
                shutil.copyfileobj(sys.stdin.buffer, target)
        original = copy if name == "-" else Path(name)
        compression = _compression(original)
        if check and _is_small(original, compression):
            yield _check(Source(original, compression), Path(folder) / "checked.jsonl")
        elif check and not _is_whole(original, compression):
            yield _salvage(Source(original, compression), Path(folder) / "whole.jsonl")
        else:
            yield Source(original, compression)


def lines_of(source: Source) -> Iterator[tuple[int, bytes]]:
    """Give the lines that are not blank, with their numbers (from 1)."""
    for number, line in _whole_lines(source):
        if not line.isspace():
            yield number, line.rstrip(b"\r\n")


def faulty_lines(source: Source, ordinals: Sequence[int]) -> list[str]:
    """Explain the lines with these ordinals (from 0, blank ones not counted): no JSON, and why."""
    if not ordinals:
        return []
    wanted = set(ordinals)
    found = _picked(source, wanted) if source.compression == "none" else _counted(source, wanted)
    return [complaint for number, line in found for complaint in _complaint(number, line)]


def parse_strictly(line: bytes) -> tuple[Any, bool]:
    """Parse one line as JSON and nothing else; the second value tells of equal keys in an object.

    Raises NotJsonError.
    """
    repeated: list[str] = []

    def pairs(members: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(members)
        if len(found) < len(members):
            repeated.append("")
        return found

    try:
        value = json.loads(
            line.decode("utf-8"), object_pairs_hook=pairs, parse_constant=refuse_constant
        )
    except (ValueError, RecursionError) as error:
        raise NotJsonError(str(error) or "nested too deeply") from error
    refuse_odd(line, value)
    return value, bool(repeated)


def refuse_odd(line: bytes, value: Any) -> None:
    """Refuse what Python's parser lets pass: half a surrogate pair, and deeper nesting.

    Raises NotJsonError.
    """
    if b"\\u" in line:
        try:
            json.dumps(value, ensure_ascii=False).encode("utf-8")
        except UnicodeEncodeError as error:
            raise NotJsonError(str(error)) from error
    if line.count(b"[") + line.count(b"{") > DEEPEST and _depth(value) > DEEPEST:
        raise NotJsonError("nested too deeply")


def refuse_constant(name: str) -> float:
    """Refuse NaN and infinities, which Python's parser would take."""
    raise ValueError(f"{name} is not a JSON number")


def _whole_lines(source: Source) -> Iterator[tuple[int, bytes]]:
    """Number the lines as they stand; damage ends them and is noted, once."""
    number = 0
    with _open(source.path, source.compression) as lines:
        try:
            for number, line in enumerate(lines, 1):
                yield number, line
        except DAMAGE as error:
            if not source.damage:
                source.damage.append(f"damaged after line {number}, the rest is lost: {error}")


def _check(source: Source, target: Path) -> Source:
    """Copy the good lines; a line refused becomes a warning."""
    warnings: list[str] = []
    with target.open("wb") as out:
        for number, line in lines_of(source):
            try:
                value, repeated = parse_strictly(line)
            except NotJsonError as error:
                warnings.append(f"line {number} is invalid JSON, skipping: {error}")
                continue
            out.write(_without_repeats(value) if repeated else line)
            out.write(b"\n")
    return Source(target, "none", warnings, source.damage)


def _salvage(source: Source, target: Path) -> Source:
    """Copy the whole lines of a damaged file, the blank ones too: their numbers stay."""
    with target.open("wb") as out:
        out.writelines(line for _, line in _whole_lines(source))
    return Source(target, "none", damage=source.damage)


def _without_repeats(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _counted(source: Source, wanted: set[int]) -> Iterator[tuple[int, bytes]]:
    for ordinal, numbered in enumerate(lines_of(source)):
        if ordinal in wanted:
            yield numbered


def _picked(source: Source, wanted: set[int]) -> Iterator[tuple[int, bytes]]:
    """Pick lines out of a mapped file: only the line ends are looked for (1 s per 5 GB)."""
    with source.path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as text:
        start, number, ordinal, last, size = 0, 0, 0, max(wanted), len(text)
        seen = 0
        while start < size and ordinal <= last:
            end = text.find(b"\n", start)
            end = size if end < 0 else end
            number += 1
            if text[start] > _SPACE or text[start:end].strip():
                if ordinal in wanted:
                    yield number, text[start:end]
                ordinal += 1
            start = end + 1
            if start - seen > _WINDOW:
                seen = _forget(text, seen, start)


def _forget(text: mmap, start: int, end: int) -> int:
    """Give pages that were looked at back, so that a large file does not fill the memory."""
    whole = (end - start) // PAGESIZE * PAGESIZE
    if sys.platform != "win32":
        from mmap import MADV_DONTNEED  # noqa: PLC0415 (not there on every system)

        text.madvise(MADV_DONTNEED, start, whole)
    return start + whole


def _complaint(number: int, line: bytes) -> list[str]:
    try:
        parse_strictly(line)
    except NotJsonError as error:
        return [f"line {number} is invalid JSON, skipping: {error}"]
    return []


def _depth(value: Any) -> int:
    """How deeply arrays and objects are nested."""
    level, depth = [value], 0
    while level := [one for one in level if isinstance(one, dict | list)]:
        depth += 1
        level = [
            member for one in level for member in (one.values() if isinstance(one, dict) else one)
        ]
    return depth


def _compression(path: Path) -> str:
    with path.open("rb") as file:
        return "gzip" if file.read(2) == b"\x1f\x8b" else "none"


def _is_small(path: Path, compression: str) -> bool:
    if compression == "none":
        return path.stat().st_size <= CHECKED_BYTES
    with gzip.open(path) as file:
        try:
            return len(file.read(CHECKED_BYTES + 1)) <= CHECKED_BYTES
        except DAMAGE:
            return True


def _is_whole(path: Path, compression: str) -> bool:
    """Unpack a file to its end: DuckDB takes some damage for lines."""
    if compression == "none":
        return True
    with gzip.open(path) as file:
        try:
            while file.read(_PIECE):
                pass
        except DAMAGE:
            return False
    return True


def _open(path: Path, compression: str) -> IO[bytes]:
    return gzip.open(path) if compression == "gzip" else path.open("rb")  # type: ignore[return-value]
