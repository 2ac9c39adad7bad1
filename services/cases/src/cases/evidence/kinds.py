"""What kind of file came, told by its content; what is two kinds at once is refused.

The name a file came under and the type it was sent as decide nothing. A file that one program reads
as a picture and another as an archive or a page can carry past a reader what they do not see.
"""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import puremagic

from shared.contracts.casework.evidence import FileRefused

OOXML: Final = "application/vnd.openxmlformats-officedocument"
DOCX: Final = f"{OOXML}.wordprocessingml.document"
XLSX: Final = f"{OOXML}.spreadsheetml.sheet"
JPEG, PNG, WEBP, PDF, TEXT = (
    "image/jpeg",
    "image/png",
    "image/webp",
    "application/pdf",
    "text/plain",
)

PICTURES: Final = frozenset({JPEG, PNG, WEBP})
OFFICE: Final = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX}
"""Which part of a package makes it a document of which kind."""

SUFFIXES: Final = {
    JPEG: ".jpg",
    PNG: ".png",
    WEBP: ".webp",
    PDF: ".pdf",
    DOCX: ".docx",
    XLSX: ".xlsx",
    TEXT: ".txt",
    "video/mp4": ".mp4",
    "video/3gpp": ".3gp",
    "audio/mp4": ".m4a",
    "audio/ogg": ".ogg",
}
"""What is accepted, and how such a file is called when it is given out."""

HEAD: Final = 4096
TAIL: Final = 66_000
"""Bytes at both ends that readers look at: the end of an archive lies within the last 65,557."""

MOST_UNPACKED: Final = 500 * 1024 * 1024
MOST_PARTS: Final = 10_000

_MARKUP: Final = re.compile(rb"<(script|html|svg|iframe|!doctype|\?php|%@)", re.IGNORECASE)
_PROGRAM: Final = (b"MZ", b"\x7fELF", b"#!", b"{\\rtf", b"\xd0\xcf\x11\xe0")
_WITH_CODE: Final = re.compile(r"(vbaproject\.bin|/activex/|/embeddings/)", re.IGNORECASE)
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")


def kind_of(path: Path) -> str:
    """Return the media type of a file. Raises FileRefused with what is wrong with it."""
    head, tail = _ends(path)
    if not head:
        raise FileRefused("The file is empty.")
    found = _package(path) if head.startswith(b"PK\x03\x04") else _single(path, head)
    if others := [*_others(path, head, tail, found)]:
        raise FileRefused(f"It reads as {found} and as {' and '.join(others)}: send one kind.")
    return found


def _ends(path: Path) -> tuple[bytes, bytes]:
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(HEAD)
        file.seek(max(0, size - TAIL))
        return head, file.read(TAIL)


def _single(path: Path, head: bytes) -> str:
    try:
        matches = puremagic.magic_string(head)
    except puremagic.PureError:
        matches = []
    known = [each.mime_type for each in matches if each.mime_type in SUFFIXES]
    if known and not head.startswith(_PROGRAM):
        return str(known[0])
    if _is_text(path):
        return TEXT
    names = sorted({each.mime_type or each.name for each in matches})[:3]
    said = f"it reads as {', '.join(names)}" if names else "it reads as nothing known"
    raise FileRefused(f"Not a kind that is taken: {said}.")


def _is_text(path: Path) -> bool:
    """Say whether a whole file is plain text in UTF-8 that no program runs or draws."""
    with path.open("rb") as file:
        first = file.read(HEAD)
        if first.startswith(_PROGRAM):
            return False
        file.seek(0)
        try:
            return all(_plain(line) for line in _lines(file))
        except UnicodeDecodeError:
            return False


def _lines(file: object) -> Iterator[bytes]:
    while line := file.readline(1024 * 1024):  # type: ignore[attr-defined]  # a binary file
        yield line


def _plain(line: bytes) -> bool:
    line.decode("utf-8")
    return not _CONTROL.search(line)


def _package(path: Path) -> str:
    """Return the kind of an office document. Raises FileRefused for any other archive."""
    try:
        with zipfile.ZipFile(path) as package:
            parts = package.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as fault:
        raise FileRefused("It begins as an archive and cannot be read as one.") from fault
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise FileRefused("It unpacks to more than anybody reads.")
    names = {part.filename for part in parts}
    found = next((kind for name, kind in OFFICE.items() if name in names), None)
    if found is None or "[Content_Types].xml" not in names:
        raise FileRefused("Archives are not taken: send the files one by one.")
    if code := next((name for name in names if _WITH_CODE.search(f"/{name}")), None):
        raise FileRefused(f"The document carries a program or another file within it ({code}).")
    if min(part.header_offset for part in parts) != 0:
        raise FileRefused("Something stands before the document.")
    return found


def _others(path: Path, head: bytes, tail: bytes, found: str) -> Iterator[str]:
    """Name the other kinds that a file reads as."""
    if found not in {DOCX, XLSX} and (b"PK\x05\x06" in tail or zipfile.is_zipfile(path)):
        yield "an archive"
    if found != PDF and b"%PDF-" in head[:1024]:
        yield "PDF"
    if found == PDF and not head.startswith(b"%PDF-"):
        yield "something before it"
    ends = (head, tail) if found in PICTURES | {TEXT} else (head[:1024],)
    if any(_MARKUP.search(end) for end in ends):
        yield "a page with a program"
