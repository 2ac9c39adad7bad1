"""Taking off a photograph what it tells beside its picture.

That is place, time, camera, owner, thumbnail, comments, colour profile, and whatever stands after
its end (a film, a second picture). The picture itself is not drawn anew, so nothing of it is lost;
which side is up stays known. Only JPEG and PNG are read; of anything else nothing is taken off.
What can be seen in a picture, and the noise of its sensor, remain. The page of tips does the same
(its pictures.js).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

_JPEG: Final = b"\xff\xd8\xff"
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_OF_THE_PICTURE: Final = frozenset(
    b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB sBIT bKGD acTL fcTL fdAT".split()
)
_END, _SCAN, _COMMENT, _JFIF, _EXIF, _ADOBE = 0xD9, 0xDA, 0xFE, 0xE0, 0xE1, 0xEE
_LAST_OF_APPLICATIONS: Final = 0xEF
_ORIENTATION: Final = 0x0112
_SIDES: Final = range(2, 9)
_MARKED: Final = 0xFF
_RESTARTS: Final = range(0xD0, 0xD8)
_WHOLE_JFIF: Final = 18
"""Bytes of the segment JFIF, with its marker and without a thumbnail."""


def stripped(file: bytes) -> bytes | None:
    """Return the picture alone, or None: not of a kind that is read.

    Raises ValueError for one that cannot be read.
    """
    if file.startswith(_JPEG):
        return b"".join(_jpeg(file))
    if file.startswith(_PNG):
        return b"".join(_png(file))
    return None


def _jpeg(file: bytes) -> Iterator[bytes]:
    yield file[:2]
    place = 2
    while True:
        while file[place : place + 2] == b"\xff\xff":
            place += 1
        if len(file) < place + 2 or file[place] != _MARKED:
            raise _broken()
        marker = file[place + 1]
        if marker == _END:
            yield file[place : place + 2]
            return
        end = place + 2 + int.from_bytes(file[place + 2 : place + 4], "big")
        if end > len(file) or end < place + 4:
            raise _broken()
        yield _segment(marker, file[place:end])
        place = end
        if marker == _SCAN:
            place = _after_scan(file, end)
            yield file[end:place]


def _segment(marker: int, whole: bytes) -> bytes:
    said = whole[4:]
    if marker == _JFIF and said.startswith(b"JFIF\0") and len(whole) >= _WHOLE_JFIF:
        return b"\xff\xe0\x00\x10" + said[:12] + b"\0\0"  # without a thumbnail
    if marker == _EXIF and said.startswith(b"Exif\0\0"):
        return _upright(said[6:])
    if marker == _ADOBE and said.startswith(b"Adobe"):
        return whole
    return b"" if marker == _COMMENT or _JFIF <= marker <= _LAST_OF_APPLICATIONS else whole


def _upright(tiff: bytes) -> bytes:
    """Keep of Exif only which side is up."""
    order = "<" if tiff.startswith(b"II") else ">"
    try:
        (first,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, first)
        for entry in range(first + 2, first + 2 + 12 * count, 12):
            tag, side = struct.unpack_from(f"{order}H6xH", tiff, entry)
            if tag == _ORIENTATION:
                return _exif(side) if side in _SIDES else b""
    except struct.error:
        pass
    return b""


def _exif(side: int) -> bytes:
    entry = struct.pack(">HHIHH", _ORIENTATION, 3, 1, side, 0)
    said = b"Exif\0\0MM\0*" + struct.pack(">IH", 8, 1) + entry + bytes(4)
    return b"\xff\xe1" + (len(said) + 2).to_bytes(2, "big") + said


def _after_scan(file: bytes, place: int) -> int:
    """Return where the next marker stands after the lines of a picture."""
    while (place := file.find(b"\xff", place)) != -1 and place + 1 < len(file):
        following = file[place + 1]
        if following not in {0, _MARKED, *_RESTARTS}:
            return place
        place += 1
    raise _broken()


def _png(file: bytes) -> Iterator[bytes]:
    yield file[:8]
    place = 8
    while place + 12 <= len(file):
        end = place + 12 + int.from_bytes(file[place : place + 4], "big")
        kind = file[place + 4 : place + 8]
        if end > len(file):
            break
        if kind in _OF_THE_PICTURE:
            yield file[place:end]
        if kind == b"IEND":
            return
        place = end
    raise _broken()


def _broken() -> ValueError:
    return ValueError("it looks like a picture and cannot be read as one")
