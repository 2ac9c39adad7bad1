"""A list as text with separators: its encoding and separator declared, or told by its beginning."""

import csv
from collections.abc import Iterator
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
            reader = csv.reader(_bounded(text), delimiter=delimiter)
            yield from rows_under(reader, mapping)
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


def _bounded(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        if len(line) > LONGEST_LINE:
            raise Unusable("A line is longer than any row")
        yield line.replace("\0", "")
