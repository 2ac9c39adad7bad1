"""How many releases a file of JSON Lines announces: its lines, counted before any is read."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from shared.ocds import Refused
from shared.ocds.inflate import Bound, unpacked

LINES: Final = frozenset({".jsonl", ".ndjson"})


def count_lines(path: Path) -> int | None:
    """Count the lines of a file that hold something; None where its name does not promise lines.

    Also None where it cannot be counted to its end: reading it will tell why.
    """
    if LINES.isdisjoint(path.suffixes):
        return None
    try:
        with path.open("rb") as stream:
            return filled_lines(unpacked(stream, Bound()))
    except (OSError, Refused):
        return None


def filled_lines(chunks: Iterable[bytes]) -> int:
    """Count lines that hold something, in bounded memory however long they are."""
    count, filled = 0, False
    for chunk in chunks:
        *whole, rest = chunk.split(b"\n")
        for part in whole:
            count += filled or bool(part.strip())
            filled = False
        filled = filled or bool(rest.strip())
    return count + filled
