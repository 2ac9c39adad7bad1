"""Bytes of a file, unpacked on the way: gzip is told by its content, and bounded while reading.

A bomb, a damaged or a doubly compressed file ends the stream with a refusal; what came before it
has been handed on.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from shared.ocds.notes import Refusal, Refused, refuse

CHUNK: Final = 256 * 1024
GZIP: Final = b"\x1f\x8b"
OTHERS: Final = {
    b"PK\x03\x04": "zip",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"7z\xbc\xaf": "7z",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"Rar!": "rar",
}
NOT_UTF8: Final = (b"\xff\xfe", b"\xfe\xff")  # UTF-16; UTF-8's own mark is dropped in silence
UTF8_MARK: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Bound:
    """How far a file may unpack: bytes in all, and times its packed size beyond a free start.

    JSON Lines of releases pack 10 to 30 times; a bomb packs 1,000 times.
    """

    total: int = 64 * 1024**3
    ratio: int = 200
    free: int = 16 * 1024**2


def unpacked(stream: BinaryIO, bound: Bound) -> Iterator[bytes]:
    """Yield the content of a file in chunks, without compression and byte order mark.

    Raises Refused, after all that could be read, where the rest cannot be.
    """
    first = stream.read(CHUNK)
    if first.startswith(GZIP):
        chunks = _inflated(first, stream, bound)
        first = next(chunks, b"")
        if first.startswith(GZIP):
            raise Refused(refuse("compressed_twice"))
    else:
        chunks = iter(lambda: stream.read(CHUNK), b"")
    _refuse_foreign(first)
    yield first.removeprefix(UTF8_MARK)
    yield from chunks


def _refuse_foreign(first: bytes) -> None:
    if first.startswith(NOT_UTF8):
        raise Refused(refuse("not_utf8", "This is UTF-16."))
    for mark, name in OTHERS.items():
        if first.startswith(mark):
            raise Refused(refuse("compression_unknown", f"This is {name}.", raw=first[:64]))


def _inflated(first: bytes, stream: BinaryIO, bound: Bound) -> Iterator[bytes]:
    """Unpack gzip, also of several members one after another; zeros after the end are padding."""
    packed, read, written = first, len(first), 0
    member = zlib.decompressobj(wbits=31)
    while packed:
        try:
            chunk = member.decompress(packed, CHUNK)
        except zlib.error as error:
            raise Refused(refuse("gzip_broken", f"After {written} unpacked bytes.")) from error
        written += len(chunk)
        if (refusal := _beyond(bound, read, written)) is not None:
            raise Refused(refusal)
        if chunk:
            yield chunk
        packed = member.unconsumed_tail
        if member.eof:
            packed = member.unused_data.lstrip(b"\0") or stream.read(CHUNK).lstrip(b"\0")
            read += len(packed)
            if packed:
                member = zlib.decompressobj(wbits=31)
        elif not packed:
            packed = stream.read(CHUNK)
            read += len(packed)
    if not member.eof:
        raise Refused(refuse("gzip_broken", f"After {written} unpacked bytes."))


def _beyond(bound: Bound, read: int, written: int) -> Refusal | None:
    if written <= bound.free:
        return None
    if written > bound.total or written > read * bound.ratio:
        return refuse("bomb", f"{read} bytes unpacked to more than {written}.")
    return None
