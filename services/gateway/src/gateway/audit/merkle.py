"""The root of a Merkle tree over a list, as RFC 9162 (2.1) has it, counted while it is read.

Whoever has the list counts the same root; one line that is changed, added or missing gives another.
"""

import hashlib
from typing import Final

_LEAF: Final = b"\x00"
_NODE: Final = b"\x01"


class Tree:
    """Takes leaves one after the other; holds one hash for each level."""

    def __init__(self) -> None:
        self.size = 0
        self._whole: list[tuple[int, bytes]] = []

    def add(self, leaf: bytes) -> None:
        """Append a leaf."""
        level, found = 0, hashlib.sha256(_LEAF + leaf).digest()
        while self._whole and self._whole[-1][0] == level:
            found = _joined(self._whole.pop()[1], found)
            level += 1
        self._whole.append((level, found))
        self.size += 1

    def root(self) -> bytes:
        """Return the root over the leaves so far; of none, the hash of nothing."""
        if not self._whole:
            return hashlib.sha256(b"").digest()
        found = self._whole[-1][1]
        for _, left in reversed(self._whole[:-1]):
            found = _joined(left, found)
        return found


def _joined(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(_NODE + left + right).digest()
