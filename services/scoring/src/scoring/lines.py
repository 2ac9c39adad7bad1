"""Files of JSON Lines as they come: plain or gzip, a path or standard input, faults and all.

DuckDB's reader is more lenient than JSON: it takes NaN, a comma before a closing bracket, and of
two equal keys in one object the first. An input of up to `CHECKED_BYTES` is therefore looked at
line by line before, so that it is read exactly as Cardinal reads it. In a larger one these three
are tolerated where they stand in a field that no indicator reads, and of equal keys the first
counts; a strict look at every line would cost more than the whole evaluation.
"""

import gzip
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

CHECKED_BYTES = 16 * 1024 * 1024
DEEPEST = 128
"""Cardinal's parser gives up on deeper nesting."""


@dataclass(frozen=True)
class Source:
    """A readable file on disk, and what was already found wrong in it."""

    path: Path
    compression: str
    warnings: list[str] = field(default_factory=list)


class Refused(ValueError):
    """A line that is no JSON by the standard; the message says why."""


@contextmanager
def open_source(name: str) -> Iterator[Source]:
    """Give a file that DuckDB can read: the one named, or a checked or spooled copy of it.

    Raises OSError where there is no such file.
    """
    with tempfile.TemporaryDirectory(prefix="qadaga-") as folder:
        copy = Path(folder) / "lines.jsonl"
        if name == "-":
            with copy.open("wb") as target:
                shutil.copyfileobj(sys.stdin.buffer, target)
        original = copy if name == "-" else Path(name)
        compression = _compression(original)
        if _is_small(original, compression):
            checked = Path(folder) / "checked.jsonl"
            yield Source(checked, "none", _check(original, compression, checked))
        else:
            yield Source(original, compression)


def faulty_lines(source: Source, ordinals: Sequence[int]) -> list[str]:
    """Explain the non-empty lines with these ordinals (from 0): which are no JSON, and why."""
    if not ordinals:
        return []
    wanted, warnings, ordinal = set(ordinals), [], 0
    with _open(source.path, source.compression) as lines:
        for number, line in enumerate(lines, 1):
            if line.isspace():
                continue
            if ordinal in wanted:
                warnings += _complaint(number, line)
            ordinal += 1
    return warnings


def parse_strictly(line: bytes) -> tuple[Any, bool]:
    """Parse one line as JSON and nothing else; the second value tells of equal keys in an object.

    Raises Refused.
    """
    repeated: list[str] = []

    def pairs(members: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(members)
        if len(found) < len(members):
            repeated.append("")
        return found

    try:
        value = json.loads(
            line.decode("utf-8"), object_pairs_hook=pairs, parse_constant=_no_such_number
        )
        if b"\\u" in line:
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise Refused(str(error) or "nested too deeply") from error
    if _depth(line) > DEEPEST:
        raise Refused("nested too deeply")
    return value, bool(repeated)


def _check(original: Path, compression: str, target: Path) -> list[str]:
    """Copy the good lines; a line refused becomes a warning and leaves an empty line behind."""
    warnings: list[str] = []
    with _open(original, compression) as lines, target.open("wb") as out:
        for number, line in enumerate(lines, 1):
            if line.isspace():
                continue
            try:
                value, repeated = parse_strictly(line)
            except Refused as error:
                warnings.append(f"line {number} is invalid JSON, skipping: {error}")
                continue
            out.write(_without_repeats(value) if repeated else line.rstrip(b"\r\n"))
            out.write(b"\n")
    return warnings


def _without_repeats(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _complaint(number: int, line: bytes) -> list[str]:
    try:
        parse_strictly(line)
    except Refused as error:
        return [f"line {number} is invalid JSON, skipping: {error}"]
    return []


def _no_such_number(name: str) -> float:
    raise ValueError(f"{name} is not a JSON number")


def _depth(line: bytes) -> int:
    """An upper bound of the nesting; brackets within texts count as well, below the limit only."""
    if line.count(b"[") + line.count(b"{") <= DEEPEST:
        return 0
    deepest = depth = 0
    within_text = escaped = False
    for byte in line:
        if within_text:
            if escaped:
                escaped = False
            elif byte == 0x5C:
                escaped = True
            elif byte == 0x22:
                within_text = False
        elif byte == 0x22:
            within_text = True
        elif byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest


def _compression(path: Path) -> str:
    with path.open("rb") as file:
        return "gzip" if file.read(2) == b"\x1f\x8b" else "none"


def _is_small(path: Path, compression: str) -> bool:
    if compression == "none":
        return path.stat().st_size <= CHECKED_BYTES
    with gzip.open(path) as file:
        return len(file.read(CHECKED_BYTES + 1)) <= CHECKED_BYTES


def _open(path: Path, compression: str) -> IO[bytes]:
    return gzip.open(path) if compression == "gzip" else path.open("rb")  # type: ignore[return-value]
