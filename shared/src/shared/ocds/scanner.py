"""A document too large, or of too many lines, to be read whole: cut into its releases.

Only brackets and strings are looked at. The elements of a top-level array, or of `releases` or
`records` in a top-level object, are cut out one by one: a package of any size is read in bounded
memory, and what is broken inside one element stays inside it. So does what is broken inside one
line: where a line larger than the limit ends inside a document, the next may be a document again.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from msgspec import structs

from shared.ocds.notes import KEPT, Refusal, refuse
from shared.ocds.window import Window

PACKED_IN: Final = frozenset({b'"releases"', b'"records"'})
DEEPEST: Final = 10_000  # open brackets at once; the decoder refuses much earlier
LOOK_BACK: Final = 64  # bytes before a newline, to see after what the line ends
CLOSES: Final = {b"}": ord("{"), b"]": ord("[")}

# One match passes all up to the next bracket; a string is passed whole, or left at its beginning
# where the window ends inside it. Directly in the document, strings are seen: they may be keys.
_STRING: Final = rb'"(?:[^"\\]++|\\.)*+"'
_BRACKET: Final = re.compile(rb'(?:[^"\[\]{}]++|' + _STRING + rb')*+(["\[\]{}])', re.DOTALL)
_BRACKET_OR_STRING: Final = re.compile(rb'[^"\[\]{}]*+(["\[\]{}])')
_QUOTE: Final = re.compile(rb'["\\]')


class Piece(NamedTuple):
    """One element cut out, or the whole document where it holds no elements."""

    raw: bytes
    offset: int
    line: int
    item: int | None


class Cutter:
    """Cuts the document at the window's position; the window then stands behind it.

    `is_over`, given for a document whose first line is larger than the limit, is asked once, where
    that line ends inside the document: is it over, and the next line another? It is told where
    that newline is, and whether the document could go on with an object.
    """

    def __init__(
        self, window: Window, limit: int, is_over: Callable[[int, bool], bool] | None = None
    ) -> None:
        self.window = window
        self.limit = limit
        self.is_over = is_over
        self.newline: int | None = None  # that ends the first line, while it is still to be asked
        self.broken_off = False
        self.start: int | None = window.at  # of the piece being kept, if any
        self.line = window.line_at(window.at)
        self.head = b""  # the beginning of a piece that became too large to keep
        self.open = bytearray()
        self.inside: int | None = None  # open brackets when directly inside the array of elements
        self.packed = False
        self.item = 0
        self.key = b""
        self.gap = 0
        self._find_newline(window.at)

    def pieces(self) -> Iterator[Piece | Refusal]:
        """Yield the pieces; a document that breaks off ends with its refusal."""
        while True:
            token = self._token()
            if token is None:
                yield (
                    self._line_refusal()
                    if self.broken_off
                    else self._refusal("truncated", "The file ends inside a document.")
                )
                return
            mark, position = token
            if mark == b'"':
                if len(self.open) == 1:
                    self.key = self.window.bytes_between(position, self.window.at)
            elif mark in b"[{":
                yield from self._opened(mark, position)
            elif not self.open or self.open.pop() != CLOSES[mark]:
                yield self._refusal("malformed", f"Brackets do not match at byte {position}.")
                self.window.skip_line()
                return
            else:
                yield from self._closed(position)
            if not self.open:
                return
            if len(self.open) > DEEPEST:
                yield self._refusal("too_deep", f"At byte {position}.")
                self.window.skip_line()
                return

    def _opened(self, mark: bytes, position: int) -> Iterator[Refusal]:
        depth = len(self.open)
        if depth == self.inside:
            yield from self._strangers(position)
            self._keep(position)
        elif mark == b"[" and (
            depth == 0 or (depth == 1 and self.open == b"{" and self.key in PACKED_IN)
        ):
            self.inside, self.packed, self.gap = depth + 1, True, position + 1
            self.start = None
        self.open += mark

    def _closed(self, position: int) -> Iterator[Piece | Refusal]:
        depth = len(self.open)
        if depth == self.inside:
            yield self._piece(position + 1, self.item)
            self.item += 1
            self.start, self.gap = None, position + 1
        elif self.inside is not None and depth == self.inside - 1:
            yield from self._strangers(position)
            self.inside = None
        if depth == 0 and not self.packed:
            yield self._piece(position + 1, None)

    def _strangers(self, position: int) -> Iterator[Refusal]:
        """Refuse what stands between elements and is none: null, a number, a text."""
        between = self.window.bytes_between(self.gap, position).strip(b" \t\r\n,")
        if between:
            line = self.window.line_at(position)
            yield refuse("not_an_object", line=line, item=self.item, offset=self.gap, raw=between)

    def _keep(self, position: int) -> None:
        self.start, self.head = position, b""
        self.line = self.window.line_at(position)

    def _piece(self, end: int, item: int | None) -> Piece | Refusal:
        assert self.start is not None
        if self.head or end - self.start > self.limit:
            head = self.head or self.window.bytes_between(self.start, self.start + KEPT)
            size = end - self.start
            where = {"line": self.line, "item": item, "offset": self.start}
            return refuse("too_large", self._over(size), raw=head, size=size, **where)
        raw = self.window.bytes_between(self.start, end)
        return Piece(raw, self.start, self.line, item)

    def _refusal(self, code: str, detail: str) -> Refusal:
        start = self.window.at if self.start is None else self.start
        raw = self.head or self.window.bytes_between(start, start + KEPT)
        item = self.item if self.packed else None
        return refuse(code, detail, line=self.line, item=item, offset=start, raw=raw)

    def _over(self, size: int) -> str:
        limit = f"{self.limit >> 20} MiB" if self.limit >> 20 else f"{self.limit} bytes"
        return f"It has {size} bytes, more than {limit}."

    def _line_refusal(self) -> Refusal:
        """Refuse what the line that is over ended in; the window stands at its newline."""
        assert self.start is not None
        size = self.window.at - self.start
        if size > self.limit:
            detail = f"{self._over(size)} The line ends inside it."
            refusal = self._refusal("too_large", detail)
        else:
            refusal = self._refusal("truncated", "The line ends inside a document.")
        return structs.replace(refusal, raw=refusal.raw[:size], size=size)

    def _token(self) -> tuple[bytes, int] | None:
        """Find the next bracket, or the next string as a whole; None at the end of the file."""
        window = self.window
        pattern = _BRACKET if len(self.open) > 1 else _BRACKET_OR_STRING
        while (
            found := pattern.match(window.data, window.at - window.base, self._end() - window.base)
        ) is None:
            window.at = self._end()
            if not self._more():
                return None
        mark, position = bytes(found[1]), window.base + found.start(1)
        del found  # it would keep the window from moving
        window.at = position + 1
        if mark == b'"' and not self._pass_string():
            return None
        return mark, position

    def _pass_string(self) -> bool:
        window = self.window
        while True:
            end = self._end()
            found = _QUOTE.search(window.data, window.at - window.base, end - window.base)
            if found is None:
                window.at = end
            elif found[0] == b'"':
                window.at = window.base + found.end()
                return True
            else:
                window.at = window.base + found.start() + 2
            if window.at >= end and not self._more(in_string=True):
                return False

    def _end(self) -> int:
        """Return the end of what may be looked at: what is held, or the newline to ask at."""
        return self.window.base + len(self.window.data) if self.newline is None else self.newline

    def _find_newline(self, start: int) -> None:
        if self.is_over is not None:
            found = self.window.data.find(b"\n", start - self.window.base)
            self.newline = None if found < 0 else self.window.base + found

    def _goes_on_behind(self, newline: int, *, in_string: bool) -> bool:
        """Ask, once, whether the document goes on; else leave the window at the newline."""
        window, start, behind = self.window, self.start, self.window.at
        self._give_up()
        asked, self.is_over, self.newline = self.is_over, None, None
        if asked is None or start is None:
            return True  # between the elements of a package any line may follow
        window.at = newline if self.head else start  # what is kept has to stay in the window
        self.broken_off = asked(newline, not in_string and self._object_may_follow(newline))
        window.at = newline if self.broken_off else behind
        return not self.broken_off

    def _object_may_follow(self, position: int) -> bool:
        """Tell whether an object could stand here; it may where that is no longer held."""
        held = self.window.bytes_between(position - LOOK_BACK, position).rstrip()
        return held[-1:] in (b":,[" if self.open[-1:] == b"[" else b":")

    def _give_up(self) -> None:
        """Keep only the head of what became larger than the limit."""
        window, start = self.window, self.start
        if start is not None and not self.head and window.at - start > self.limit:
            self.head = window.bytes_between(start, start + KEPT)

    def _more(self, *, in_string: bool = False) -> bool:
        """Go on reading, unless the document ends with its line."""
        if self.newline is not None:
            return self._goes_on_behind(self.newline, in_string=in_string)
        self._give_up()
        window = self.window
        held = window.base + len(window.data)
        keep = window.at if self.start is None or self.head else self.start
        read = window.more(min(keep, held))
        self._find_newline(held)
        return read
