"""What is said about a release: notes on what was mended, and refusals of what cannot be used.

A note stands beside the mended release: where, what, and both values in short. Containers are named
by their kind only, so that no personal data slips into a note.
"""

from typing import Any, Final

from msgspec import Struct

from shared.contracts.releases import QualityNote, Short
from shared.vocabulary.identifiers import person_number_of

Note = QualityNote
SHORT: Final = 120  # characters of a received value kept in a note
KEPT: Final = 1024 * 1024  # bytes of a refused document kept with the refusal, to be replayed

REASONS: Final = {
    "empty": "The file holds no release.",
    "not_utf8": "The text is not UTF-8. Save it as UTF-8, without re-encoding it twice.",
    "malformed": "This is not valid JSON.",
    "truncated": "The JSON ends too early. Write each release whole, on one line.",
    "too_deep": "Objects are nested deeper than a release ever is.",
    "too_large": "One release is larger than the limit. Split packages into single releases.",
    "not_an_object": "A release is a JSON object; this is something else.",
    "not_a_release": "Neither a release, nor a package, nor a record: there is no ocid in it.",
    "record_without_release": "The record only links to its releases. Publish the "
    "compiledRelease, or the releases themselves, inside the record.",
    "ocid_missing": "There is no ocid, so the process cannot be told from others.",
    "ocid_not_text": "The ocid must be text.",
    "ocid_too_long": "The ocid is longer than any identifier.",
    "gzip_broken": "The compressed file is damaged or ends too early. Upload it again.",
    "compressed_twice": "The file is compressed twice. Compress it once, with gzip.",
    "compression_unknown": "The file is compressed otherwise than with gzip. Unpack it first.",
    "bomb": "The file unpacks to far more than a data file does. Nothing more was read from it.",
}


class Refusal(Struct, frozen=True):
    """Something that cannot be used: a stable code, a reason the publisher can act on, and where.

    `line` counts from 1; `item` counts from 0 inside a package or array; `offset` is the byte where
    the document begins in the unpacked file. `raw` holds at most the first MiB of `size` bytes.
    """

    code: str
    reason: str
    line: int | None = None
    item: int | None = None
    offset: int | None = None
    raw: bytes = b""
    size: int = 0


class Refused(Exception):  # noqa: N818 - "raise Refused(refusal)" is what it says
    """Raised where a release cannot be used; carries the refusal."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.reason)
        self.refusal = refusal


def refuse(code: str, detail: str = "", **where: Any) -> Refusal:
    """Make a refusal out of its code; the detail says what exactly was found."""
    raw = where.pop("raw", b"")
    reason = f"{REASONS[code]} {detail}".rstrip()
    return Refusal(code, reason, raw=bytes(raw[:KEPT]), size=where.pop("size", len(raw)), **where)


def found(value: Any) -> str:
    """Say what stood where a release should have."""
    return f"Found: {'null' if value is None else short(value)}"


def short(value: Any) -> Short:
    """Shorten a received value for a note."""
    if isinstance(value, str):
        return readable(value[:SHORT])
    if isinstance(value, dict):
        return f"object with {len(value)} keys"
    if isinstance(value, list):
        return f"array of {len(value)}"
    if isinstance(value, int | float) and not isinstance(value, bool):
        if (person := person_number_of(value)) is not None:
            return person
        return value if abs(value) < 2**53 else repr(value)[:SHORT]
    return value if isinstance(value, bool) else None


def readable(text: str) -> str:
    """Make any text safe to store: what cannot be encoded or shown is written as an escape."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")


def pointer(path: str, key: str | int) -> str:
    """Extend a JSON pointer by a key (RFC 6901)."""
    return f"{path}/{str(key).replace('~', '~0').replace('/', '~1')}"
