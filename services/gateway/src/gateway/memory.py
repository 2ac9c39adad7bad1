"""What one API process remembers of the view: answers as bytes, and keys, until they change.

A read that began before a change and ended after it is not remembered, and nothing remembered is
used when the follower has lost touch with the database: what is served from here is never older
than a few seconds, and usually a few milliseconds.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable
from math import inf
from time import monotonic
from typing import Any, Final, NamedTuple

IN_TOUCH: Final = 3.0
"""Seconds after the last look at the changes during which the memory may be used."""

MOST_LEVEL: Final = 10_000
LONGEST_LEVEL: Final = 300
COUNTED_FOR: Final = 60.0
MOST_COUNTED: Final = 64
MOST_COUNTED_BYTES: Final = 32 * 1024 * 1024

_ENTRY_OVERHEAD = 600


class Answer(NamedTuple):
    """The body of an answer and the version of what it shows."""

    body: bytes
    etag: bytes


class Memory:
    """Things of the view by kind and key, the least recently used forgotten first."""

    def __init__(self, *, limit_bytes: int) -> None:
        self.hits = self.misses = 0
        self.size = 0
        self._limit = limit_bytes
        self._things: OrderedDict[tuple[str, str], tuple[Any, int]] = OrderedDict()
        self._generation = 0
        self._valid_until = 0.0

    def get(self, kind: str, key: str) -> Any:
        """Return what is remembered; None if nothing is, or it cannot be trusted now."""
        found = self._things.get((kind, key))
        if found is None or monotonic() > self._valid_until:
            self.misses += 1
            return None
        self.hits += 1
        self._things.move_to_end((kind, key))
        return found[0]

    def mark(self) -> int:
        """Return the mark to take before reading what is to be remembered."""
        return self._generation

    def put(self, kind: str, key: str, thing: Any, *, size: int, mark: int) -> None:
        """Remember a thing read since `mark`, unless something changed meanwhile."""
        if mark != self._generation or size > self._limit // 8:
            return
        self._forget((kind, key))
        self._things[kind, key] = thing, size + _ENTRY_OVERHEAD
        self.size += size + _ENTRY_OVERHEAD
        while self.size > self._limit:
            self._forget(next(iter(self._things)))

    def drop(self, kind: str, keys: Iterable[str]) -> None:
        """Forget things of a kind."""
        self._generation += 1
        for key in keys:
            self._forget((kind, key))

    def drop_kind(self, kind: str) -> None:
        """Forget all things of a kind."""
        self.drop(kind, [key for each, key in self._things if each == kind])

    def clear(self) -> None:
        """Forget everything."""
        self._generation += 1
        self._things.clear()
        self.size = 0

    def in_touch(self) -> None:
        """Note that all changes up to this moment are known."""
        self._valid_until = monotonic() + IN_TOUCH

    def out_of_touch(self) -> float:
        """Return the seconds since all changes were known; infinite before the first look."""
        return monotonic() - (self._valid_until - IN_TOUCH) if self._valid_until else inf

    def trusted(self) -> bool:
        """Whether all changes were known a moment ago."""
        return self.out_of_touch() <= IN_TOUCH

    async def check(self) -> None:
        """Raise RuntimeError while the changes of the view are not followed. For readiness."""
        if not self.trusted():
            raise RuntimeError("the changes of the view are not followed")

    def _forget(self, place: tuple[str, str]) -> None:
        found = self._things.pop(place, None)
        if found is not None:
            self.size -= found[1]


class Level:
    """What is answered to who asks what changed and has it all: the same until something changes.

    Of the questions those are known that a route has answered so, and thereby found to be sound.
    """

    def __init__(self) -> None:
        self._seq = -1
        self._answer: Answer | None = None
        self._questions: set[bytes] = set()

    def get(self, question: bytes, seq: int) -> Answer | None:
        """Return the answer to a question while the view has this number."""
        return self._answer if seq == self._seq and question in self._questions else None

    def put(self, question: bytes, seq: int, answer: Answer) -> None:
        """Remember that a question is answered so while the view has this number."""
        if seq != self._seq:
            self._seq, self._answer, self._questions = seq, answer, set()
        if len(self._questions) < MOST_LEVEL and len(question) <= LONGEST_LEVEL:
            self._questions.add(question)


class Counted:
    """Answers that cost a count over everything, kept for a minute; `alone` lets one count."""

    def __init__(self, *, limit_bytes: int = MOST_COUNTED_BYTES) -> None:
        self.alone = asyncio.Lock()
        self._limit = limit_bytes
        self._kept: OrderedDict[str, tuple[float, bytes]] = OrderedDict()

    def get(self, key: str) -> bytes | None:
        """Return an answer that is not a minute old."""
        until, body = self._kept.get(key, (0.0, b""))
        return body if monotonic() < until else None

    def put(self, key: str, body: bytes) -> None:
        """Keep an answer, in place of the oldest of many; the newest is kept whatever its size."""
        self._kept.pop(key, None)
        self._kept[key] = (monotonic() + COUNTED_FOR, body)
        while len(self._kept) > 1 and (len(self._kept) > MOST_COUNTED or self.size > self._limit):
            self._kept.popitem(last=False)

    @property
    def size(self) -> int:
        """How many bytes are kept."""
        return sum(len(body) for _, body in self._kept.values())
