"""What a feed consists of: changes as they are published, entries as they are read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import msgspec

MEDIA_TYPE: Final = "application/x-ndjson"

NO_EPOCH: Final = UUID(int=0)
"""Of a feed in which nothing was ever published."""


@dataclass(frozen=True, slots=True)
class Change:
    """What is published about one key: its new body as JSON, or None for a deletion."""

    key: str
    body: bytes | None


@dataclass(frozen=True, slots=True)
class Entry:
    """What is read about one key. The body of a deletion is `null`."""

    seq: int
    key: str
    deleted: bool
    body: bytes


@dataclass(frozen=True, slots=True)
class Page:
    """Entries in the order of `seq`; the last number published so far; the feed's epoch."""

    entries: list[Entry]
    head: int
    epoch: UUID


def lines(entries: Sequence[Entry]) -> bytes:
    """Entries as NDJSON, their bodies untouched."""
    return b"".join(
        b'{"seq":%d,"key":%s,"deleted":%s,"body":%s}\n'
        % (entry.seq, _json_text(entry.key), b"true" if entry.deleted else b"false", entry.body)
        for entry in entries
    )


_json_text = msgspec.json.Encoder().encode
