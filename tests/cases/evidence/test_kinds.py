"""What a file is, told by its content; what is refused; and what of it may be shown."""

import io
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from cases.evidence.adding import check_name
from cases.evidence.cleaning import clean, without_metadata
from cases.evidence.kinds import DOCX, JPEG, PDF, PNG, TEXT, WEBP, XLSX, kind_of
from shared.contracts.casework.evidence import FileRefused
from shared.errors import ValidationFailed
from tests.cases.evidence.files import (
    MAKE,
    document,
    package,
    photograph,
    place_in,
    word_document,
)

VIDEO = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + bytes(100)
WORKBOOK = package("[Content_Types].xml", "xl/workbook.xml")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (photograph(), JPEG),
        (photograph(format="PNG"), PNG),
        (photograph(format="WEBP"), WEBP),
        (document(), PDF),
        (word_document(), DOCX),
        (WORKBOOK, XLSX),
        (VIDEO, "video/mp4"),
        ("Жол төселген жоқ.\nУкладки нет.\n".encode(), TEXT),
    ],
    ids=["jpeg", "png", "webp", "pdf", "docx", "xlsx", "mp4", "text"],
)
@pytest.mark.check("B15", tier=1, limit="by content")
def test_the_kind_is_told_by_the_content(tmp_path: Path, content: bytes, expected: str) -> None:
    assert kind_of(written(tmp_path, content)) == expected


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (photograph() + package("a.txt"), "an archive"),
        (document() + package("a.txt"), "an archive"),
        (photograph() + b"<script>alert(1)</script>", "a page with a program"),
        (b"\xff\xd8\xff\xe0\x00\x10%PDF-1.7" + bytes(20), "PDF"),
        (b"GIF89a" + bytes(40), "Not a kind"),
        (b"MZ" + bytes(60), "Not a kind"),
        (b"#!/bin/sh\nrm -r /\n", "Not a kind"),
        (b"<!DOCTYPE html><script>alert(1)</script>", "a page with a program"),
        (b"\x89WHAT" + bytes(40), "Not a kind"),
        (package("a.txt"), "one by one"),
        (b"PK\x03\x04" + bytes(60), "cannot be read"),
        (package("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), "program"),
        (package(*(f"{n}.xml" for n in range(10_001))), "more than anybody reads"),
    ],
    ids=[
        *("empty", "picture and archive", "pdf and archive", "picture and page"),
        *("picture and pdf", "gif", "program", "script", "page", "unknown", "archive"),
        *("broken archive", "macro", "ten thousand parts"),
    ],
)
@pytest.mark.check("B14", tier=1, limit="refused")
@pytest.mark.check("B15", tier=1, limit="refused")
def test_what_is_two_kinds_or_none_that_is_known_is_refused_with_the_reason(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    with pytest.raises(FileRefused) as refused:
        kind_of(written(tmp_path, content))
    assert reason in str(refused.value.detail)


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP"])
@pytest.mark.check("P3", tier=1, limit="0 left")
def test_the_place_is_gone_from_the_copy_and_still_in_the_original(
    tmp_path: Path, format_: str
) -> None:
    original = written(tmp_path, photograph(turned=6, format=format_))
    copy = tmp_path / "copy"

    assert clean(original, kind_of(original), copy)

    assert place_in(original.read_bytes())[1] == "N"
    assert place_in(copy.read_bytes()) == {}
    assert b"Camera of somebody" not in copy.read_bytes()
    with Image.open(copy) as shown:
        assert MAKE not in shown.getexif()
        assert shown.size == (20, 40), "a picture that was turned is upright"


def test_a_document_says_no_more_who_wrote_it_and_does_nothing_when_it_is_opened(
    tmp_path: Path,
) -> None:
    original = written(tmp_path, document())
    copy = tmp_path / "copy"

    assert clean(original, PDF, copy)

    assert b"Somebody" in original.read_bytes()
    assert b"Camera of somebody" in original.read_bytes()
    with pikepdf.open(copy) as cleaned:
        assert "/Info" not in cleaned.trailer
        assert not {"/Metadata", "/OpenAction"} & set(cleaned.Root.keys())
        assert not cleaned.attachments
        picture = cleaned.pages[0].Resources.XObject.Im0.read_raw_bytes()
    assert place_in(picture) == {}
    assert Image.open(io.BytesIO(picture)).size == (40, 20)
    assert b"omebody" not in copy.read_bytes()


def test_a_photograph_without_its_metadata_is_pixel_for_pixel_the_same() -> None:
    before, after = photograph(), without_metadata(photograph())

    assert place_in(after) == {}
    pictures = [Image.open(io.BytesIO(each)).tobytes() for each in (before, after)]
    assert pictures[0] == pictures[1]


@pytest.mark.check("B15", tier=1, limit="refused")
def test_what_cannot_be_read_as_what_it_looks_like_is_refused(tmp_path: Path) -> None:
    locked = io.BytesIO()
    with pikepdf.open(io.BytesIO(document())) as pdf:
        pdf.save(locked, encryption=pikepdf.Encryption(owner="a", user="b"))
    for content, kind in ((photograph()[:200], JPEG), (b"%PDF-1.7\nnothing", PDF)):
        with pytest.raises(FileRefused, match="file_refused"):
            clean(written(tmp_path, content), kind, tmp_path / "copy")
    with pytest.raises(FileRefused) as refused:
        clean(written(tmp_path, locked.getvalue()), PDF, tmp_path / "copy")
    assert "password" in str(refused.value.detail)


def test_of_a_video_no_copy_is_made(tmp_path: Path) -> None:
    assert not clean(written(tmp_path, VIDEO), "video/mp4", tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


@pytest.mark.parametrize(
    "name",
    [
        *("../passwd", "a/b.jpg", "a\\b.jpg", "C:x.jpg", ".htaccess", "a..b", "con", "LPT1.txt"),
        *("a\x00.jpg", "photo\u202egpj.exe", " a.jpg", "a.", "x" * 121, 'a".jpg', "a?.jpg"),
    ],
)
@pytest.mark.check("B13", tier=1, limit="all refused")
def test_a_path_is_no_name_of_a_file(name: str) -> None:
    with pytest.raises(ValidationFailed):
        check_name(name)


@pytest.mark.check("B13", tier=1, limit="all taken")
def test_names_in_any_script_are_taken() -> None:
    for name in ("Жол суреті 1.jpg", "фото (2).jpeg", "road.tar.gz", "№ 5 – акт.pdf"):
        assert check_name(name) == name


def written(folder: Path, content: bytes) -> Path:
    path = folder / "file"
    path.write_bytes(content)
    return path
