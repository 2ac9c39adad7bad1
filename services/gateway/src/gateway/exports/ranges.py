"""Which numbers of a row are held, as ranges: a file of alerts mostly holds whole stretches."""

from typing import Final

_BEGIN: Final = 0
_END: Final = 1


class Ranges:
    """Numbers, as PostgreSQL writes a multirange of them; neighbours are one range."""

    def __init__(self) -> None:
        self._ranges: list[list[int]] = []

    def add(self, number: int) -> None:
        """Add a number; the next or the one before in turn takes no more room."""
        last = self._ranges[-1] if self._ranges else None
        if last and number == last[_END]:
            last[_END] += 1
        elif last and number == last[_BEGIN] - 1:
            last[_BEGIN] -= 1
        else:
            self._ranges.append([number, number + 1])

    def text(self) -> str | None:
        """Return them as a multirange, half open; None for none."""
        if not self._ranges:
            return None
        return "{" + ",".join(f"[{begin},{end})" for begin, end in self._ranges) + "}"
