"""A release as it is kept, and what the releases of one process say together."""

import zlib
from collections.abc import Iterable, Sequence
from typing import Any, Final

from msgspec import Struct
from msgspec.json import Decoder, encode

from ingestor.compile import merge
from ingestor.intake import Content
from shared.contracts.releases import QualityNote
from shared.ocds.parties import counts, newest_date, parties

FAST: Final = 1  # zlib level
MOST_NOTES: Final = 500  # of one process, however many releases it has


class Record(Struct, frozen=True):
    """A release in normal form and what was mended in it."""

    source: str
    release: dict[str, Any]
    notes: list[QualityNote]


_decoder: Final = Decoder(Record)


def pack(record: Record) -> bytes:
    """Make a release small enough to keep every version of it."""
    return zlib.compress(encode(record), FAST)


def unpack(packed: bytes) -> Record:
    """Return what was packed."""
    return _decoder.decode(zlib.decompress(packed))


def compiled(packed: Iterable[bytes]) -> Content:
    """Say what a process says: its releases, oldest first, merged."""
    return content([unpack(one) for one in packed])


def content(records: Sequence[Record]) -> Content:
    """Merge releases of one process, oldest first, and count and link what came out."""
    merged = merge([record.release for record in records])
    notes = [note for record in records for note in record.notes]
    if merged.left_out:
        notes.append(QualityNote("", "releases_disagree", merged.left_out, None))
    return Content(
        date=newest_date(merged.release),
        counts=counts(merged.release),
        quality=_once(notes) if len(records) > 1 else notes,
        parties=parties(merged.release, records[0].source),
        release=encode(merged.release),
    )


def _once(notes: Iterable[QualityNote]) -> list[QualityNote]:
    """Leave out what several releases were noted for alike."""
    once = {(note.path, note.code, repr(note.received), repr(note.mended)): note for note in notes}
    return [once[key] for key in sorted(once)][:MOST_NOTES]
