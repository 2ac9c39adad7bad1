"""A list as text with separators: its encoding and separator declared, or told by its beginning."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ingestor.registers.header import rows_under
from ingestor.registers.mapping import Mapping
from ingestor.registers.rows import Row, Unusable

LARGEST: Final = 4 * 1024**3  # bytes; a register of every legal entity has 0.5
LONGEST_LINE: Final = 1024**2  # characters
SAMPLE: Final = 64 * 1024  # bytes by which encoding and separator are told
DELIMITERS: Final = ",;\t|"


def rows(path: Path, mapping: Mapping) -> Iterator[Row]:
    """Yield the rows; raises Unusable where the text cannot be read, or no further."""
    if path.stat().st_size > LARGEST:
        raise Unusable(f"The file is larger than {LARGEST} bytes")
    with path.open("rb") as stream:
        sample = stream.read(SAMPLE)
    encoding = mapping.encoding or encoding_of(sample)
    delimiter = mapping.delimiter or delimiter_of(sample.decode(encoding, "replace"))
    try:
        with path.open(encoding=encoding, newline="") as text:
            lines = Lines(text)
            reader = csv.reader(lines, delimiter=delimiter)
            yield from rows_under(_whole(reader, lines), mapping)
    except UnicodeDecodeError as fault:
        raise Unusable(f"The text is not {encoding}; declare its encoding") from fault
    except csv.Error as fault:
        raise Unusable(f"The text is no table: {fault}") from fault


def encoding_of(sample: bytes) -> str:
    """Tell the encoding: UTF-8 where it can be, else that of Windows for Cyrillic."""
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        sample[: sample.rfind(b"\n") + 1 or None].decode("utf-8")
    except UnicodeDecodeError:
        return "cp1251"
    return "utf-8-sig"


def delimiter_of(sample: str) -> str:
    """Tell the separator: the one that the first lines have most of."""
    head = "\n".join(sample.splitlines()[:20])
    return max(DELIMITERS, key=head.count)


@dataclass(slots=True)
class Lines:
    """The lines of a text, bounded; `ended` tells whether the last one had its end."""

    text: Iterable[str]
    ended: bool = True

    def __iter__(self) -> Iterator[str]:
        """Yield line by line."""
        for line in self.text:
            if len(line) > LONGEST_LINE:
                raise Unusable("A line is longer than any row")
            self.ended = line.endswith(("\n", "\r"))
            yield line.replace("\0", "")


def _whole(rows: Iterable[list[str]], lines: Lines) -> Iterator[list[str]]:
    """Yield rows; raises Unusable for a last one that is shorter than all others and unended.

    A list that was cut in the middle of a row looks like a list, only with fewer rows.
    """
    width = 0
    for cells in rows:
        if not lines.ended and len(cells) < width:
            raise Unusable("The list is cut: its last row is not whole")
        width = max(width, len(cells))
        yield cells
