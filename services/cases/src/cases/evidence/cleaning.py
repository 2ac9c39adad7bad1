"""The copy that may be shown: the picture or the words, and nothing a file tells beside them.

A photograph says where it was taken, by which camera, when, and often by whom; a PDF who wrote it.
The sealed original keeps all of it, since it is evidence too. Of other kinds no copy is made.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pikepdf
from PIL import Image, ImageOps

from cases.evidence.kinds import JPEG, PDF, PNG, WEBP
from shared.contracts.casework.evidence import FileRefused

MOST_PIXELS: Final = 100_000_000
QUALITY: Final = 92

_FORMATS: Final = {JPEG: "JPEG", PNG: "PNG", WEBP: "WEBP"}
_SAID_OF_ITSELF: Final = ("/Metadata", "/PieceInfo", "/LastModified")
_ACTS: Final = ("/OpenAction", "/AA", "/JavaScript", "/JS", "/AcroForm/XFA")

# Markers of a JPEG (ITU-T T.81, table B.1). What applications add is kept where it is about the
# picture: JFIF, Adobe's transform, and of the second kind the colour profile alone.
_MARKER, _SCAN, _COMMENT = 0xFF, 0xDA, 0xFE
_OF_APPLICATIONS: Final = range(0xE0, 0xF0)
_ABOUT_THE_PICTURE: Final = frozenset({0xE0, 0xEE})
_PROFILE: Final = (0xE2, b"ICC_PROFILE\x00")


def clean(path: Path, media_type: str, target: Path) -> bool:
    """Write the cleaned copy of a file; say whether there is one of its kind.

    Raises FileRefused for what cannot be read as what it looks like.
    """
    cleaner = _CLEANERS.get(media_type)
    if cleaner is None:
        return False
    cleaner(path, media_type, target)
    return True


def _picture(path: Path, media_type: str, target: Path) -> None:
    try:
        with Image.open(path, formats=[_FORMATS[media_type]]) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise FileRefused(f"The picture has more than {MOST_PIXELS} pixels.")
            upright = ImageOps.exif_transpose(picture)
            profile = picture.info.get("icc_profile")
            bare = Image.new(upright.mode, upright.size)
            if upright.mode == "P" and (palette := upright.getpalette()) is not None:
                bare.putpalette(palette)
            bare.paste(upright)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as fault:
        raise FileRefused("It looks like a picture and cannot be read as one.") from fault
    more: dict[str, Any] = {} if media_type == PNG else {"quality": QUALITY}
    bare.save(target, _FORMATS[media_type], icc_profile=profile, **more)


def _pdf(path: Path, media_type: str, target: Path) -> None:
    del media_type
    try:
        with pikepdf.open(path) as document:
            _strip(document)
            document.remove_unreferenced_resources()
            document.save(target, deterministic_id=True)
    except pikepdf.PasswordError as fault:
        raise FileRefused("The PDF is locked with a password.") from fault
    except (pikepdf.PdfError, ValueError, RuntimeError) as fault:
        raise FileRefused("It looks like a PDF and cannot be read as one.") from fault


def _strip(document: pikepdf.Pdf) -> None:
    if "/Info" in document.trailer:
        del document.trailer["/Info"]
    root = document.Root
    _drop(root, (*_SAID_OF_ITSELF, *_ACTS))
    if "/Names" in root:
        _drop(root["/Names"], ("/EmbeddedFiles", "/JavaScript"))
    for found in document.objects:
        if isinstance(found, pikepdf.Dictionary | pikepdf.Stream):
            _drop(found, (*_SAID_OF_ITSELF, "/AA", "/JS", "/EF"))
        if isinstance(found, pikepdf.Stream) and found.get("/Filter") == pikepdf.Name.DCTDecode:
            kept = without_metadata(found.read_raw_bytes())
            found.write(kept, filter=pikepdf.Name.DCTDecode)


def _drop(found: Any, names: tuple[str, ...]) -> None:
    for name in names:
        if name in found:
            del found[name]


def without_metadata(jpeg: bytes) -> bytes:
    """Return a JPEG, pixel for pixel the same, without its comments and what cameras add."""
    return b"".join(_segments(jpeg)) if jpeg.startswith(b"\xff\xd8") else jpeg


def _segments(jpeg: bytes) -> Iterator[bytes]:
    yield jpeg[:2]
    place = 2
    while place + 4 <= len(jpeg) and jpeg[place] == _MARKER and jpeg[place + 1] != _SCAN:
        marker, length = jpeg[place + 1], int.from_bytes(jpeg[place + 2 : place + 4], "big")
        segment = jpeg[place : place + 2 + length]
        if _about_the_picture(marker, segment):
            yield segment
        place += 2 + length
    yield jpeg[place:]


def _about_the_picture(marker: int, segment: bytes) -> bool:
    if marker == _PROFILE[0]:
        return segment[4:].startswith(_PROFILE[1])
    added = marker in _OF_APPLICATIONS or marker == _COMMENT
    return marker in _ABOUT_THE_PICTURE or not added


_CLEANERS: Final[dict[str, Callable[[Path, str, Path], None]]] = {
    JPEG: _picture,
    PNG: _picture,
    WEBP: _picture,
    PDF: _pdf,
}
