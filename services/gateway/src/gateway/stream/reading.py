"""Reading the event log: pages of one stream, the types somebody wants, and how far it has come."""

from collections.abc import Collection
from typing import Any, Final

import asyncpg
import msgspec
from msgspec import Struct

from shared import events
from shared.feed import Entry

MOST_BYTES: Final = 4 * 1024 * 1024


class _Typed(Struct, frozen=True, gc=False):
    type: str


_typed = msgspec.json.Decoder(_Typed).decode


class Event(Struct, frozen=True, kw_only=True):
    """Something that happened. `seq` is its number in the stream, `id` what it is known by."""

    seq: int
    id: str
    type: str
    at: str
    data: dict[str, Any]


class Found(Struct, frozen=True):
    """A page: the events as they are served, the last number looked at, and the stream's last."""

    served: list[bytes]
    last_seq: int
    head: int


class Heads(Struct, frozen=True):
    """The last number of each stream, which is also how many events it has had."""

    public: int
    own: int


async def read(
    connection: asyncpg.Connection,
    stream: str,
    *,
    after: int,
    limit: int,
    types: Collection[str] = (),
) -> Found:
    """Read what follows number `after`; events of other types are passed over and counted."""
    page = await events.read(connection, stream, after=after, limit=limit)
    wanted = [entry for entry in page.entries if not types or _typed(entry.body).type in types]
    last = page.entries[-1].seq if page.entries else min(after, page.head)
    return Found([_served(entry) for entry in wanted], last, page.head)


async def heads(connection: asyncpg.Connection, organisation: str | None) -> Heads:
    """Return how far the public stream and an organisation's own have come."""
    own = 0
    if organisation is not None:
        own = await events.head(connection, events.organisation(organisation))
    return Heads(await events.head(connection, events.PUBLIC), own)


def _served(entry: Entry) -> bytes:
    return b'{"seq":%d,%b' % (entry.seq, entry.body[1:])
