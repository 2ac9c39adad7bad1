"""A release as it is kept, and what the releases of one process say together."""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any, Final

from msgspec import Struct
from msgspec.json import Decoder, encode

from ingestor.compile import merge
from ingestor.intake import Content
from shared.contracts.releases import QualityNote
from shared.ocds.parties import counts, newest_date, parties

MOST_NOTES: Final = 500  # of one process, however many releases it has


class Record(Struct, frozen=True):
    """A release in normal form and what was mended in it."""

    source: str
    release: dict[str, Any]
    notes: list[QualityNote]


_decoder: Final = Decoder(Record)


def written(record: Record) -> bytes:
    """Return a release as every version of it is kept."""
    return encode(record)


def compiled(versions: Iterable[bytes]) -> Content:
    """Say what a process says: its releases as they are kept, oldest first, merged."""
    return content([_decoder.decode(version) for version in versions])


def content(records: Sequence[Record]) -> Content:
    """Merge releases of one process, oldest first, and count and link what came out."""
    merged = merge([record.release for record in records])
    notes = [note for record in records for note in record.notes]
    if merged.left_out:
        notes.append(QualityNote("", "releases_disagree", merged.left_out, None))
    quality = _once(notes) if len(records) > 1 else notes
    release = encode(merged.release)
    links = parties(merged.release, records[0].source)
    counted = counts(merged.release)
    return Content(
        date=newest_date(merged.release),
        counts=counted,
        quality=quality,
        parties=links,
        release=release,
        hash=sha256(encode((counted, quality, links)) + release).digest(),
    )


def _once(notes: Iterable[QualityNote]) -> list[QualityNote]:
    """Leave out what several releases were noted for alike."""
    once = {(note.path, note.code, repr(note.received), repr(note.mended)): note for note in notes}
    return [once[key] for key in sorted(once)][:MOST_NOTES]
