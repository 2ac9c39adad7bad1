"""What happened, told in streams: one for the public, one for each organisation.

What is told of tips has a stream for each member who can open them.

Every stream is contiguous by itself: 1, 2, 3, … Whoever follows one can count whether something is
missing, and nobody learns from gaps how much others are told.
"""

import re
from collections.abc import Sequence
from typing import Final

import asyncpg

from shared import feed
from shared.feed import Change, Page

PUBLIC: Final = "public"

_STREAM: Final = re.compile(r"public|(org|mem):[A-Za-z0-9_-]{1,100}")


def organisation(identifier: str) -> str:
    """The stream of one organisation."""
    return _checked(f"org:{identifier}")


def member(identifier: str) -> str:
    """The stream of one member, of the tips that are sealed to them."""
    return _checked(f"mem:{identifier}")


async def append(connection: asyncpg.Connection, stream: str, events: Sequence[Change]) -> int:
    """Add events to a stream and return its last number.

    An event whose id is there already is left out. Runs in the caller's transaction and holds the
    stream until that ends. Raises ValueError for a name that is no stream.
    """
    return await feed.publish_events(connection, _feed(stream), events)


async def read(connection: asyncpg.Connection, stream: str, *, after: int, limit: int) -> Page:
    """Read the events of a stream that follow number `after`."""
    return await feed.read(connection, _feed(stream), after=after, limit=limit)


async def head(connection: asyncpg.Connection, stream: str) -> int:
    """The number of the newest event of a stream, which is also how many there are."""
    return await feed.head(connection, _feed(stream))


def _feed(stream: str) -> str:
    return f"events/{_checked(stream)}"


def _checked(stream: str) -> str:
    if not _STREAM.fullmatch(stream):
        raise ValueError(f"not a stream: {stream!r}")
    return stream
