"""Parts of a file (RFC 9110, section 14): one range of bytes, so that a broken download goes on."""

import re
from typing import Final

from shared.errors import Problem
from shared.vocabulary.text import Text

_RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


class RangeNotSatisfiable(Problem):
    """The file ends before the range that was asked for; `Content-Range` tells its size."""

    status = 416
    code = "range_not_satisfiable"
    title = Text(
        kk="Сұралған бөлік файлда жоқ",
        ru="Запрошенной части в файле нет",
        en="The file has no such part",
    )
    example = "The file has 1024 bytes."


def part_of(size: int, asked: str | None, *, condition: str | None, etag: str) -> range | None:
    """Return which bytes are asked for; None: the whole file.

    Several ranges, other units, and a part of another version (If-Range) are answered by the
    whole, as the RFC has it. Raises RangeNotSatisfiable.
    """
    found = _RANGE.fullmatch(asked.strip()) if asked else None
    if found is None or (condition is not None and condition.strip() != etag):
        return None
    begin, end = found.groups()
    if begin:
        first, last = int(begin), min(int(end), size - 1) if end else size - 1
        if end and int(end) < int(begin):
            return None  # not a range at all
    elif end:
        first, last = max(0, size - int(end)), size - 1
        if int(end) == 0:
            first = size
    else:
        return None
    if first >= size:
        raise RangeNotSatisfiable(
            f"The file has {size} bytes.", headers={"Content-Range": f"bytes */{size}"}
        )
    return range(first, last + 1)
