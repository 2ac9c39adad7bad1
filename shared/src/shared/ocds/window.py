"""The part of a file that is held in memory: a window that moves over the unpacked bytes.

Positions are counted from the beginning of the unpacked file, so they stay true while it moves.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

_INK: Final = re.compile(rb"\S")


@dataclass(slots=True)
class Window:
    """Bytes from `base` on. `at` is the reading position."""

    chunks: Iterator[bytes]
    data: bytearray = field(default_factory=bytearray)
    base: int = 0
    at: int = 0
    _line: int = 1  # the number of the line at `_counted`
    _counted: int = 0

    def more(self, keep: int) -> bool:
        """Append the next chunk and forget what lies before `keep`; False at the end."""
        chunk = next(self.chunks, b"")
        if not chunk:
            return False
        self.line_at(keep)
        del self.data[: keep - self.base]
        self.base = keep
        self.data += chunk
        return True

    def line_at(self, position: int) -> int:
        """Return the number of the line of a position, from 1; positions never go back."""
        if position > self._counted:
            start, end = self._counted - self.base, position - self.base
            self._line += self.data.count(b"\n", max(start, 0), end)
            self._counted = position
        return self._line

    def bytes_between(self, start: int, end: int) -> bytes:
        """Return the held bytes between two positions."""
        return bytes(self.data[max(start - self.base, 0) : end - self.base])

    def line_end(self, start: int, limit: int) -> int | None:
        """Find the newline that ends the line at `start`, or the end of the file.

        None if the line is longer than the limit.
        """
        searched = start
        while True:
            found = self.data.find(b"\n", searched - self.base)
            if found >= 0:
                end = self.base + found
                return end if end - start <= limit else None
            searched = self.base + len(self.data)
            if searched - start > limit:
                return None
            if not self.more(min(self.at, start)):
                return searched

    def skip_line(self) -> None:
        """Move behind the next newline, or to the end of the file."""
        while True:
            found = self.data.find(b"\n", self.at - self.base)
            if found >= 0:
                self.at = self.base + found + 1
                return
            self.at = self.base + len(self.data)
            if not self.more(self.at):
                return

    def skip_space(self) -> bool:
        """Move to the next byte that is no white space; False at the end of the file."""
        while (found := _INK.search(self.data, self.at - self.base)) is None:
            self.at = self.base + len(self.data)
            if not self.more(self.at):
                return False
        self.at = self.base + found.start()
        return True
